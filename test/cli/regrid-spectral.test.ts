// Spectral files through the whole command: transform and winds against CDO, pairs in a stream, options that only such input has.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { nodeContext } from '../../src/base/node.js';
import { regridFiles } from '../../src/cli/regrid.js';
import { regridTargets } from '../../src/cli/regrid-targets.js';
import { find, type Message } from '../../src/grib/index.js';
import { cdo, noCdo } from '../support/cdo.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { dte, scratch } from './dte.js';
import { regridTo } from './regrid-to.js';

const folder = scratch(t);
const env = { DTE_CACHE: join(folder, 'cache') };
const context = { ...nodeContext(), env };
const cpu = { device: 'cpu', threads: 1 } as const;
const place = (name: string): string => join(folder, name);
const geopotential = join(sharedGrib, 'spherical_harmonics.grib');
const vorticity = join(sharedGrib, 'packingType-spectral_complex_param-vo_d.grib2');

const valuesOf = (name: string): Promise<readonly Reals[]> => valuesOfFile(place(name));

async function valuesOfFile(path: string): Promise<readonly Reals[]> {
  const engine = await cpuEngine({ precision: 'f64' });
  try {
    return await decoded(engine, await readMessages(path));
  } finally {
    await engine.close();
  }
}

/** Values that CDO prints, all fields one after the other. */
const printed = (...operators: readonly string[]): readonly number[] =>
  cdo('outputf,%.12g,1', ...operators)
    .trim()
    .split(/\s+/)
    .map(Number);

/** Greatest difference, relative to the range of the wanted values. */
function apart(got: Reals, wanted: readonly number[]): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const range = Math.max(...wanted) - Math.min(...wanted);
  return wanted.reduce((worst, value, point) => Math.max(worst, Math.abs(value - (got[point] as number))), 0) / range;
}

t.test('a spectral field on its Gaussian grid is that of cdo sp2gpl', { skip: noShared || noCdo }, async (t) => {
  await regridTo(context, [geopotential], { ...cpu, output: place('z.grib'), grid: 'F32', accuracy: '24' });
  const [values] = await valuesOf('z.grib');
  // f32 arithmetic of the transform, about 1e-6 of the range; 24 bits are 6e-8 of it.
  t.ok(apart(values!, printed('-sp2gpl', geopotential)) < 2e-6);
});

t.test('wind of vorticity and divergence is that of cdo dv2uvl, under the parameters of wind', { skip: noShared || noCdo }, async (t) => {
  await regridTo(context, [vorticity], { ...cpu, output: place('uv.grib'), grid: 'F11', vod2uv: true, truncation: 19, accuracy: '24' });
  const messages = await readMessages(place('uv.grib'));
  t.same(
    messages.map((message) => [find(message, 'paramId'), find(message, 'shortName'), find(message, 'gridType'), find(message, 'level')]),
    [
      [131, 'u', 'regular_gg', 1],
      [132, 'v', 'regular_gg', 1],
    ],
  );
  const [u, v] = await valuesOf('uv.grib');
  const both = printed('-dv2uvl', vorticity);
  const wanted = [both.slice(0, both.length / 2), both.slice(both.length / 2)] as const;
  // CDO leaves n = T of vorticity and divergence out, and its earth is smaller by 3.6e-5 (6 371 000 m).
  t.ok(apart(u!, wanted[0]) < 5e-5);
  t.ok(apart(v!, wanted[1]) < 5e-5);
});

t.test('pairs are found in a stream, whatever lies between and in whatever order', { skip: noShared }, async (t) => {
  const [first, second] = (await readMessages(vorticity)) as readonly [Message, Message];
  const bytes = readFileSync(vorticity);
  const parts = first.fields === 1 ? [first.bytes, second.bytes] : [bytes];
  const other = readFileSync(geopotential);
  writeFileSync(place('mixed.grib'), Buffer.concat([other, ...parts.toReversed(), other, ...parts]));
  await regridTo(context, [place('mixed.grib')], { ...cpu, output: place('mixed-out.grib'), grid: '10/10', vod2uv: true });
  t.same(
    (await readMessages(place('mixed-out.grib'))).map((message) => find(message, 'shortName')),
    ['z', 'u', 'v', 'z', 'u', 'v'],
  );
  await regridTo(context, [place('mixed.grib')], { ...cpu, output: place('v.grib'), grid: '10/10', vod2uv: true, 'v-only': true });
  t.same(
    (await readMessages(place('v.grib'))).map((message) => find(message, 'shortName')),
    ['z', 'v', 'z', 'v'],
  );
  if (parts.length === 1) return;
  writeFileSync(place('half.grib'), Buffer.concat([other, parts[0] as Uint8Array]));
  await t.rejects(regridTo(context, [place('half.grib')], { ...cpu, output: place('half-out.grib'), grid: '10/10', vod2uv: true }), {
    code: 'absent.field',
    message: /no field of parameter 155 goes with this one of parameter 138 \(vo\) .*half\.grib, message 2/,
  });
  t.notOk(existsSync(place('half-out.grib')));
  const going = await dte(['regrid', place('half.grib'), '-o', place('half-out.grib'), '--grid', '10/10', '--vod2uv', '-k'], { env });
  t.match(going.stderr, /no field of parameter 155/);
  t.equal((await readMessages(place('half-out.grib'))).length, 1);
});

