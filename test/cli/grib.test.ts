// The grib verbs on real files, beside ecCodes where it is installed.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readNpy } from '../../src/base/index.js';
import { noEccodes, noShared, sharedGrib } from '../grib/peer.js';
import { eccodesFields } from '../support/eccodes.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);
const skip = noShared;
const members = `${sharedGrib}era5-levels-members.grib`;
const mixed = `${sharedGrib}multi-format.grib`;
const levels = `${sharedGrib}regular_gg_ml_g2.grib`;
const peer = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });

t.test('ls prints a table with the number of fields, and JSON with file and message', { skip }, async (t) => {
  const lines = (await output(['grib', 'ls', '-w', 'level=850', levels, members])).split('\n');
  t.equal(lines[0], levels);
  t.equal(lines[1], `0 of 3 fields in ${levels}`);
  t.match(lines[4], /^edition +centre +date/);
  t.equal(lines.at(-3), `80 of 160 fields in ${members}`);
  const rows = JSON.parse(await output(['grib', 'ls', '--json', levels, members])) as Record<string, unknown>[];
  t.equal(rows.length, 163);
  t.match(rows[3], { file: members, message: 1, edition: 1, shortName: 'z', level: 500 });
});

t.test('ls and get print what ecCodes prints', { skip: skip || noEccodes }, async (t) => {
  const keys = 'edition,centre,dataDate,stepRange,typeOfLevel,level,shortName,gridType,packingType';
  for (const file of [members, mixed, levels]) {
    const expected = peer('grib_get', '-p', keys, file)
      .trim()
      .split('\n')
      .map((line) => line.trim());
    t.strictSame((await output(['grib', 'get', '-p', keys, file])).trim().split('\n'), expected, file);
  }
  const listed = peer('grib_ls', '-p', keys, levels)
    .split('\n')
    .slice(1, 5)
    .map((line) => line.trim().split(/ +/));
  const ours = (await output(['grib', 'ls', '-p', keys, levels]))
    .split('\n')
    .slice(1, 5)
    .map((line) => line.trim().split(/ +/));
  t.strictSame(ours, listed);
});

