// Bad input: one clear line with its place, the exit code of its family, and no output file.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { noShared, sharedGrib } from '../grib/peer.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);

writeFileSync(at('empty.grib'), '');
writeFileSync(at('junk.grib'), Buffer.alloc(3000, 'no message here '));

async function refused(t: Test, args: readonly string[], code: number, message: RegExp): Promise<void> {
  const run = await dte(args);
  t.equal(run.code, code, `dte ${args.join(' ')}`);
  t.match(run.stderr, message);
  t.equal(run.stderr.trim().split('\n').length, 1, 'one line');
}

t.test('files that cannot be read', async (t) => {
  await refused(t, ['grib', 'ls', at('none.grib')], 4, /^dte: '.*none\.grib' does not exist/);
  await refused(t, ['grib', 'ls', at('*.none')], 4, /^dte: no file matches/);
  await refused(t, ['grib', 'ls', folder], 2, /^dte: '.*' is a directory; name a file/);
  await refused(
    t,
    ['grib', 'ls', at('empty.grib')],
    5,
    /^dte: the file is empty: no GRIB message \(.*empty\.grib, byte 0\); a message begins with "GRIB"/,
  );
  await refused(t, ['grib', 'values', at('junk.grib'), '--message', '1'], 5, /^dte: no GRIB message in 3000 bytes/);
});

t.test('grids and areas that do not exist', async (t) => {
  await refused(t, ['grid', 'Q640'], 2, /^dte: grid 'Q640' is not known; accepted are .*; did you mean 'O640'\?/);
  await refused(t, ['grid', 'none.grib'], 4, /^dte: 'none\.grib' is neither a file nor a grid/);
  await refused(t, ['grid', '{grid: 1/1, area: 95/0/0/10}'], 2, /^dte: area 95\/0\/0\/10 reaches beyond a pole/);
  await refused(t, ['grid', '{grid: 1/1, area: 10.2/0.2/10.1/0.3}'], 2, /^dte: area .* holds no point/);
});

t.test('the log of a failure has its stack at level debug', async (t) => {
  const { code, stderr } = await dte(['--log', 'debug', 'grid', 'Q640']);
  t.equal(code, 2);
  t.match(stderr, /\n {4}at /);
});

t.test('damaged and unsupported messages', { skip: noShared }, async (t) => {
  const steps = readFileSync(`${sharedGrib}step_60m.grib`);
  writeFileSync(at('cut.grib'), steps.subarray(0, 5000));
  const corrupted = `${sharedGrib}era5-levels-corrupted.grib`;
  const out = at('out.grib');

  const listed = await dte(['grib', 'ls', '--json', at('cut.grib')]);
  t.equal(listed.code, 5);
  t.match(listed.stderr, /^dte: the message states 206 octets and the file ends after 200 of them \(.*cut\.grib, message 21, byte 4800\)/);
  t.equal((JSON.parse(listed.stdout.toString()) as unknown[]).length, 20, 'what came before is listed, and still JSON');

  await refused(t, ['grib', 'copy', corrupted, '-o', out], 5, /message 1, byte 0/);
  t.notOk(existsSync(out), 'no output after a failure');
  const saved = await dte(['grib', 'copy', '--keep-going', corrupted, '-o', out]);
  t.equal(saved.code, 5, 'damage shows in the exit code');
  t.match(saved.stderr, /message 1, byte 0[\s\S]*\n1 message, /, 'damage is told, and what came out');
  t.match(await output(['grib', 'get', '-p', 'shortName,level', out]), /^\w+ \d+\n$/);

  const regridded = await dte(['regrid', '--keep-going', corrupted, '-o', at('regridded.grib'), '--grid', 'O16'], {
    env: { DTE_CACHE: at('cache') },
  });
  t.equal(regridded.code, 5);
  t.match(regridded.stderr, /1 field, .*1 bad message skipped/);
  t.equal(regridded.stderr.match(/message 1, byte 0/g)?.length, 1, 'each bad message is told once');

  // 'absent.field'
  await refused(
    t,
    ['grib', 'values', `${sharedGrib}step_60m.grib`, '--message', '99'],
    4,
    /^dte: message 99 does not exist \(.*\); the file has 73/,
  );
  await refused(
    t,
    ['grib', 'get', '-p', 'shortNam', `${sharedGrib}step_60m.grib`],
    4,
    /key 'shortNam' does not exist.*did you mean 'shortName'/,
  );
  // Template 5.0 as 5.40: JPEG 2000.
  const simple = readFileSync(`${sharedGrib}regular_gg_ml_g2.grib`);
  simple[simple.indexOf(Buffer.from([0, 0, 0, 21, 5])) + 10] = 40;
  writeFileSync(at('jpeg.grib'), simple);
  await refused(t, ['grib', 'values', at('jpeg.grib'), '--message', '1'], 7, /^dte: packing grid_jpeg cannot be decoded/);
  await refused(
    t,
    ['grib', 'set-packing', `${sharedGrib}packingType-grid_simple.grib1`, '--packing', 'ccsds', '-o', out],
    7,
    /CCSDS packing does not exist in GRIB edition 1/,
  );
});

t.test('outputs that cannot be written', { skip: noShared }, async (t) => {
  const input = `${sharedGrib}step_60m.grib`;
  await refused(t, ['grib', 'copy', input, '-o', folder], 2, /^dte: '.*' is a directory; name an output file/);
  await refused(t, ['grib', 'copy', input, '-o', join(at('empty.grib'), 'x')], 70, /^dte: '.*' cannot be written: /);
  if (existsSync('/proc/self'))
    await refused(t, ['grib', 'copy', input, '-o', '/proc/nope/x'], 70, /^dte: '\/proc\/nope\/x' cannot be written: /);
  await refused(t, ['regrid', input, '-o', at('x.grib'), '--grid', '1/1', '--method', 'liner'], 2, /did you mean 'linear'/);
  t.notOk(existsSync(at('x.grib')));
  t.strictSame(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
    'nothing unfinished is left',
  );
});
