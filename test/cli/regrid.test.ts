// The pipeline of `dte regrid`, file to file: order, mixed grids, damage with and without --keep-going, cancelling, bounded memory.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type Context, exitCodeOf, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { regridTo } from './regrid-to.js';
import { find, gridOf, packingType } from '../../src/grib/index.js';
import { cpuEngine } from '../support/engines.js';
import { decoded, firstInexact, type Reals } from '../support/decoded.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-regrid-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const context: Context = { ...nodeContext(), env: { DTE_CACHE: join(folder, 'cache') } };
const cpu = { device: 'cpu', threads: 2 } as const;
const shared = (name: string): string => join(sharedGrib, name);

let files = 0;
/** A place for an output in a folder of its own, to see what else is left in it. */
function place(): { readonly output: string; readonly left: () => readonly string[] } {
  const own = join(folder, `out-${files++}`);
  return { output: join(own, 'out.grib'), left: () => (existsSync(own) ? readdirSync(own) : []) };
}

t.test('messages of mixed grids and editions come out in order, each on the target grid', { skip: noShared }, async (t) => {
  const inputs = ['regular_gg_sfc.grib', 'reduced_gg.grib', 'era5-levels-members.grib', 'regular_ll_msl.grib', 'regular_gg_sfc.grib'].map(
    shared,
  );
  const { output, left } = place();
  const summary = await regridTo(context, inputs, { ...cpu, output, grid: '5/5' });
  t.same(left(), ['out.grib']);
  const [sources, results] = [(await Promise.all(inputs.map((path) => readMessages(path)))).flat(), await readMessages(output)];
  t.equal(results.length, sources.length);
  t.equal(summary.fields, sources.length);
  t.equal(summary.bytesOut, readFileSync(output).length);
  t.equal(summary.pointsOut, sources.length * 37 * 72);
  t.equal(
    summary.pointsIn,
    sources.reduce((sum, message) => sum + gridOf(message).points, 0),
  );
  t.same(summary.bad, []);
  const target = gridFromSpec('5/5');
  const keys = ['edition', 'shortName', 'level', 'number', 'dataDate', 'stepRange'];
  const describe = (message: (typeof sources)[number]): readonly unknown[] => keys.map((key) => find(message, key));
  t.same(results.map(describe), sources.map(describe));
  t.ok(results.every((message) => gridOf(message).hash === target.hash));
  t.same(results.map(packingType), sources.map(packingType));
});

t.test('a grid regridded to itself keeps its values', { skip: noShared }, async (t) => {
  const { output } = place();
  const input = shared('regular_ll_msl.grib');
  await regridTo(context, [input], { device: 'cpu', precision: 'f64', output, grid: '1/1' });
  const engine = await cpuEngine({ precision: 'f64' });
  const [[before], [after]] = (await Promise.all(
    [input, output].map(async (path) => decoded(engine, await readMessages(path), 'canonical')),
  )) as unknown as [[Reals], [Reals]];
  t.equal(firstInexact(after, before), undefined);
  await engine.close();
});

t.test('options choose area, method, packing and bits', { skip: noShared }, async (t) => {
  const { output } = place();
  await regridTo(context, [shared('gridType-reduced_gg_gridName-O8_shortName-q.grib2')], {
    ...cpu,
    output,
    grid: '2/2',
    area: '60/-10/20/30',
    method: 'nn',
    packing: 'ccsds',
    accuracy: 12,
  });
  const [message] = await readMessages(output);
  t.same([message && packingType(message), message && find(message, 'bitsPerValue')], ['grid_ccsds', 12]);
  t.equal(message && gridOf(message).points, 21 * 21);
  for (const [options, code] of [
    [{ grid: 'no such grid' }, 'input.grid'],
    [{ grid: '2/2', method: 'nearly' }, 'input.option'],
    [{ grid: '2/2', method: 'healpix-resample' }, 'unsupported.method'],
    [{ grid: '2/2', missing: 'perhaps' }, 'input.option'],
    [{ grid: '2/2', packing: 'zip' }, 'input.option'],
    [{ grid: '2/2', accuracy: 33 }, 'input.option'],
    [{ grid: '2/2', area: '10/0/50/5' }, 'input.area'],
    [{ grid: '2/2', device: 'no such adapter' }, 'absent.device'],
  ] as const) {
    const other = place();
    await t.rejects(
      regridTo(context, [shared('reduced_gg.grib')], { ...cpu, output: other.output, ...options }),
      { code },
      JSON.stringify(options),
    );
    t.same(other.left(), [], `${JSON.stringify(options)}: nothing is left`);
  }
});

/** Good messages between junk, a message of an unsupported packing, a damaged one and a tail that is cut off. */
function mixedFile(): { readonly path: string; readonly good: number } {
  const good = readFileSync(shared('regular_gg_sfc.grib'));
  const other = readFileSync(shared('packingType-grid_ccsds.grib2'));
  const junk = Buffer.from('not a message: GRI GRIB');
  const corrupted = readFileSync(shared('era5-levels-corrupted.grib'));
  const path = join(folder, 'mixed.grib');
  writeFileSync(
    path,
    Buffer.concat([
      good,
      junk,
      corrupted,
      readFileSync(shared('ICON.shortName-CLAT.grib2')),
      junk,
      good,
      readFileSync(shared('nam.t00z.awp21100.tm00.grib2')).subarray(0, 6000),
      good,
      other.subarray(0, 900),
    ]),
  );
  return { path, good: 3 };
}

