// `dte twin`: a small run from options to files, read by ecCodes; plugins beside it; every wrong option, and nothing half-written.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode } from 'fast-png';
import t from 'tap';
import { gribLs, noEccodes } from '../grib/peer.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const cache = { DTE_CACHE: join(folder, 'cache') };
/** 24 steps of half an hour at T15. */
const small = ['twin', 'run', '--truncation', '15', '--step', '30m', '--days', '0.5', '--every', '3h', '--frames', 'none'];

const run = (out: string, ...more: readonly string[]): Promise<string> =>
  output([...small, '-o', join(folder, out), '--json', ...more], { env: cache });

t.test('a run leaves fields, pictures, diagnostics, and says what it did', async (t) => {
  const out = join(folder, 'plain');
  const summary = JSON.parse(await run('plain', '--frames', '6h', '--grid', '10/10', '--param', 'vo,z', '--reduce', 'mean,max:6h'));
  t.match(summary, {
    twin: { case: 'galewsky', truncation: 15, grid: 'F12', members: 1, stepSeconds: 1800 },
    ...{ steps: 24, simulatedSeconds: 43200, frames: 3, fields: 5 * 2 + 2 * 4, to: `${out}/fields`, unfinished: [], plugins: [] },
  });
  t.ok(Math.abs(summary.conserved.mass) < 1e-7, `mass is kept to f32: ${summary.conserved.mass}`);
  t.same(
    readdirSync(join(out, 'fields')).sort(),
    ['00', '03', '06', '09', '12'].map((hour) => `step-00${hour}.grib2`),
  );
  t.same(readdirSync(join(out, 'frames')).sort(), ['vo-0000.png', 'vo-0006.png', 'vo-0012.png']);
  const frame = decode(readFileSync(join(out, 'frames/vo-0012.png')));
  t.equal(frame.width, 1000);
  t.equal(decode(readFileSync(join(out, 'diagnostics.png'))).width, 900);
  const lines = readFileSync(join(out, 'diagnostics.csv'), 'utf8').trim().split('\n');
  t.equal(lines.length, 1 + 5, 'a header, and a row for each output');
  const [, first] = lines.map((line) => line.split(','));
  t.equal(first?.length, lines[0]?.split(',').length);
  // Galewsky et al. 2004: a mean depth of 10 km, plus the bump; a jet of 80 m/s at 45 degrees, which T15 shows weaker.
  t.ok(Math.abs(Number(first?.[2]) - 10_000) < 2, `mass ${first?.[2]} m`);
});

t.test('every message of an ensemble is known to ecCodes', { skip: noEccodes }, async (t) => {
  const out = join(folder, 'ensemble');
  await run('ensemble', '--members', '3', '--param', 'u,v,vo,d,z', '--date', '20260301', '--time', '600', '--expver', '0007');
  const listed = gribLs(join(out, 'fields/step-0012.grib2'), [
    '-p',
    'shortName,number,type,stepRange,gridName,validityDate,validityTime,expver,typeOfLevel',
  ]);
  const wanted = ['u', 'v', 'vo', 'd', 'z'].flatMap((shortName) =>
    [0, 1, 2].map((number) => ({
      ...{ shortName, number, type: number === 0 ? 'cf' : 'pf', stepRange: '12', gridName: 'F12' },
      ...{ validityDate: 20260301, validityTime: 1800, expver: '0007', typeOfLevel: 'hybrid' },
    })),
  );
  const text = (row: object): object => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)]));
  t.same(listed.map(text), wanted.map(text));
});

