import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { DteError } from '../../src/base/index.js';
import { latLonFromCounts } from '../../src/atlas/regular-lat-lon.js';
import { buildMessage } from '../../src/grib/build-message.js';
import { get } from '../../src/grib/keys.js';
import type { Message } from '../../src/grib/message.js';
import { newMessage } from '../../src/grib/new-message.js';
import { putUnsigned } from '../../src/grib/octets.js';
import { ctx, loadTables, noShared, readBytes, readMessages, sharedGrib } from './peer.js';

const grid = latLonFromCounts(12, 7);

/** Three small fields, one after another; the offsets of their starts. */
async function threeMessages(): Promise<{ bytes: Uint8Array; starts: readonly number[] }> {
  const tables = await loadTables();
  const parts = [1000, 850, 500].map(
    (level) => newMessage({ date: 20200102, time: 600, step: 24, param: 't', levtype: 'pl', level }, grid, tables).bytes,
  );
  const starts = parts.map((_, index) => parts.slice(0, index).reduce((sum, part) => sum + part.length, 0));
  return { bytes: Uint8Array.from(parts.flatMap((part) => [...part])), starts };
}

const levels = (found: readonly Message[]): readonly unknown[] => found.map((message) => get(message, 'level'));

async function withDamage(bytes: Uint8Array): Promise<{ levels: readonly unknown[]; errors: readonly DteError[] }> {
  const errors: DteError[] = [];
  const found = await readBytes(bytes, false, (error) => errors.push(error));
  return { levels: levels(found), errors };
}

t.test('messages are found one after another, in files and in streams of small pieces', async (t) => {
  const { bytes } = await threeMessages();
  t.same(levels(await readBytes(bytes)), [1000, 850, 500]);
  t.same(levels(await readBytes(bytes, true)), [1000, 850, 500]);
});

t.test('bytes between messages are skipped, also when they hold parts of a start mark', async (t) => {
  const { bytes, starts } = await threeMessages();
  const junk = new TextEncoder().encode('GRIGRIBX is no message, GR IB GRI');
  const mixed = Uint8Array.from([...junk, ...bytes.subarray(0, starts[1]), ...junk, ...bytes.subarray(starts[1]), ...junk]);
  for (const isStream of [false, true]) {
    const found = await readBytes(mixed, isStream);
    t.same(levels(found), [1000, 850, 500]);
    t.same(
      found.map((message) => message.where.offset),
      [junk.length, (starts[1] as number) + 2 * junk.length, (starts[2] as number) + 2 * junk.length],
    );
  }
});

t.test('a file that ends inside a message is truncated, at every length', async (t) => {
  const { bytes, starts } = await threeMessages();
  const last = starts[2] as number;
  for (const kept of [4, 7, 8, 15, 16, 40, 150, bytes.length - last - 1]) {
    for (const isStream of [false, true]) {
      const errors: DteError[] = [];
      const found = await readBytes(bytes.slice(0, last + kept), isStream, (error) => errors.push(error));
      t.same(levels(found), [1000, 850], `${kept} octets`);
      t.equal(errors[0]?.code, 'data.truncated', `${kept} octets`);
      t.match(errors[0]?.where, { file: 'test.grib', message: 3, offset: last });
    }
  }
  await t.rejects(readBytes(bytes.slice(0, last + 40)), { code: 'data.truncated' });
});

t.test('a wrong length damages one message and the next are still found', async (t) => {
  const { bytes, starts } = await threeMessages();
  for (const [length, code] of [
    [20, 'data.message'],
    [150, 'data.message'],
    [100_000, 'data.truncated'],
    [2 ** 47, 'data.message'],
    [(starts[2] as number) - (starts[1] as number) - 1, 'data.message'],
  ] as const) {
    const damaged = bytes.slice();
    putUnsigned(damaged, (starts[1] as number) + 8, 8, length);
    const result = await withDamage(damaged);
    t.same(result.levels, [1000, 500], `length ${length}`);
    t.same(
      result.errors.map((error) => error.code),
      [code],
      `length ${length}`,
    );
    t.match(result.errors[0]?.message, `message 2, byte ${starts[1]}`);
  }
});

t.test('a length that spans two messages is found by their sections', async (t) => {
  const { bytes, starts } = await threeMessages();
  const damaged = bytes.slice();
  putUnsigned(damaged, 8, 8, starts[2] as number);
  const result = await withDamage(damaged);
  t.same(result.levels, [850, 500]);
  t.equal(result.errors[0]?.code, 'data.section');
});

