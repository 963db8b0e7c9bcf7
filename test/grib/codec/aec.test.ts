// The compiled coder against its readable twin, and both against damage. Peers are in aec-peer.test.ts.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { isDteError } from '../../../src/base/index.js';
import { packageRoot } from '../../../src/base/package-root.js';
import { aecDecodePlain, aecScanPlain, secondExtensionPair } from '../../../src/grib/codec/aec-decode-plain.js';
import { aecEncodePlain } from '../../../src/grib/codec/aec-encode-plain.js';
import { aecMachine } from '../../../src/grib/codec/aec-machine.js';
import { aecArray, aecDecode, aecEncode, aecScan } from '../../../src/grib/codec/index.js';
import { seeded } from '../../support/random.js';
import { aecCases, packedField } from './aec-cases.js';

const LONG = process.env['DTE_LONG'] === '1';
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.prototype.every.call(a, (x, i) => x === b[i]);

t.test('the compiled coder runs here', async (t) => {
  t.ok(aecMachine(), 'WebAssembly with SIMD');
});

t.test('encoders agree on every byte, decoders give the values back, scans find every interval', async (t) => {
  for (const { seed, count, ...options } of aecCases(LONG ? 1 : 3)) {
    const values = packedField(options.bits, count, seed);
    const stream = aecEncode(values, options);
    const plain = aecEncodePlain(values, options);
    const compiled = aecArray(options.bits, count);
    const readable = aecArray(options.bits, count);
    aecDecode(stream.bytes, { ...options, count }, compiled);
    aecDecodePlain(stream.bytes, { ...options, count }, readable);
    const name = JSON.stringify({ ...options, count, seed });
    if (!same(stream.bytes, plain.bytes)) t.fail(`encoders differ: ${name}`);
    if (!same(compiled, values)) t.fail(`compiled decoder differs: ${name}`);
    if (!same(readable, values)) t.fail(`plain decoder differs: ${name}`);
    if (!same(stream.rsiOffsets, plain.rsiOffsets)) t.fail(`offsets differ: ${name}`);
    if (!same(aecScan(stream.bytes, { ...options, count }), stream.rsiOffsets)) t.fail(`scan differs: ${name}`);
    if (!same(aecScanPlain(stream.bytes, { ...options, count }), stream.rsiOffsets)) t.fail(`plain scan differs: ${name}`);
  }
  t.pass('all cases');
});

t.test('a range of intervals is decoded alone, also from a slice of the bytes and into shared memory', async (t) => {
  const options = { bits: 16, flags: 14, blockSize: 32, rsi: 16 };
  const count = 512 * 40 + 77;
  const values = packedField(16, count, 4);
  const { bytes, rsiOffsets } = aecEncode(values, options);
  for (const [firstRsi, endRsi] of [
    [0, 1],
    [3, 9],
    [39, 41],
    [40, 41],
    [7, 7],
  ]) {
    const startBit = rsiOffsets[firstRsi];
    const room = Math.min(count, endRsi * 512) - firstRsi * 512;
    const out = new Uint16Array(new SharedArrayBuffer(2 * room + 2));
    const firstByte = Math.floor(startBit / 8);
    const slice = bytes.subarray(firstByte, Math.ceil(rsiOffsets[endRsi] / 8));
    aecDecode(slice, { ...options, count, range: { firstRsi, endRsi, startBit: startBit - firstByte * 8 } }, out);
    t.ok(same(out.subarray(0, room), values.subarray(firstRsi * 512, firstRsi * 512 + room)), `intervals ${firstRsi} to ${endRsi}`);
    t.equal(out[room], 0, 'nothing is written after them');
  }
});

t.test('streams longer than a window of the coder, and intervals longer than a window, are decoded', async (t) => {
  for (const options of [
    { bits: 16, flags: 14, blockSize: 32, rsi: 128 },
    { bits: 31, flags: 8, blockSize: 64, rsi: 4096 },
  ]) {
    const count = 600_001;
    const values = packedField(options.bits, count, 9);
    const stream = aecEncode(values, options);
    const out = aecArray(options.bits, count);
    aecDecode(stream.bytes, { ...options, count }, out);
    t.ok(same(out, values), `${options.bits} bits, ${stream.bytes.length} bytes`);
    t.same(aecScan(stream.bytes, { ...options, count }), stream.rsiOffsets, 'scan');
  }
});

t.test('streams with padded intervals are the streams of their intervals, one after the other', async (t) => {
  const options = { bits: 11, flags: 14, blockSize: 16, rsi: 10 };
  const values = packedField(11, 160 * 9, 21);
  const parts = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => aecEncode(values.subarray(160 * i, 160 * (i + 1)), options).bytes);
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  for (const decode of [aecDecode, aecDecodePlain]) {
    const out = new Uint16Array(values.length);
    decode(bytes, { ...options, flags: 14 | 32, count: values.length }, out);
    t.ok(same(out, values), 'values');
  }
  let bit = 0;
  const starts = parts.map((part) => (bit += part.length * 8) - part.length * 8);
  for (const scan of [aecScan, aecScanPlain]) t.same([...scan(bytes, { ...options, flags: 46, count: values.length })], [...starts, bit]);
});

