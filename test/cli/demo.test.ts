// `dte demo`: the whole way from a model to pictures of what a store gives back, small.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import t from 'tap';
import { output, scratch } from './dte.js';

const folder = scratch(t);
const out = join(folder, 'out');
const env = { DTE_CACHE: join(folder, 'cache') };
const demo = ['demo', '--truncation', '15', '--days', '1', '--members', '2', '--grid', '10/10', '-o', out];

t.test('a model, a formula and an inference, into a store and out again', async (t) => {
  const { run, readBack } = JSON.parse(await output([...demo, '--json'], { env }));
  t.match(run, { simulatedSeconds: 86_400, twin: { members: 2, truncation: 15 }, unfinished: [] });
  // vo, u, v, z, ws and two levels of vortices, of two members at five times; daily mean and maximum of the first five.
  t.equal(run.fields, 2 * (5 * 7 + 2 * 5));
  t.match(run.plugins, [
    { plugin: 'wind-speed', kind: 'expression', state: 'running', runs: 5, readBytes: 0, uploadBytes: 0, failures: [] },
    { plugin: 'strong-wind', kind: 'builtin', state: 'running', runs: 5, failures: [] },
    { plugin: 'vortices', kind: 'infero', state: 'running', runs: 5, failures: [] },
  ]);
  t.match(run.unwritten, [/^80: its mean has no parameter of its own/, /^80: its max /], 'what a store could not tell apart');
  t.equal(readBack.values, 5 * 4);
  t.equal(readBack.maps.length, 2);
  for (const path of [...readBack.maps, readBack.series]) t.ok(decode(readFileSync(path)).width >= 900, path);
  const table = readFileSync(join(out, 'diagnostics.csv'), 'utf8').trim().split('\n');
  t.equal(table.length, 1 + 5 * 2);
});

t.test('it can be run again: the store holds the last run, once', async (t) => {
  await output(demo, { env });
  const config = JSON.stringify({ type: 'local', engine: 'toc', spaces: [{ roots: [{ path: join(out, 'fdb') }] }] });
  const listed = await output(['fdb', 'list', '--porcelain', '--config', config, 'class=rd,expver=demo'], { env });
  t.equal(listed.trim().split('\n').length, 90);
  const stats = await output(['fdb', 'stats', '--config', config, '--json', 'class=rd,expver=demo'], { env });
  t.match(stats, /"fields":90/, 'nothing is left of the first run');
  t.ok(existsSync(join(out, 'frames/vo-0024.png')));
});

t.test('the regridding demo takes its options after its name, and files without it', async (t) => {
  const tiny = ['twin', 'run', '--truncation', '7', '--days', '0.25', '--every', '6h', '--frames', 'none', '-o', join(folder, 'tiny')];
  await output(tiny, { env });
  const path = join(folder, 'tiny/fields/step-0006.grib2');
  for (const given of [
    ['demo', 'regrid', path],
    ['demo', path],
  ]) {
    const place = join(folder, given.length === 3 ? 'named' : 'plain');
    const summary = JSON.parse(await output([...given, '--grid', '20/20', '-o', place, '--json'], { env }));
    t.match(summary, { synthetic: false, inputs: [path], output: `${place}/regridded.grib`, regrid: { fields: 4, pointsOut: 4 * 9 * 18 } });
  }
});
