// The cache of weights: memory, disk, damage, a folder that cannot be written, its bound, and several users at once.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import type { Context } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { cachedWeights, forgetWeights, prepareWeights, weightsFiles, weightsKey } from '../../src/regrid/index.js';
import { differingRows } from './reference-matrices.js';

const [source, target] = [gridFromSpec('O32'), gridFromSpec('5/5')];

interface Watched {
  readonly context: Context;
  readonly folder: string;
  readonly events: string[];
}

/** A context with a cache folder of its own, whose log events are kept. */
function watched(test: Test, env: Readonly<Record<string, string>> = {}): Watched {
  const folder = mkdtempSync(join(tmpdir(), 'dte-cache-'));
  test.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const events: string[] = [];
  const note = (event: string): void => void events.push(event);
  forgetWeights();
  return {
    folder,
    events,
    context: { ...nodeContext(), env: { DTE_CACHE: folder, ...env }, log: { debug: note, info: note, warn: note, error: note } },
  };
}

const filesIn = (folder: string): readonly string[] => (existsSync(join(folder, 'weights')) ? readdirSync(join(folder, 'weights')) : []);
const made = (events: readonly string[]): number => events.filter((event) => event === 'regrid.weights').length;

t.test('weights are made once, then come from memory, then from disk', async (t) => {
  const { context, folder, events } = watched(t);
  const first = await cachedWeights(context, source, target);
  t.equal(made(events), 1);
  t.equal(await cachedWeights(context, gridFromSpec('O32'), gridFromSpec('5/5')), first, 'the same object');
  t.same(filesIn(folder), [`${weightsKey(source, target)}.weights`]);
  forgetWeights();
  const stored = await cachedWeights(context, source, target);
  t.equal(made(events), 1);
  t.ok(events.includes('regrid.cache.hit'));
  t.not(stored, first);
  t.same(differingRows(stored, first, 0), [], 'bit for bit');
  t.same(
    (await weightsFiles(context)).map(({ name }) => name),
    filesIn(folder),
  );
});

t.test('a matrix depends on both grids and the method and on nothing else', (t) => {
  const keys = [
    weightsKey(source, target),
    weightsKey(target, source),
    weightsKey(source, target, { method: 'nn' }),
    weightsKey(source, gridFromSpec('5/10')),
    weightsKey(gridFromSpec('N32'), target),
  ];
  t.equal(new Set(keys).size, keys.length);
  t.equal(weightsKey(gridFromSpec('o32'), gridFromSpec({ grid: [5, 5] }), { method: 'linear' }), keys[0]);
  t.equal(weightsKey(source, target, { method: 'nearest-neighbour' }), keys[2]);
  t.end();
});

t.test('a file that is damaged anywhere is made again', async (t) => {
  const { context, folder, events } = watched(t);
  const expected = await cachedWeights(context, source, target);
  const path = join(folder, 'weights', filesIn(folder)[0] as string);
  const whole = readFileSync(path);
  const places = [0, 8, 12, 27, 28, 32, 36, 40, 1000, whole.length >> 1, whole.length - 1];
  const damages = [
    ...places.map((place) => whole.map((octet, at) => (at === place ? octet ^ 0x10 : octet))),
    whole.subarray(0, whole.length - 8),
    whole.subarray(0, 20),
    Buffer.alloc(0),
    Buffer.concat([whole, Buffer.alloc(8)]),
  ];
  for (const [index, damaged] of damages.entries()) {
    writeFileSync(path, damaged);
    forgetWeights();
    events.length = 0;
    t.same(differingRows(await cachedWeights(context, source, target), expected, 0), [], `damage ${index}`);
    t.same(
      [made(events), events.filter((event) => event === 'regrid.cache.damaged').length],
      [1, 1],
      `damage ${index}: a warning, and made again`,
    );
    t.ok(readFileSync(path).equals(whole), `damage ${index}: stored again`);
  }
});