t.test('one transform serves several targets, each as by itself', { skip: noShared }, async (t) => {
  const targets = regridTargets({ intgrid: 'F32' }, undefined, [
    `grid=10/10,output=${place('a.grib')}`,
    `grid=O16,method=nn,output=${place('b.grib')}`,
  ]);
  await regridFiles(context, [geopotential], { ...cpu, targets });
  await regridTo(context, [geopotential], { ...cpu, output: place('alone-a.grib'), intgrid: 'F32', grid: '10/10' });
  await regridTo(context, [geopotential], { ...cpu, output: place('alone-b.grib'), intgrid: 'F32', grid: 'O16', method: 'nn' });
  for (const name of ['a.grib', 'b.grib']) t.ok(readFileSync(place(name)).equals(readFileSync(place(`alone-${name}`))), name);
});

t.test('filters and truncation leave what they should', { skip: noShared }, async (t) => {
  // Only the mean is left: a constant field.
  await regridTo(context, [geopotential], { ...cpu, output: place('mean.grib'), grid: 'F32', bandpass: '0/0/0/0' });
  const [mean] = await valuesOf('mean.grib');
  t.ok(mean!.every((value) => Math.abs(value - mean![0]!) < 1e-6 * Math.abs(mean![0]!)));
  await regridTo(context, [geopotential], {
    ...cpu,
    output: place('smooth.grib'),
    grid: 'F32',
    truncation: '10',
    cesaro: true,
    accuracy: '24',
  });
  await regridTo(context, [geopotential], { ...cpu, output: place('rough.grib'), grid: 'F32', accuracy: '24' });
  const range = (values: Reals): number => Math.max(...values) - Math.min(...values);
  const [[smooth], [rough]] = [await valuesOf('smooth.grib'), await valuesOf('rough.grib')] as const;
  t.ok(range(smooth!) < range(rough!));
});

t.test('without a grid, fields stay spectral: truncated, or as components times cos(lat)', { skip: noShared }, async (t) => {
  await regridTo(context, [geopotential], { ...cpu, output: place('t21.grib'), resol: 21, packing: 'complex', accuracy: 24 });
  const [[whole], [part]] = [await valuesOfFile(geopotential), await valuesOf('t21.grib')] as const;
  t.equal(part!.length, 22 * 23);
  let at = 0;
  let worst = 0;
  for (let m = 0; m <= 21; m++)
    for (let n = m; n <= 21; n++)
      for (const half of [0, 1]) worst = Math.max(worst, Math.abs(part![at++]! - whole![2 * ((m * (2 * 63 - m + 3)) / 2 + n - m) + half]!));
  // The mean, 54292, is kept as a float of 24 bits.
  t.ok(worst < 0.01, `${worst} of ${whole![0]}`);
  await regridTo(context, [vorticity], { ...cpu, output: place('UV.grib'), vod2uv: true });
  const components = await readMessages(place('UV.grib'));
  t.same(
    components.map((message) => [find(message, 'paramId'), find(message, 'gridType')]),
    [
      [131, 'sh'],
      [132, 'sh'],
    ],
  );
  // Alone, or as a pair, they come to a grid as wind.
  await regridTo(context, [place('UV.grib')], { ...cpu, output: place('from-U.grib'), grid: 'F11', accuracy: 24 });
  await regridTo(context, [place('UV.grib')], { ...cpu, output: place('from-pair.grib'), grid: 'F11', uv2uv: true, accuracy: 24 });
  t.ok(readFileSync(place('from-U.grib')).equals(readFileSync(place('from-pair.grib'))));
});

t.test('options that spectral input cannot take are refused, and nothing is written', { skip: noShared }, async (t) => {
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [{ truncation: 64, grid: '5/5' }, 'input.option', /a truncation of T64 of fields that have T63/],
    [{ truncation: 'none', intgrid: 'none', grid: 'F16' }, 'input.option', /truncation 63 is above what F16 supports/],
    [{ intgrid: '5/5', grid: '5/5' }, 'input.option', /as grid of a spectral transform/],
    [{ bandpass: '0/70/0/70', grid: '5/5' }, 'input.option', /bandpass 0\/70\/0\/70 of fields of T35/],
    [{ cesaro: true, 'cesaro-truncation': 99, grid: '5/5' }, 'input.option', /cesaro-truncation 99 of fields of T35/],
    [{ rotation: '-40/10' }, 'input.option', /a rotation needs a grid/],
  ];
  for (const [options, code, message] of cases) {
    await t.rejects(
      regridTo(context, [geopotential], { ...cpu, output: place('refused.grib'), ...options }),
      { code, message },
      JSON.stringify(options),
    );
    t.notOk(existsSync(place('refused.grib')));
  }
});