t.test('impossible section sizes and numbers name the section, its size and what is possible', async (t) => {
  const { bytes, starts } = await threeMessages();
  const section3 = 16 + 21 + 17;
  for (const [place, octets, value] of [
    [section3, 4, 0],
    [section3, 4, 10],
    [section3, 4, 2 ** 31],
    [section3 + 4, 1, 5],
  ] as const) {
    const damaged = bytes.slice();
    putUnsigned(damaged, place, octets, value);
    const result = await withDamage(damaged);
    t.same(result.levels, [850, 500]);
    t.equal(result.errors[0]?.code, 'data.section');
    t.match(result.errors[0], { where: { file: 'test.grib', message: 1, offset: 0, section: place === section3 ? 3 : 5 } });
    t.match(result.errors[0]?.hint, /possible here|expected section/);
  }
  t.equal(starts[0], 0);
});

t.test('other editions are refused as unsupported', async (t) => {
  const { bytes } = await threeMessages();
  for (const edition of [0, 3]) {
    const other = bytes.slice();
    other[7] = edition;
    const result = await withDamage(other);
    t.same(result.levels, [850, 500]);
    t.equal(result.errors[0]?.code, 'unsupported.edition');
    t.match(result.errors[0]?.hint, 'editions 1 and 2');
  }
});

t.test('empty files and files without a message are refused', async (t) => {
  await t.rejects(readBytes(new Uint8Array(0)), { code: 'data.message', message: /empty: no GRIB message/ });
  await t.rejects(readBytes(new Uint8Array(100_000).fill(0x47), true), {
    code: 'data.message',
    message: /no GRIB message in 100000 bytes/,
  });
});

t.test('a directory in place of a file is refused', async (t) => {
  await t.rejects(readMessages('/'), { code: 'input.option' });
  await t.rejects(readMessages('/no/such/file.grib'), { code: 'absent.file' });
});

t.test('the damaged ERA5 file gives its good message and one error', { skip: noShared }, async (t) => {
  const errors: DteError[] = [];
  const found = await readMessages(`${sharedGrib}era5-levels-corrupted.grib`, (error) => errors.push(error));
  // grib_ls reports one unreadable message of two. The file is twice 22068 octets long: the second half is whole.
  t.same(
    found.map((message) => [message.messageNumber, message.where.offset, message.bytes.length]),
    [[2, 22068, 22068]],
  );
  t.same(
    errors.map((error) => error.code),
    ['data.message'],
  );
  for (const error of errors) t.match(error.where, { file: /corrupted/, message: 1, offset: 0 });
});

t.test('multi-field messages give every field, the shared bitmap included', { skip: noShared }, async (t) => {
  const found = await readMessages(`${sharedGrib}nam.t00z.awp21100.tm00.grib2`);
  // grib_count counts 154 messages; 27 of them hold u and v (reference note).
  t.equal(new Set(found.map((message) => message.messageNumber)).size, 154);
  t.equal(found.length, 181);
  t.equal(found.filter((message) => message.fields === 2).length, 54);
});

t.test('GRIB1 messages beyond 8 MiB state their length in units of 120 octets', { skip: noShared }, async (t) => {
  const [template] = await readMessages(`${sharedGrib}regular_gg_sfc.grib`);
  const large = latLonFromCounts(2400, 1201);
  const count = large.points;
  const payload = new Uint8Array(count * 3);
  const data = { packing: 'simple', bits: 24, referenceValue: 1, binaryScale: 0, decimalScale: 0, count, payload } as const;
  const bytes = buildMessage(template as Message, { grid: large, data });
  t.ok(bytes.length > 2 ** 23);
  const folder = mkdtempSync(join(tmpdir(), 'dte-grib-'));
  try {
    const path = join(folder, 'large.grib');
    writeFileSync(path, Buffer.concat([bytes, readFileSync(`${sharedGrib}regular_gg_sfc.grib`)]));
    const found = await readMessages(path);
    t.equal(found.length, 2);
    t.equal(found[0]?.bytes.length, bytes.length);
    t.equal(get(found[0] as Message, 'numberOfValues'), count);
    t.equal(get(found[0] as Message, 'numberOfCodedValues'), count);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

t.test('reading stops when its signal says so', async (t) => {
  const { messages } = await import('../../src/grib/messages.js');
  const stopped = messages(
    await ctx.fs
      .open(new URL('../../package.json', import.meta.url).pathname)
      .catch(() => ({ path: 'x', sizeBytes: 0, read: async () => new Uint8Array(0), close: async () => {} })),
    {
      tables: await loadTables(),
      signal: AbortSignal.abort(),
    },
  );
  await t.rejects(stopped.next(), { name: 'AbortError' });
});
