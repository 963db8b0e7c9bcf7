// The output side of a run with fields that are known in closed form: what ecCodes and fdb5's own tools read of it.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Field, type Grid, gridFromSpec, releaseField, tileLayout } from '../../src/atlas/index.js';
import type { Context } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import type { Engine } from '../../src/compute/index.js';
import { combinedKey, openFdb } from '../../src/fdb/index.js';
import { parseMirOptions } from '../../src/mir/index.js';
import { createTwin, folderSink, openTwinOutput, type OutputField, parseReduction, storeSink } from '../../src/twin/index.js';
import { gribLs, noEccodes } from '../grib/peer.js';
import { eccodesFields } from '../support/eccodes.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { fdbPeer, noFdb } from '../support/fdb-peer.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-twin-output-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const context: Context = { ...nodeContext(), env: { DTE_CACHE: join(folder, 'cache') } };
const hour = 3600;
const source = gridFromSpec('F16');

/** Linear in sin(lat), so that the exact value anywhere is known; grows with time and member. */
const valueAt = (lat: number, hours: number, member: number): number => 1000 * Math.sin((lat * Math.PI) / 180) * (1 + hours) + 10 * member;

async function fieldAt(
  engine: Engine,
  hours: number,
  members: number,
  grid: Grid = source,
): Promise<Field<{ level: number; number: number }>> {
  const { lat } = grid.coordinates();
  const tiles = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, members, engine.info.maxBindingBytes)) {
    const values = new Float64Array(grid.points * lanes);
    for (let at = 0; at < values.length; at++) values[at] = valueAt(lat[Math.floor(at / lanes)]!, hours, firstLayer + (at % lanes));
    tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes });
  }
  return { grid, layers: Array.from({ length: members }, (_, number) => ({ level: 1, number })), tiles, mayBeMissing: false };
}

const outputField = (field: Field<{ level: number; number: number }>): OutputField => ({ param: 'u', levtype: 'ml', field });
const reductions = [parseReduction('mean,max:3h')];
const header = { date: 20260228, time: 1200, members: 2 } as const;

/** Four times of an ensemble of two, every hour. */
async function run(t: Test, engine: Engine, sink: Parameters<typeof openTwinOutput>[1], post = {}): Promise<void> {
  const output = await openTwinOutput(engine, sink, { header, everySeconds: hour, reductions, post: parseMirOptions(post) });
  for (const hours of [0, 1, 2, 3]) await output.take([outputField(await fieldAt(engine, hours, 2))], hours * hour);
  t.same(output.unfinished, []);
  await output.take([outputField(await fieldAt(engine, 4, 2))], 4 * hour);
  t.same(output.unfinished, ['u ml: 1 samples of a window of 3 h']);
  output.release();
}

t.test('a folder gets a file for each step, with headers and values that ecCodes reads', { skip: noEccodes }, async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const place = join(folder, 'fields');
  const sink = folderSink(context, engine, place, { packing: 'ccsds', bits: 16 });
  await run(t, engine, sink, { grid: '10/10' });
  await sink.close();
  t.same(
    readdirSync(place).sort(),
    [0, 1, 2, 3, 4].map((step) => `step-000${step}.grib2`),
  );
  t.equal(sink.written.fields, 5 * 2 + 2 * 2);
  const keys =
    'class,stream,type,expver,number,levtype,level,dataDate,dataTime,stepRange,stepType,validityDate,validityTime,Ni,packingType';
  const listed = gribLs(join(place, 'step-0003.grib2'), ['-p', keys]);
  const common = { class: 'rd', stream: 'enfo', expver: 'twin', levtype: 'ml', level: 1, dataDate: 20260228, dataTime: 1200 };
  const more = { validityDate: 20260228, validityTime: 1500, Ni: 36, packingType: 'grid_ccsds' };
  const wanted = [
    { stepRange: '3', stepType: 'instant' },
    { stepRange: '0-3', stepType: 'avg' },
    { stepRange: '0-3', stepType: 'max' },
  ].flatMap((steps) => [
    { ...common, ...more, ...steps, type: 'cf', number: 0 },
    { ...common, ...more, ...steps, type: 'pf', number: 1 },
  ]);
  const text = (row: object): object => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)]));
  t.same(listed.map(text), wanted.map(text));
  // Instant, mean of hours 1 to 3, maximum of these; each of two members.
  const fields = eccodesFields(join(place, 'step-0003.grib2')) ?? [];
  const lats = Array.from({ length: 19 }, (_, row) => 90 - 10 * row);
  const expected = [3, 2, (lat: number) => (lat > 0 ? 3 : 1)];
  for (const [index, field] of fields.entries()) {
    const hours = expected[Math.floor(index / 2)]!;
    let worst = 0;
    for (const [row, lat] of lats.entries()) {
      // Beyond the last parallel of the Gaussian grid the pole is extrapolated; the maximum has a kink at the equator.
      if (Math.abs(lat) > 80 || lat === 0) continue;
      const wantedValue = valueAt(lat, typeof hours === 'number' ? hours : hours(lat), index % 2);
      for (let column = 0; column < 36; column++) worst = Math.max(worst, Math.abs(field!.values![row * 36 + column]! - wantedValue));
    }
    // Linear interpolation over 5.5 degrees: h^2 / 8 of the second derivative, 4000 sin(80); packing adds a sixty-thousandth.
    t.ok(worst < 4000 * (5.6 * (Math.PI / 180)) ** 2 * 0.125 + 1, `field ${index}: off by ${worst}`);
  }
});

