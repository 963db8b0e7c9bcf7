// Spectral files through the whole command: transform and winds against CDO, pairs in a stream, options that only such input has.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { find, type Message } from '../../src/grib/index.js';
import { cdo, noCdo } from '../support/cdo.js';
import { decoded, type Reals } from '../support/decoded.js';
import { cpuEngine } from '../support/engines.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const env = { DTE_CACHE: join(folder, 'cache') };
const place = (name: string): string => join(folder, name);
const geopotential = join(sharedGrib, 'spherical_harmonics.grib');
const vorticity = join(sharedGrib, 'packingType-spectral_complex_param-vo_d.grib2');

async function valuesOf(name: string): Promise<readonly Reals[]> {
  const engine = await cpuEngine({ precision: 'f64' });
  try {
    return await decoded(engine, await readMessages(place(name)));
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
  await output(['regrid', geopotential, '-o', place('z.grib'), '--grid', 'F32', '--accuracy', '24'], { env });
  const [values] = await valuesOf('z.grib');
  // f32 arithmetic of the transform, about 1e-6 of the range; 24 bits are 6e-8 of it.
  t.ok(apart(values!, printed('-sp2gpl', geopotential)) < 2e-6);
});

t.test('wind of vorticity and divergence is that of cdo dv2uvl, under the parameters of wind', { skip: noShared || noCdo }, async (t) => {
  await output(['regrid', vorticity, '-o', place('uv.grib'), '--grid', 'F11', '--vod2uv', '--accuracy', '24'], { env });
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
  t.comment(apart(u!, wanted[0]), apart(v!, wanted[1]));
  t.ok(apart(u!, wanted[0]) < 1e-5);
  t.ok(apart(v!, wanted[1]) < 1e-5);
});

t.test('pairs are found in a stream, whatever lies between and in whatever order', { skip: noShared }, async (t) => {
  const [first, second] = (await readMessages(vorticity)) as readonly [Message, Message];
  const bytes = readFileSync(vorticity);
  const parts = first.fields === 1 ? [first.bytes, second.bytes] : [bytes];
  const other = readFileSync(geopotential);
  writeFileSync(place('mixed.grib'), Buffer.concat([other, ...parts.toReversed(), other, ...parts]));
  await output(['regrid', place('mixed.grib'), '-o', place('mixed-out.grib'), '--grid', '10/10', '--vod2uv'], { env });
  t.same(
    (await readMessages(place('mixed-out.grib'))).map((message) => find(message, 'shortName')),
    ['z', 'u', 'v', 'z', 'u', 'v'],
  );
  await output(['regrid', place('mixed.grib'), '-o', place('v.grib'), '--grid', '10/10', '--vod2uv', '--v-only'], { env });
  t.same(
    (await readMessages(place('v.grib'))).map((message) => find(message, 'shortName')),
    ['z', 'v', 'z', 'v'],
  );
  if (parts.length === 1) return;
  writeFileSync(place('half.grib'), Buffer.concat([other, parts[0] as Uint8Array]));
  const alone = await dte(['regrid', place('half.grib'), '-o', place('half-out.grib'), '--grid', '10/10', '--vod2uv'], { env });
  t.equal(alone.code, 4);
  t.match(alone.stderr, /no field of parameter 155 goes with this one of parameter 138 \(vo\) .*half\.grib, message 2/);
  t.notOk(existsSync(place('half-out.grib')));
  const going = await dte(['regrid', place('half.grib'), '-o', place('half-out.grib'), '--grid', '10/10', '--vod2uv', '-k'], { env });
  t.match(going.stderr, /no field of parameter 155/);
  t.equal((await readMessages(place('half-out.grib'))).length, 1);
});

t.test('one transform serves several targets, each as by itself', { skip: noShared }, async (t) => {
  const to = (name: string, text: string): readonly string[] => ['--to', `${text},output=${place(name)}`];
  await output(['regrid', geopotential, '--intgrid', 'F32', ...to('a.grib', 'grid=10/10'), ...to('b.grib', 'grid=O16,method=nn')], { env });
  await output(['regrid', geopotential, '-o', place('alone-a.grib'), '--intgrid', 'F32', '--grid', '10/10'], { env });
  await output(['regrid', geopotential, '-o', place('alone-b.grib'), '--intgrid', 'F32', '--grid', 'O16', '--interpolation', 'nn'], { env });
  for (const name of ['a.grib', 'b.grib']) t.ok(readFileSync(place(name)).equals(readFileSync(place(`alone-${name}`))), name);
});

t.test('filters and truncation leave what they should', { skip: noShared }, async (t) => {
  // Only the mean is left: a constant field.
  await output(['regrid', geopotential, '-o', place('mean.grib'), '--grid', 'F32', '--bandpass', '0/0/0/0'], { env });
  const [mean] = await valuesOf('mean.grib');
  t.ok(mean!.every((value) => Math.abs(value - mean![0]!) < 1e-6 * Math.abs(mean![0]!)));
  await output(['regrid', geopotential, '-o', place('smooth.grib'), '--grid', 'F32', '--truncation', '10', '--cesaro', '--accuracy', '24'], { env });
  await output(['regrid', geopotential, '-o', place('rough.grib'), '--grid', 'F32', '--accuracy', '24'], { env });
  const range = (values: Reals): number => Math.max(...values) - Math.min(...values);
  const [[smooth], [rough]] = [await valuesOf('smooth.grib'), await valuesOf('rough.grib')] as const;
  t.ok(range(smooth!) < range(rough!));
});

t.test('options that spectral input cannot take are refused, and nothing is written', { skip: noShared }, async (t) => {
  const cases: [readonly string[], number, RegExp][] = [
    [['--truncation', '64', '--grid', '5/5'], 2, /a truncation of T64 of fields that have T63/],
    [['--truncation', 'none', '--intgrid', 'none', '--grid', 'F16'], 2, /truncation 63 is above what F16 supports/],
    [['--intgrid', '5/5', '--grid', '5/5'], 2, /as grid of a spectral transform/],
    [['--bandpass', '0/70/0/70', '--grid', '5/5'], 2, /bandpass 0\/70\/0\/70 of fields of T35/],
    [['--cesaro', '--cesaro-truncation', '99', '--grid', '5/5'], 2, /cesaro-truncation 99 of fields of T35/],
    [['--cesaro-k', '1', '--grid', '5/5'], 2, /cesaro-k without cesaro/],
    [['--rotation', '-40/10'], 2, /a rotation needs a grid/],
    [['--vod2uv', '--uv2uv', '--grid', '5/5'], 2, /vod2uv and uv2uv together/],
    [['--frame', '2', '--grid', 'F32', '--u-only'], 2, /u-only without vod2uv or uv2uv or uv/],
  ];
  for (const [options, code, message] of cases) {
    const run = await dte(['regrid', geopotential, '-o', place('refused.grib'), ...options], { env });
    t.equal(run.code, code, `${options.join(' ')}: ${run.stderr}`);
    t.match(run.stderr, message);
    t.notOk(existsSync(place('refused.grib')));
  }
});