t.test('dump shows the octets of every section, as text and as JSON', { skip }, async (t) => {
  const text = await output(['grib', 'dump', levels, '--message', '2']);
  t.match(text, /message 2, edition 2, \d+ bytes at \d+\nsection 0, 16 bytes at 0\n/);
  t.match(text, / 13-14 {2}centre|6-7 {2}centre = 98 \(ecmf/);
  const dumped = JSON.parse(await output(['grib', 'dump', '--json', levels])) as { message: number; sections: unknown[] }[];
  t.strictSame(
    dumped.map(({ message }) => message),
    [1, 2, 3],
  );
  t.ok(dumped.every(({ sections }) => sections.length >= 7));
});

t.test('copy selects messages octet by octet', { skip: skip || noEccodes }, async (t) => {
  await output(['grib', 'copy', '-w', 'level=500,shortName=t', members, '-o', at('ours.grib')]);
  peer('grib_copy', '-w', 'level=500,shortName=t', members, at('theirs.grib'));
  t.ok(readFileSync(at('ours.grib')).equals(readFileSync(at('theirs.grib'))));
});

t.test('copy splits by keys in the output name', { skip }, async (t) => {
  const text = await output(['grib', 'copy', members, '-o', at('split/[shortName]_[level].grib'), '--json']);
  t.equal((JSON.parse(text) as { messages: number }).messages, 160);
  t.strictSame(readdirSync(at('split')), ['t_500.grib', 't_850.grib', 'z_500.grib', 'z_850.grib']);
  t.match(await output(['grib', 'ls', at('split/t_*.grib')]), /40 of 40 fields[\s\S]*40 of 40 fields/);
});

t.test('a pipe of verbs gives the same bytes', { skip }, async (t) => {
  await output(['grib', 'copy', members, '-o', at('whole.grib')]);
  const copied = await dte(['grib', 'copy', '-', '-o', '-'], { input: readFileSync(members) });
  t.equal(copied.code, 0);
  t.ok(copied.stdout.equals(readFileSync(at('whole.grib'))));
  t.match(await output(['grib', 'ls', '-'], { input: copied.stdout }), /160 of 160 fields in -/);
});

t.test('values are those of ecCodes, bit for bit in f64', { skip: skip || noEccodes }, async (t) => {
  const cases: [string, number][] = [
    ['regular_gg_ml_g2.grib', 3],
    ['fields_with_missing_values.grib', 2],
    ['packingType-grid_ccsds.grib2', 1],
    ['alternate-scanning.grib', 1],
  ];
  for (const [name, message] of cases) {
    const file = sharedGrib + name;
    const expected = eccodesFields(file)?.[message - 1];
    const wanted = expected?.values ?? new Float64Array(expected?.points ?? 0).fill(expected?.constant ?? Number.NaN);
    await output(['grib', 'values', file, '--message', String(message), '--precision', 'f64', '--format', 'npy', '-o', at('v.npy')]);
    const npy = readNpy(readFileSync(at('v.npy')));
    t.equal(npy.type, 'f64');
    t.strictSame(npy.values, wanted, `${name} as npy`);
    const json = JSON.parse(await output(['grib', 'values', file, '--message', String(message), '--precision', 'f64'])) as (
      | number
      | null
    )[];
    t.strictSame(
      Float64Array.from(json, (value) => value ?? Number.NaN),
      wanted,
      `${name} as JSON`,
    );
  }
});

t.test('values in f32 are an f32 array', { skip }, async (t) => {
  await output(['grib', 'values', levels, '--message', '1', '-o', at('v32.npy')]);
  const { type, shape } = readNpy(readFileSync(at('v32.npy')));
  t.equal(type, 'f32');
  t.strictSame(shape, [51_200]);
});

t.test('a damaged message elsewhere in the file does not matter', { skip }, async (t) => {
  const good = readFileSync(levels);
  const damaged = Buffer.from(good);
  damaged.fill(0, 103_000, 103_799);
  writeFileSync(at('damaged.grib'), damaged);
  const whole = (await dte(['grib', 'values', levels, '--message', '3'])).stdout;
  const { code, stdout } = await dte(['grib', 'values', at('damaged.grib'), '--message', '3', '--log', 'error']);
  t.equal(code, 0);
  t.ok(stdout.equals(whole));
});

t.test('spectral fields are copied, shown and packed anew', { skip: skip || noEccodes }, async (t) => {
  const sh = `${sharedGrib}spherical_harmonics.grib`;
  t.match(await output(['grib', 'ls', sh]), /sh +0 +isobaricInhPa +500 +z +spectral_complex/);
  t.equal(await output(['grib', 'get', '-p', 'J,K,M,JS,P,laplacianOperator,bitsPerValue', sh]), '63 63 63 20 1122 1.122 16\n');
  await output(['grib', 'copy', sh, '-o', at('copy.grib')]);
  // Two octets of padding end the file.
  t.ok(readFileSync(at('copy.grib')).equals(readFileSync(sh).subarray(0, -2)), 'copy');
  await output(['grib', 'values', sh, '--message', '1', '--device', 'cpu', '--format', 'npy', '-o', at('sh.npy')]);
  t.strictSame(
    Array.from(readNpy(readFileSync(at('sh.npy'))).values as Float32Array),
    Array.from(eccodesFields(sh)?.[0]?.values as Float64Array, Math.fround),
  );
  for (const [args, packed] of [
    [['--packing', 'complex', '--subset', '10', '--bits', '24'], 'spectral_complex 24 10'],
    [['--packing', 'simple'], 'spectral_simple 16 not_found'],
  ] as const) {
    await output(['grib', 'set-packing', sh, '-o', at('packed.grib'), ...args]);
    t.equal(peer('grib_get', '-f', '-p', 'packingType,bitsPerValue,JS', at('packed.grib')).trim(), packed);
  }
  // One power for the whole field, stated.
  await output(['grib', 'set-packing', sh, '-o', at('packed.grib'), '--packing', 'keep', '--laplacian-power', '0.75']);
  t.equal(peer('grib_get', '-p', 'P', at('packed.grib')).trim(), '750');
});

t.test('set-packing writes what ecCodes reads: same headers, same values', { skip: skip || noEccodes }, async (t) => {
  await output(['grib', 'set-packing', levels, '-o', at('ccsds.grib'), '--packing', 'ccsds']);
  t.equal(peer('grib_get', '-p', 'packingType', at('ccsds.grib')), 'grid_ccsds\n'.repeat(3));
  // The same bits give the same integers, hence the very same values.
  const before = eccodesFields(levels);
  const after = eccodesFields(at('ccsds.grib'));
  for (let field = 0; field < 3; field++) t.strictSame(after?.[field]?.values, before?.[field]?.values, `field ${field + 1}`);
  const keys = 'mars.date,mars.levelist,mars.param,gridType,Ni,Nj,N,md5GridSection,md5Section4';
  t.equal(peer('grib_get', '-p', keys, at('ccsds.grib')), peer('grib_get', '-p', keys, levels));
  const { stderr } = await dte(['grib', 'set-packing', levels, '-o', at('coarse.grib'), '--packing', 'simple', '--bits', '8', '--profile']);
  t.match(stderr, /kernel +runs +ms +bytes +GB\/s +of copy\ngrib\//);
  t.equal(peer('grib_get', '-p', 'packingType,bitsPerValue', at('coarse.grib')), 'grid_simple 8\n'.repeat(3));
});