t.test('a folder that cannot be written costs a warning, not the run', async (t) => {
  const { context, folder, events } = watched(t);
  const occupied = join(folder, 'a-file');
  writeFileSync(occupied, 'not a folder');
  const matrix = await cachedWeights({ ...context, env: { DTE_CACHE: join(occupied, 'cache') } }, source, target);
  t.ok(events.includes('regrid.cache.unwritable'));
  t.same(differingRows(matrix, await prepareWeights(context, source, target), 0), []);
  // Without any folder nothing is stored and nothing is said.
  forgetWeights();
  events.length = 0;
  await cachedWeights({ ...context, env: {} }, source, target);
  t.same(events, ['regrid.weights']);
});

t.test('the oldest files go when the cache exceeds its bound, the newest never', async (t) => {
  const { context, folder } = watched(t, { DTE_CACHE_MIB: '1' });
  mkdirSync(join(folder, 'weights'));
  const old = ['a', 'b', 'c'].map((name) => join(folder, 'weights', `${name}.weights`));
  for (const [age, path] of old.entries()) {
    writeFileSync(path, Buffer.alloc(400_000));
    const seconds = Date.now() / 1000 - 1000 + age * 100;
    utimesSync(path, seconds, seconds);
  }
  writeFileSync(join(folder, 'weights', 'other.txt'), 'kept');
  await cachedWeights(context, source, target);
  const left = filesIn(folder);
  const newest = `${weightsKey(source, target)}.weights`;
  t.ok(statSync(join(folder, 'weights', newest)).size > 100_000, 'the matrix takes the cache beyond 1 MiB');
  t.same([...left].sort(), ['b.weights', 'c.weights', newest, 'other.txt'].sort());
  // A use makes a file young: b is now the oldest.
  forgetWeights();
  await cachedWeights(context, source, gridFromSpec('2.5/2.5'));
  t.notOk(filesIn(folder).includes('b.weights'));
  const tight = { ...context, env: { ...context.env, DTE_CACHE_MIB: '0.001' } };
  await cachedWeights(tight, source, gridFromSpec('10/10'));
  t.same(
    filesIn(folder).filter((name) => name.endsWith('.weights')),
    [`${weightsKey(source, gridFromSpec('10/10'))}.weights`],
  );
});

t.test('two processes that make the same weights at once leave one whole file', async (t) => {
  const { context, folder } = watched(t);
  const script = fileURLToPath(new URL('./weights-cache-child.js', import.meta.url));
  const runs = await Promise.all(
    [0, 1, 2].map(() => promisify(execFile)(process.execPath, [script], { env: { ...process.env, DTE_CACHE: folder } })),
  );
  const sums = runs.map(({ stdout }) => stdout.trim());
  t.match(sums[0], /^[0-9a-f]{16,}$/);
  t.same(sums, [sums[0], sums[0], sums[0]]);
  t.same(
    filesIn(folder).filter((name) => !name.endsWith('.weights')),
    [],
    'no temporary file is left',
  );
  t.same(
    differingRows(
      await cachedWeights(context, gridFromSpec('O48'), gridFromSpec('2/2')),
      await prepareWeights(context, gridFromSpec('O48'), gridFromSpec('2/2')),
      0,
    ),
    [],
  );
});

t.test('callers of one process that ask at once share one making', async (t) => {
  const { context, folder, events } = watched(t);
  const matrices = await Promise.all([1, 2, 3, 4].map(() => cachedWeights(context, source, target)));
  t.equal(made(events), 1);
  t.equal(new Set(matrices).size, 1);
  t.equal(filesIn(folder).length, 1);
  // A making that fails is not remembered.
  const other = gridFromSpec('4/4');
  await t.rejects(cachedWeights({ ...context, signal: AbortSignal.abort() }, source, other), { code: 'fault.cancelled' });
  t.equal((await cachedWeights(context, source, other)).rows, other.points);
});