t.test('without a grid fields keep their own, exactly, and a single forecast has no number', { skip: noEccodes }, async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const place = join(folder, 'own');
  const sink = folderSink(context, engine, place, { bits: 24 });
  const output = await openTwinOutput(engine, sink, { header: { date: 20260101, members: 1 }, everySeconds: 1800 });
  const field = await fieldAt(engine, 5, 1);
  const before = engine.memory.inUseBytes;
  await output.take([outputField(field)], 5400);
  t.equal(engine.memory.inUseBytes, before, 'memory of the output is given back, that of the field is not touched');
  output.release();
  t.same(readdirSync(place), ['step-0090m.grib2']);
  const [listed] = gribLs(join(place, 'step-0090m.grib2'), ['-p', 'stream,type,gridName,mars.number,validityTime']);
  t.match(listed, { stream: 'oper', type: 'fc', gridName: 'F16' });
  const [read] = eccodesFields(join(place, 'step-0090m.grib2')) ?? [];
  const { lat } = source.coordinates();
  const worst = read!.values!.reduce((most, value, point) => Math.max(most, Math.abs(value - valueAt(lat[point]!, 5, 0))), 0);
  // 24 bits over a range of 12000, and f32.
  t.ok(worst <= 12000 / 2 ** 24 + 12000 * 2 ** -24, `off by ${worst}`);
});

t.test('a store gets the same fields under the keys of their headers', async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const root = join(folder, 'store');
  mkdirSync(root);
  const config = `{type: local, engine: toc, spaces: [{roots: [{path: '${root}'}]}]}`;
  const onStore: Context = { ...context, env: { ...context.env, FDB_CONFIG: config } };
  const sink = storeSink(engine, await openFdb(onStore), { packing: 'ccsds' });
  await run(t, engine, sink, { grid: '30/30' });
  await sink.close();
  const fdb = await openFdb(onStore);
  const found: string[] = [];
  for await (const entries of fdb.list(new Map([['class', ['rd']]]))) {
    for (const entry of entries) {
      const key = combinedKey(entry);
      found.push(['type', 'number', 'levelist', 'step', 'param'].map((name) => key.get(name)).join(' '));
    }
  }
  await fdb.close();
  // MARS gives the control forecast no number. Mean and maximum are parameters of their own (avg_u, max_u) beside u.
  const wanted = [0, 1, 2, 3, 4].flatMap((step) => [`cf  1 ${step} 131`, `pf 1 1 ${step} 131`]);
  t.same(found.sort(), [...wanted, 'cf  1 3 235131', 'pf 1 1 3 235131', 'cf  1 3 237131', 'pf 1 1 3 237131'].sort());
});

for (const executor of ['cpu', 'gpu'] as const) {
  t.test(`model step -> statistics -> regridding: no value comes to the host before it is packed (${executor})`, async (t) => {
    const engine = executor === 'cpu' ? await cpuEngine() : await gpuEngine();
    if (typeof engine === 'string') return void t.pass('no adapter', { skip: engine });
    t.teardown(() => engine.close());
    const twin = await createTwin(engine, { truncation: 10, members: 3, stepSeconds: 1800 });
    const sink = folderSink(context, engine, join(folder, `device-${executor}`), { bits: 16 });
    const options = { header: { ...header, members: 3 }, everySeconds: hour, reductions: [parseReduction('mean,max:1h')] } as const;
    const output = await openTwinOutput(engine, sink, { ...options, post: parseMirOptions({ grid: '10/10' }) });
    const outputStep = async (): Promise<void> => {
      await twin.step(2);
      const fields = await engine.run((pass) => twin.fields(pass));
      const field = { ...fields.vo, layers: fields.vo.layers.map(({ number }) => ({ number, level: 1 })) };
      await output.take([{ param: 'vo', levtype: 'ml', field }], twin.timeSeconds);
      for (const one of [fields.vo, fields.d, fields.u, fields.v, fields.z, ...Object.values(fields.spectral)]) releaseField(one);
    };
    // The first time brings weights to the device.
    await outputStep();
    const before = engine.traffic;
    const { inUseBytes } = engine.memory;
    await outputStep();
    const after = engine.traffic;
    const points = 19 * 36;
    const messages = 3 * 3;
    const packed = messages * 2 * Math.ceil(points / 32) * 32;
    const reads = after.readBytes - before.readBytes;
    t.ok(reads >= packed && reads < packed + 200 * messages, `${reads} octets read, ${packed} of them packed values`);
    // Orders of points and tables of packing.
    const uploads = after.uploadBytes - before.uploadBytes;
    t.ok(uploads < 4 * points * 3 + 200 * messages, `${uploads} octets written, none of them values`);
    t.equal(engine.memory.inUseBytes, inUseBytes, 'no memory is kept');
    twin.close();
    output.release();
    await sink.close();
  });
}