t.test('with keepGoing good messages come out and the summary counts the bad ones', { skip: noShared }, async (t) => {
  const { path, good } = mixedFile();
  const { output, left } = place();
  const logged: string[] = [];
  const log = { ...context.log, debug: (event: string) => void logged.push(event) };
  const summary = await regridTo({ ...context, log }, [path], { ...cpu, output, grid: '5/5', keepGoing: true });
  t.same(left(), ['out.grib']);
  const results = await readMessages(output);
  t.equal(results.length, summary.fields);
  t.equal(
    results.filter((message) => find(message, 'gridType') === 'regular_ll' && gridOf(message).points === 37 * 72).length,
    results.length,
  );
  t.ok(summary.fields >= good, `${summary.fields} fields`);
  const codes = summary.bad.map(({ code }) => code);
  t.comment(codes.join(', '));
  t.ok(
    codes.includes('data.truncated') && codes.some((code) => code.startsWith('unsupported.')),
    'the cut tail and the points without places',
  );
  for (const { message } of summary.bad) t.match(message, /mixed\.grib, message \d+, byte \d+/);
  t.equal(logged.filter((event) => event === 'regrid.skipped').length, summary.bad.length);
});

t.test('without keepGoing the first damage ends the run, names its place and leaves nothing', { skip: noShared }, async (t) => {
  const corrupted = shared('era5-levels-corrupted.grib');
  const truncated = join(folder, 'truncated.grib');
  writeFileSync(truncated, readFileSync(shared('era5-levels-members.grib')).subarray(0, 100_000));
  const empty = join(folder, 'empty.grib');
  writeFileSync(empty, '');
  for (const [path, codes, exit, placeText] of [
    [corrupted, ['data.message', 'data.truncated', 'data.section'], 5, /era5-levels-corrupted\.grib, message \d+, byte \d+/],
    [truncated, ['data.truncated'], 5, /truncated\.grib, message 7, byte \d+/],
    [
      shared('ICON.shortName-CLAT.grib2'),
      ['unsupported.template', 'unsupported.grid'],
      7,
      /ICON\.shortName-CLAT\.grib2, message 1, byte 0/,
    ],
    [empty, ['data.message'], 5, /empty\.grib/],
    [folder, ['input.option'], 2, /directory/],
    [join(folder, 'absent.grib'), ['absent.file'], 4, /absent\.grib/],
  ] as const) {
    const { output, left } = place();
    const error = await regridTo(context, [path], { ...cpu, output, grid: '5/5' }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    t.ok(isDteError(error) && (codes as readonly string[]).includes(error.code), `${path}: ${String(error)}`);
    t.match((error as Error).message, placeText);
    t.equal(exitCodeOf(error), exit, `${path}: exit code`);
    t.same(left(), [], `${path}: nothing is left`);
  }
  const before = place();
  await regridTo(context, [shared('regular_gg_sfc.grib')], { ...cpu, output: before.output, grid: '5/5' });
  const bytes = readFileSync(before.output);
  await t.rejects(regridTo(context, [truncated], { ...cpu, output: before.output, grid: '5/5' }), { code: 'data.truncated' });
  t.ok(readFileSync(before.output).equals(bytes), 'an earlier output stays as it was');
  t.same(before.left(), ['out.grib']);
});

t.test('an output that cannot be written is refused', { skip: noShared }, async (t) => {
  writeFileSync(join(folder, 'a-file'), '');
  for (const output of [join(folder, 'a-file', 'out.grib'), folder]) {
    const error = await regridTo(context, [shared('reduced_gg.grib')], { ...cpu, output, grid: '5/5' }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    t.ok(isDteError(error, 'fault.write', 'input.option'), String(error));
  }
});

t.test('cancelling leaves nothing, at whatever moment it comes', { skip: noShared }, async (t) => {
  for (const delayMs of [0, 5, 20, 60, 120]) {
    const { output, left } = place();
    const controller = new AbortController();
    const running = regridTo(
      { ...context, signal: controller.signal },
      [1, 2, 3, 4, 5, 6].map(() => shared('era5-levels-members.grib')),
      { ...cpu, output, grid: '1/1' },
    );
    setTimeout(() => controller.abort(), delayMs);
    const error = await running.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    t.ok(isDteError(error, 'fault.cancelled'), `after ${delayMs} ms: ${String(error)}`);
    t.same(left(), [], `after ${delayMs} ms: nothing is left`);
  }
});

t.test('memory does not grow with the length of the input', { skip: noShared }, async (t) => {
  const script = fileURLToPath(new URL('./regrid-child.js', import.meta.url));
  const once = readFileSync(shared('era5-levels-members.grib'));
  const peak = async (copies: number): Promise<number> => {
    const path = join(folder, `long-${copies}.grib`);
    writeFileSync(path, Buffer.concat(Array.from({ length: copies }, () => once)));
    const { stdout } = await promisify(execFile)(process.execPath, [script, path, place().output]);
    rmSync(path);
    const { fields, peakMiB } = JSON.parse(stdout) as { fields: number; peakMiB: number };
    t.equal(fields, 160 * copies);
    return peakMiB;
  };
  const [short, long] = [await peak(10), await peak(60)];
  t.comment(`${short} MiB for 24 MB, ${long} MiB for 142 MB`);
  // Held whole, the input alone would add 118 MB, its values 234 MB more. What is not collected yet differs from run to run.
  t.ok(long < short + 100, `${long} MiB against ${short} MiB`);
});
