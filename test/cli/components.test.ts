// Grid, weights, regrid, plot, cache and info as processes.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readNpy } from '../../src/base/index.js';
import { readNpz } from '../../src/regrid/index.js';
import { peersRequired } from '../support/engines.js';
import { noEccodes, noShared, sharedGrib } from '../grib/peer.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);
const env = { DTE_CACHE: at('cache') };
const levels = `${sharedGrib}regular_gg_ml_g2.grib`;

const python = '/usr/bin/python3';
const noNumpy = ((): string | false => {
  try {
    execFileSync(python, ['-c', 'import numpy, scipy.sparse'], { stdio: 'ignore' });
    return false;
  } catch {
    if (peersRequired) throw new Error('python3 with numpy and scipy is required and not installed');
    return 'python3 with numpy and scipy is not installed';
  }
})();

t.test('grid describes a name', async (t) => {
  const json = JSON.parse(await output(['grid', 'o32', '--json'])) as Record<string, unknown>;
  // 4 * (20 + 24 + ... + 144) / 2 points: sum over 64 rows of 16 + 4 i.
  t.match(json, { name: 'O32', type: 'reduced_gg', points: 5248, rows: 64, gaussianNumber: 32, spec: { grid: 'O32' } });
  t.match(String(json['hash']), /^[0-9a-f]{32}$/);
  const text = await output(['grid', '0.25/0.25']);
  t.match(text, /points +1 038 240\n/);
  t.match(text, /spacing +0.25 by 0.25 degrees/);
});

t.test('grid takes the grid of a file, and writes its points', { skip: noShared || noNumpy }, async (t) => {
  const points = at('points.npy');
  const text = await output(['grid', levels, '--points', points]);
  t.match(text, /type +regular_gg\n/);
  t.strictSame(readNpy(readFileSync(points)).shape, [51_200, 2]);
  const script = `import numpy; a = numpy.load('${points}'); print(a.dtype, a.shape, round(a[0, 0], 3), a[1, 1])`;
  t.equal(execFileSync(python, ['-c', script], { encoding: 'utf8' }), 'float64 (51200, 2) 89.142 1.125\n');
});

t.test('weights are a scipy matrix, kept in the cache until they are removed', { skip: noNumpy }, async (t) => {
  const npz = at('w.npz');
  const summary = JSON.parse(await output(['weights', 'O16', '10/10', '--method', 'nn', '-o', npz, '--json'], { env })) as Record<
    string,
    unknown
  >;
  t.match(summary, { method: 'nearest-neighbour', rows: 684, columns: 1600, entries: 684 });
  t.equal(readNpz(readFileSync(npz)).rows, 684);
  const script = `import scipy.sparse; w = scipy.sparse.load_npz('${npz}'); print(w.shape, w.nnz, w.sum())`;
  t.equal(execFileSync(python, ['-c', script], { encoding: 'utf8' }), '(684, 1600) 684 684.0\n');
  const listed = JSON.parse(await output(['cache', 'ls', '--json'], { env })) as { weights: { name: string }[] };
  t.equal(listed.weights.length, 1);
  t.equal((await dte(['cache', 'rm'], { env })).code, 2, 'nothing is removed by accident');
  t.equal((await dte(['cache', 'rm', 'zzz'], { env })).code, 4);
  t.equal((await dte(['cache', 'rm', listed.weights[0]?.name as string], { env })).code, 0);
  t.match(await output(['cache', 'ls'], { env }), /^0 matrices, 0 B, in /);
});

t.test('regrid writes GRIB that ecCodes reads, from a file and through a pipe', { skip: noShared || noEccodes }, async (t) => {
  const { code, stderr, stdout } = await dte(['regrid', levels, '-o', at('r.grib'), '--grid', '2/2', '--area', '60/-20/30/40'], { env });
  t.equal(code, 0);
  t.equal(stdout.length, 0, 'the summary is on standard error');
  t.match(stderr, /r\.grib: 3 fields, 1 488 points; /);
  const keys = 'gridType,Ni,Nj,latitudeOfFirstGridPointInDegrees,shortName';
  t.equal(execFileSync('grib_get', ['-p', keys, at('r.grib')], { encoding: 'latin1' }), 'regular_ll 31 16 60 t\n'.repeat(3));
  const piped = await dte(['-q', 'regrid', '-', '-o', '-', '--grid', '2/2', '--area', '60/-20/30/40'], {
    env,
    input: readFileSync(levels),
  });
  t.equal(piped.stderr, '', 'quiet says nothing');
  t.ok(piped.stdout.equals(readFileSync(at('r.grib'))));
});

t.test('plot draws a PNG of the asked width', { skip: noShared }, async (t) => {
  t.equal((await dte(['plot', levels, '--message', '2', '-o', at('map.png'), '--width', '400', '--projection', 'robinson'])).code, 0);
  const png = readFileSync(at('map.png'));
  t.equal(png.subarray(1, 4).toString(), 'PNG');
  t.equal(png.readUInt32BE(16), 400);
  t.equal((await dte(['plot', levels, '-o', at('no.png'), '--projection', 'flat'])).code, 2);
  t.notOk(existsSync(at('no.png')));
});

t.test('info tells version, machine, choice and cache', async (t) => {
  const info = JSON.parse(await output(['info', '--json'], { env })) as Record<string, unknown>;
  t.match(info, { node: process.version, chosen: { executor: 'cpu' }, cache: { folder: env.DTE_CACHE } });
  t.ok(Array.isArray(info['adapters']));
});
