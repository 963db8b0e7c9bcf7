import t from 'tap';
import { isDteError, readWhole } from '../../src/base/index.js';
import { webContext, webFiles } from '../../src/base/web.js';

const bytes = Uint8Array.of(1, 2, 3, 4, 5);
const files = new Map<string, Blob | Uint8Array>([
  ['in/a.grib', bytes],
  ['in/b.grib', new File([bytes], 'b.grib', { lastModified: 1234 })],
  ['in/deep/c.grib', bytes],
]);
const fs = webFiles(files);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (isDteError(error) ? error.code : String(error)),
  );

t.test('bytes and blobs are read alike, also past their end', async (t) => {
  for (const path of ['in/a.grib', 'in/b.grib']) {
    const file = await fs.open(path);
    t.equal(file.sizeBytes, 5);
    t.strictSame(await file.read(1, 2), Uint8Array.of(2, 3), path);
    t.strictSame(await file.read(3, 100), Uint8Array.of(4, 5), path);
    t.strictSame(await file.read(9, 1), new Uint8Array(0), path);
    await file.close();
    t.strictSame(await readWhole(fs, path), bytes, path);
  }
});

t.test('what is read is a copy: changing it does not change the file', async (t) => {
  const file = await fs.open('in/a.grib');
  (await file.read(0, 5)).fill(9);
  t.strictSame(await file.read(0, 5), bytes);
});

t.test('a folder lists the files directly in it', async (t) => {
  const listed = await fs.list('in');
  t.strictSame(
    listed.map(({ name, path, sizeBytes, modifiedMs }) => [name, path, sizeBytes, modifiedMs]),
    [
      ['a.grib', 'in/a.grib', 5, 0],
      ['b.grib', 'in/b.grib', 5, 1234],
    ],
  );
  t.strictSame(await fs.list('elsewhere'), []);
  t.equal((await fs.info('in/b.grib'))?.sizeBytes, 5);
  t.equal(await fs.info('in'), undefined);
});

t.test('what a page cannot do is refused with its code', async (t) => {
  t.equal(await codeOf(fs.open('missing.grib')), 'absent.file');
  t.equal(await codeOf(fs.create('out.grib')), 'fault.write');
  t.equal(await codeOf(fs.remove('in/a.grib')), 'fault.write');
  await fs.touch('in/a.grib');
  const unreadable = { size: 4, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) } as unknown as Blob;
  t.equal(await codeOf(readWhole(webFiles(new Map([['gone.grib', unreadable]])), 'gone.grib')), 'fault.read');
  t.equal(await codeOf(webContext().asset('shaders/none.wgsl')), 'absent.file');
  t.throws(() => webContext().workers.start(new URL('file:///x.js')), { code: 'fault.internal' });
});

t.test('an asset that cannot be loaded says which and from where', async (t) => {
  const { fetch } = globalThis;
  t.teardown(() => {
    globalThis.fetch = fetch;
  });
  globalThis.fetch = async () => new Response('', { status: 404 });
  await t.rejects(webContext().asset('shaders/lib/bits.wgsl'), { code: 'fault.read', message: /shaders\/lib\/bits\.wgsl.*answered 404/ });
  globalThis.fetch = () => Promise.reject(new TypeError('offline'));
  await t.rejects(webContext().asset('shaders/lib/bits.wgsl'), { code: 'fault.read', message: /offline/ });
  globalThis.fetch = async () => new Response('fn bits() {}');
  t.equal(new TextDecoder().decode(await webContext().asset('shaders/lib/bits.wgsl')), 'fn bits() {}');
});
