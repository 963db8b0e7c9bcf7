import { createHash } from 'node:crypto';
import t from 'tap';
import { sha256Hex } from '../../src/base/index.js';

t.test('the examples of FIPS 180-4 come out', async (t) => {
  t.equal(sha256Hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  t.equal(
    sha256Hex('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  );
  t.equal(sha256Hex(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

t.test('bytes of every length around a block have the sum that OpenSSL gives, and texts that of their UTF-8', async (t) => {
  const peer = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 2654435761) >>> 24);
  for (let length = 0; length <= 200; length++)
    t.equal(sha256Hex(bytes.subarray(length, 2 * length)), peer(bytes.subarray(length, 2 * length)), `${length} bytes`);
  t.equal(sha256Hex(bytes), peer(bytes));
  t.equal(sha256Hex('größer als 2 m – 𝜋'), peer('größer als 2 m – 𝜋'));
});