t.test('a store takes the fields, and dte fdb finds them; diagnostics may be JSON lines', async (t) => {
  const root = join(folder, 'root');
  mkdirSync(root);
  const config = `{type: local, engine: toc, spaces: [{roots: [{path: '${root}'}]}]}`;
  const table = join(folder, 'd.jsonl');
  const to = ['--to', 'fdb:expver=0042', '--config', config, '--diagnostics', table];
  const summary = JSON.parse(
    await run('store', ...to, '--members', '2', '--param', 'vo', '--no-instants', '--reduce', 'min,max:12h', '--reduce', 'mean:24h'),
  );
  t.equal(summary.fields, 4);
  t.same(summary.unfinished, ['vo ml: 4 samples of a window of 24 h']);
  t.notOk(existsSync(join(folder, 'store/fields')));
  const listed = await output(['fdb', 'list', '--porcelain', '--config', config, 'class=rd,expver=0042'], { env: cache });
  t.equal(listed.trim().split('\n').length, 4);
  t.ok(listed.includes('238138') && listed.includes('237138'), 'minimum and maximum of vorticity');
  const rows = readFileSync(table, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.equal(rows.length, 5 * 2);
  t.match(rows[1], { number: 1, timeSeconds: 0 });
});

t.test('the same seed gives the same octets, another one others', async (t) => {
  const octets: Buffer[] = [];
  for (const [index, seed] of ['1', '1', '2'].entries()) {
    await run(`seed${index}`, '--truncation', '5', '--members', '2', '--param', 'vo', '--days', '0.125', '--seed', seed);
    octets.push(readFileSync(join(folder, `seed${index}/fields/step-0003.grib2`)));
  }
  t.ok(octets[0]!.equals(octets[1]!));
  t.notOk(octets[0]!.equals(octets[2]!));
});

/** A plugin that copies the wind into `ws`, and tells of each step. */
const plugin = (work: string): string => `
import { copy } from '${pathToFileURL(new URL('../../src/compute/index.js', import.meta.url).pathname).href}';
export function createPlugin() {
  const param = (name, more) => ({ name, type: 'ATLAS_FIELD', available: 'on-request', ...more });
  const required = [param('u'), { name: 'NSTEP', type: 'INT', available: 'always' }, { name: 'WSTEP', type: 'DOUBLE', available: 'always' }];
  const offered = [param('ws', { shape: { like: 'u' } }), param('nothing-known', { shape: { like: 'u' } })];
  const versions = { requestedPlumeVersion: '0.0.0', requestedAtlasVersion: '0.0.0', offeredPlumeVersion: '0.0.0', offeredAtlasVersion: '0.0.0' };
  return {
    info: { name: 'p', version: '1.0.0' },
    negotiate: async () => ({ required, offered, ...versions }),
    async run({ engine, outputs, notify }, data) { ${work} },
  };
}`;

t.test('plugins see the model, write beside it, and one that fails stops nothing', { skip: noEccodes }, async (t) => {
  const place = join(folder, 'plugins');
  mkdirSync(place);
  const copies = `
    const { field } = data.field('u');
    await engine.run((pass) => {
      for (const [index, { values }] of field.tiles.entries())
        pass.run(copy, { points: values.length, source: values, copied: outputs.ws.field.tiles[index].values });
    });
    notify('step.seen', { step: data.int('NSTEP'), seconds: data.double('WSTEP'), members: field.layers.length });`;
  writeFileSync(join(place, 'copies.mjs'), plugin(copies));
  writeFileSync(
    join(place, 'fails.mjs'),
    plugin("throw new Error('out of order');").replaceAll("'ws'", "'strf'").replaceAll("'nothing-known'", "'other'"),
  );
  const yaml = `plugins:
  - {name: fails, lib: fails.mjs, kind: module, failures: 2}
  - {name: copies, lib: copies.mjs, kind: module}
  - {name: needy, lib: copies.mjs, kind: module, parameters: [[{name: q, type: ATLAS_FIELD}]]}
`;
  writeFileSync(join(place, 'plume.yaml'), yaml);
  const summary = JSON.parse(
    await run(
      'beside',
      '--plume',
      join(place, 'plume.yaml'),
      '--members',
      '2',
      '--param',
      'u',
      '--plume-every',
      '90m',
      '--plume-param',
      'nothing-known=vp',
    ),
  );
  const [fails, copied, needy] = summary.plugins;
  t.match(fails, { plugin: 'fails', state: 'disabled', failures: [/'fails' failed in run, step 1: out of order/, /step 2/] });
  t.match(copied, { plugin: 'copies', state: 'running', runs: 9, failures: [] });
  t.match(needy, { plugin: 'needy', state: 'rejected', reasons: [/lacks q/] });
  t.equal(summary.steps, 24, 'the model went on');
  const notices = readFileSync(join(folder, 'beside/notices.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.equal(summary.notices, 9);
  t.same(notices[2], { plugin: 'copies', step: 3, event: 'step.seen', data: { step: 6, seconds: 10800, members: 2 } });
  const path = join(folder, 'beside/fields/step-0012.grib2');
  const listed = gribLs(path, ['-p', 'shortName,number,average']);
  t.same(
    listed.map((row) => (row as { shortName: string }).shortName),
    ['u', 'u', 'ws', 'ws', 'vp', 'vp'],
  );
  const mean = (index: number): unknown => (listed[index] as { average: unknown }).average;
  t.same([mean(2), mean(3)], [mean(0), mean(1)], 'what the plugin wrote is what it saw');
});

t.test('without a step of its own the model takes one that fits the times asked for', async (t) => {
  const plain = ['twin', 'run', '--truncation', '7', '--frames', 'none', '--to', 'none', '-o', join(folder, 'fit'), '--json'];
  for (const [times, most] of [
    [['--days', '0.125', '--every', '40m', '--plume-every', '25m'], 300],
    [['--days', '0.25', '--every', '6h'], 3600],
  ] as const) {
    const { twin, simulatedSeconds } = JSON.parse(await output([...plain, ...times], { env: cache }));
    t.equal(simulatedSeconds, Number(times[1]) * 86_400);
    t.ok(twin.stepSeconds <= most && most % twin.stepSeconds === 0, `${times.join(' ')}: ${twin.stepSeconds} s`);
  }
});

t.test('cases are listed with their parameters', async (t) => {
  t.match(await output(['twin', 'cases']), /galewsky .*jet[\s\S]*jetSpeed[\s\S]*williamson2/);
  const listed = JSON.parse(await output(['twin', 'cases', '--json'])) as { name: string }[];
  t.ok(listed.some(({ name }) => name === 'rossby-haurwitz'));
});

t.test('wrong options are refused by name before anything is written', async (t) => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['--case galewski', /'galewski' is no case.*did you mean 'galewsky'/],
    ['--parameter jetSped=3', /did you mean 'jetSpeed'/],
    ['--parameter jetSpeed', /'jetSpeed' is not a parameter.*--parameter/],
    ['--param vo,w', /the twin has no field 'w': vo, d, u, v, z/],
    ['--days 0', /a run of 0 days/],
    ['--every 7m', /420 s are not a whole number of time steps of 1800 s \(option --every\)/],
    ['--every soon', /'soon' is not a length of time/],
    ['--grid nowhere', /grid 'nowhere' is not known/],
    ['--reduce mean:4h', /windows of 14400 s for mean of samples every 10800 s/],
    ['--reduce meen:6h', /did you mean 'mean'/],
    ['--frames 6h --frame-member 3', /there is no member 3/],
    ['--frames 6h --projection round', /'round' is not a projection/],
    ['--expver long-one', /expver 'long-one' is not four characters/],
    ['--date 20260231', /date 20260231/],
    ['--to fdb:expver', /'expver' has no value/],
    ['--plume-param x', /'x' is not an output and its parameter/],
  ];
  for (const [text, message] of wrong) {
    const out = join(folder, 'refused');
    const { code, stderr } = await dte(
      [...small, '-o', out, ...(text.startsWith('--plume') ? ['--plume', 'p.yaml'] : []), ...text.split(' ')],
      { env: cache },
    );
    t.equal(code, 2, text);
    t.match(stderr, message, text);
    t.notOk(existsSync(out), `${text}: nothing is left`);
  }
  const absent = await dte([...small, '-o', join(folder, 'refused'), '--plume', join(folder, 'no.yaml')], { env: cache });
  t.equal(absent.code, 4);
  t.match(absent.stderr, /no\.yaml/);
});