t.test('a valid stream that no good encoder writes is decoded: one code of 65535 zeros', async (t) => {
  // No preprocessing, 16 bits, 8 values: option 1 (k = 0), codes of 65535 and seven of 0 zeros.
  const bits = 4 + 65536 + 7;
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  for (const bit of [3, 4 + 65535, ...[1, 2, 3, 4, 5, 6, 7].map((i) => 4 + 65535 + i)]) bytes[bit >> 3] |= 128 >> (bit & 7);
  const options = { bits: 16, flags: 0, blockSize: 8, rsi: 1, count: 8 };
  const out = new Uint16Array(8);
  aecDecode(bytes, options, out);
  t.same([...out], [65535, 0, 0, 0, 0, 0, 0, 0]);
  t.same([...aecScan(bytes, options)], [0, bits]);
});

t.test('second-extension pairs follow the table of the standard', async (t) => {
  t.same(
    [0, 1, 2, 3, 4, 5, 6, 90].map((code) => secondExtensionPair(code)),
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [2, 0],
      [1, 1],
      [0, 2],
      [3, 0],
      [0, 12],
    ],
  );
});

t.test('damaged streams throw data.codec or give values, and never write outside their room', async (t) => {
  const random = seeded(77);
  const refused = { cut: 0, flipped: 0 };
  const kinds = [...aecCases(LONG ? 2 : 11)];
  for (const { seed, count, ...options } of kinds) {
    const { bytes } = aecEncode(packedField(options.bits, count, seed), options);
    for (let trial = 0; trial < (LONG ? 40 : 8); trial++) {
      const cut = trial % 2 === 0;
      const damaged = cut ? bytes.slice(0, Math.floor(random() * bytes.length)) : bytes.slice();
      if (!cut) for (let i = 0; i < 3; i++) damaged[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
      const guarded = aecArray(options.bits, count + 64).fill(1);
      for (const decode of [aecDecode, aecDecodePlain]) {
        let failure: unknown;
        try {
          decode(damaged, { ...options, count }, guarded.subarray(32, 32 + count));
        } catch (error) {
          failure = error;
        }
        if (failure !== undefined && !isDteError(failure, 'data.codec')) throw failure;
        if (failure !== undefined) refused[cut ? 'cut' : 'flipped']++;
        else if (cut) t.fail(`a cut stream passed: ${JSON.stringify({ ...options, count, seed, length: damaged.length })}`);
        if (!guarded.subarray(0, 32).every((x) => x === 1) || !guarded.subarray(32 + count).every((x) => x === 1))
          t.fail('written outside');
      }
      for (const scan of [aecScan, aecScanPlain]) {
        try {
          scan(damaged, { ...options, count });
        } catch (error) {
          if (!isDteError(error, 'data.codec')) throw error;
        }
      }
    }
  }
  t.ok(refused.cut > kinds.length, `${refused.cut} cut and ${refused.flipped} flipped streams refused`);
});

t.test('both decoders refuse the same damaged streams', async (t) => {
  const random = seeded(5);
  for (const { seed, count, ...options } of aecCases(LONG ? 3 : 13)) {
    const { bytes } = aecEncode(packedField(options.bits, count, seed), options);
    for (let trial = 0; trial < 6; trial++) {
      const damaged = bytes.slice();
      damaged[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
      const outcome = (decode: typeof aecDecode): string => {
        const out = aecArray(options.bits, count);
        try {
          decode(damaged, { ...options, count }, out);
          return Array.prototype.join.call(out, ' ');
        } catch (error) {
          if (!isDteError(error)) throw error;
          return error.code;
        }
      };
      if (outcome(aecDecode) !== outcome(aecDecodePlain)) t.fail(JSON.stringify({ ...options, count, seed, trial }));
    }
  }
  t.pass('all cases');
});

t.test('options and values outside the format are refused', async (t) => {
  const options = { bits: 12, flags: 14, blockSize: 32, rsi: 128 };
  const codeOf = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      if (isDteError(error)) return error.code;
    }
    return 'nothing thrown';
  };
  const decode = (change: object): string =>
    codeOf(() => aecDecode(new Uint8Array(64), { ...options, count: 8, ...change }, new Uint16Array(8)));
  for (const change of [{ bits: 0 }, { bits: 33 }, { blockSize: 12 }, { rsi: 0 }, { rsi: 4097 }, { flags: 24, bits: 7 }, { count: -1 }]) {
    t.equal(decode(change), 'data.codec', JSON.stringify(change));
  }
  t.equal(decode({ count: 9 }), 'input.option', 'too little room');
  t.equal(decode({ range: { firstRsi: 0, endRsi: 2, startBit: 0 } }), 'input.option', 'an interval that does not exist');
  const encode = (change: object, values = new Uint16Array(40)): string => codeOf(() => aecEncode(values, { ...options, ...change }));
  t.equal(encode({ flags: 14 | 32 }), 'input.option', 'padded intervals');
  t.equal(encode({ flags: 15 }), 'input.option', 'signed values');
  t.equal(encode({}, new Uint16Array(40).fill(4096, 39)), 'limit.range', '4096 in 12 bits');
  t.equal(
    codeOf(() => aecEncode(new Uint32Array(40).fill(65536), options)),
    'limit.range',
    '65536 in 12 bits from a wide array',
  );
  t.same(aecEncode(new Uint16Array(0), options).rsiOffsets, new Float64Array(1), 'no values, no intervals');
});

const root = fileURLToPath(packageRoot());
const compiler = existsSync(`${root}/node_modules/assemblyscript`);

t.test('the committed WebAssembly is what its source compiles to', { skip: !compiler && 'AssemblyScript is not installed' }, async (t) => {
  t.doesNotThrow(() => execFileSync(process.execPath, [`${root}/wasm/build.mjs`, '--check'], { stdio: 'pipe' }));
});