t.test('what a store could not tell apart is not written to one, and that is told', async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const peer = join(folder, 'keyed');
  mkdirSync(peer);
  const onStore: Context = {
    ...context,
    env: { ...context.env, FDB_CONFIG: `{type: local, engine: toc, spaces: [{roots: [{path: '${peer}'}]}]}` },
  };
  const sink = storeSink(engine, await openFdb(onStore));
  const options = { header: { date: 20260101, members: 1 }, everySeconds: hour } as const;
  await t.rejects(openTwinOutput(engine, sink, { ...options, reductions: [parseReduction('mean:1h'), parseReduction('mean:2h')] }), {
    code: 'input.option',
    message: /'mean' over windows of two lengths/,
  });
  // u has a parameter for its mean; the experimental product 80 and the accumulation of u have none.
  const output = await openTwinOutput(engine, sink, { ...options, reductions: [parseReduction('mean,accumulation:1h')] });
  const field = await fieldAt(engine, 1, 1);
  await output.take([outputField(field), { ...outputField(field), param: 80 }], hour);
  t.same(
    output.dropped.map((text) => text.split(' has ')[0]),
    ['u: its accumulation', '80: its mean', '80: its accumulation'],
  );
  t.equal(sink.written.fields, 3, 'u, its mean, and 80');
  output.release();
  await sink.close();
});

t.test("fdb5's own tools list and read what the twin archived", { skip: noFdb || noEccodes }, async (t) => {
  const peer = fdbPeer();
  t.teardown(() => peer.remove());
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  const onStore: Context = { ...context, env: { ...context.env, ...peer.env } };
  const sink = storeSink(engine, await openFdb(onStore), { bits: 16 });
  await run(t, engine, sink, { grid: '30/30' });
  await sink.close();
  t.equal(peer.list('class=rd,expver=twin').length, 14);
  const request = peer.file(
    'request',
    'retrieve,class=rd,expver=twin,stream=enfo,date=20260228,time=1200,domain=g,type=pf,levtype=ml,levelist=1,step=2,number=1,param=131',
  );
  peer.run('fdb-read', request, join(peer.folder, 'out.grib'));
  t.equal(gribLs(join(peer.folder, 'out.grib'), ['-p', 'shortName,number,stepRange']).length, 1);
});

t.test('what cannot be is refused, and nothing half-written stays', async (t) => {
  const engine = await cpuEngine();
  t.teardown(() => engine.close());
  for (const text of ['mean', 'mean:', ':24h', 'mean:x', 'mean:0', 'mean:1h:2h'])
    t.throws(() => parseReduction(text), { code: 'input.option' }, text);
  t.throws(() => parseReduction('meen:24h'), { code: 'input.option', hint: "did you mean 'mean'?" });
  const place = join(folder, 'refused');
  const sink = folderSink(context, engine, place);
  const options = { header: { date: 20260101, members: 1 }, everySeconds: 5 * hour } as const;
  await t.rejects(openTwinOutput(engine, sink, { ...options, reductions: [parseReduction('mean:24h')] }), {
    code: 'input.option',
    message: /windows of 86400 s for mean of samples every 18000 s/,
  });
  await t.rejects(openTwinOutput(engine, sink, { ...options, post: parseMirOptions({ grid: 'none such' }) }), { code: 'input.grid' });
  const output = await openTwinOutput(engine, sink, options);
  const field = await fieldAt(engine, 0, 1);
  await t.rejects(output.take([{ ...outputField(field), param: 'vorticity' }], 0), { code: 'input.option' });
  await t.rejects(output.take([outputField(field), { ...outputField(field), param: 'vorticity' }], 1), { code: 'input.option' });
  await t.rejects(output.take([outputField(field)], 1), { code: 'input.state' }, 'times rise');
  await sink.discard();
  t.same(existsSync(place) ? readdirSync(place) : [], [], 'nothing is there');
  output.release();
});
