// `dte regrid` to several targets, with the options of MIR, and `--plan`: whole commands on real files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { regridFiles } from '../../src/cli/regrid.js';
import { regridTargets } from '../../src/cli/regrid-targets.js';
import { find, gridOf, packingType } from '../../src/grib/index.js';
import { cpuEngine } from '../support/engines.js';
import { decoded } from '../support/decoded.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';
import { dte, output, scratch } from './dte.js';
import { regridTo } from './regrid-to.js';

const folder = scratch(t);
const env = { DTE_CACHE: join(folder, 'cache') };
const context = { ...nodeContext(), env };
const cpu = { device: 'cpu', threads: 1 } as const;
const place = (name: string): string => join(folder, name);
const members = join(sharedGrib, 'era5-levels-members.grib');

t.test('targets are read from texts, with shared options beside them', async (t) => {
  const targets = regridTargets({ missing: 'heaviest', grid: '9/9' }, undefined, [
    'grid=1/1,area=70/-25/30/45,output=a.grib',
    'grid={grid: [2, 2], area: [60, 0, 30, 40]},frame=2,o=b.grib',
    'octahedral=32,method=nn,missing=no,output="c,d.grib"',
    'u-only=0,output=e.grib',
  ]);
  t.same(
    targets.map(({ output: name }) => name),
    ['a.grib', 'b.grib', 'c,d.grib', 'e.grib'],
  );
  t.same(targets[0]?.options, { 'non-linear': 'heaviest', grid: '1/1', area: [70, -25, 30, 45] });
  t.same(targets[1]?.options, { 'non-linear': 'heaviest', grid: '{grid: [2, 2], area: [60, 0, 30, 40]}', frame: 2 });
  t.same(targets[2]?.options, { 'non-linear': 'no', octahedral: 32, interpolation: 'nn' }, 'a grid of its own replaces the shared one');
  t.same(targets[3]?.options, { 'non-linear': 'heaviest', grid: '9/9', 'u-only': false });
  const refused: [string[], string | undefined, RegExp][] = [
    [[], undefined, /no output is given.*-o FILE/],
    [['output=a'], 'b', /--output beside --to/],
    [['grid=1/1'], undefined, /target 'grid=1\/1' cannot be used: it has no output.*the form is/],
    [['grid=1/1,output='], undefined, /its output has no name/],
    [['output=a,output=b'], undefined, /it needs one output, not 'a' and 'b'/],
    [['output=a', 'output=a'], undefined, /two targets have the output 'a'/],
    [['grid=1/1,grid=2/2,output=a'], undefined, /it states grid twice/],
    [['method=nn,interpolation=linear,output=a'], undefined, /it states interpolation twice/],
    [['=1,output=a'], undefined, /a part of it has no name/],
    [['grid=1/1,,output=a'], undefined, /a part of it has no name/],
    [['grid={grid: [1,1],output=a'], undefined, /a bracket or quote is not closed/],
    [['frame,output=a'], undefined, /frame has no value/],
    [['gird=1/1,output=a'], undefined, /'gird' is not an option.*did you mean 'grid'/],
  ];
  for (const [texts, name, message] of refused) {
    try {
      regridTargets({}, name, texts);
      t.fail(texts.join(' '));
    } catch (error) {
      t.ok(isDteError(error, 'input.option'), texts.join(' '));
      t.match((error as Error).message, message);
    }
  }
});

t.test('several targets of one run are those of runs of their own, octet for octet', { skip: noShared }, async (t) => {
  const targets: Record<string, readonly string[]> = {
    'a.grib': ['grid=5/5', 'area=70/-25/30/45'],
    'b.grib': ['grid=O16', 'method=nn', 'packing=simple', 'accuracy=12'],
    'c.grib': ['grid=5/5', 'frame=3', 'missing=heaviest'],
    'd.grib': ['rotation=-40/10', 'grid=10/10'],
  };
  const inputs = [members, join(sharedGrib, 'fields_with_missing_values.grib')];
  const texts = Object.entries(targets).map(([name, options]) => `${options.join(',')},output=${place(name)}`);
  await regridFiles(context, inputs, { ...cpu, targets: regridTargets({}, undefined, texts) });
  for (const [name, options] of Object.entries(targets)) {
    await regridTo(context, inputs, { ...cpu, output: place('alone.grib'), ...Object.fromEntries(options.map((text) => text.split('='))) });
    t.ok(readFileSync(place(name)).equals(readFileSync(place('alone.grib'))), name);
  }
});

t.test('area mode, frame and bounds make points missing in the file', { skip: noShared }, async (t) => {
  const input = join(sharedGrib, 'regular_ll_msl.grib');
  await regridTo(context, [input], { ...cpu, output: place('mask.grib'), area: '60/-30/20/30', 'area-mode': 'mask' });
  await regridTo(context, [input], { ...cpu, output: place('crop.grib'), area: '60/-30/20/30' });
  await output(
    ['regrid', input, '-o', place('frame.grib'), '--grid', '10/10', '--frame', '1', '--limiter', '--limiter-minimum', '101325'],
    { env },
  );
  const engine = await cpuEngine({ precision: 'f64' });
  const values = async (name: string): Promise<readonly number[]> =>
    Array.from((await decoded(engine, await readMessages(place(name)), 'canonical'))[0]!);
  const [mask, crop, frame] = [await values('mask.grib'), await values('crop.grib'), await values('frame.grib')];
  t.equal(mask.length, 181 * 360);
  t.equal(crop.length, 41 * 61);
  t.equal(mask.filter((value) => !Number.isNaN(value)).length, 41 * 61);
  t.equal(frame.length, 19 * 36);
  t.equal(frame.filter((value) => Number.isNaN(value)).length, 17 * 34);
  t.ok(
    frame.every((value) => Number.isNaN(value) || value >= 101324),
    'a packing step below the bound at most',
  );
  await engine.close();
});

t.test('without a grid, fields are only packed anew', { skip: noShared }, async (t) => {
  await regridTo(context, [join(sharedGrib, 'reduced_gg.grib')], { ...cpu, output: place('packed.grib'), accuracy: 8 });
  const [before] = await readMessages(join(sharedGrib, 'reduced_gg.grib'));
  const [after] = await readMessages(place('packed.grib'));
  t.equal(gridOf(after!).hash, gridOf(before!).hash);
  t.same([find(after!, 'bitsPerValue'), packingType(after!)], [8, packingType(before!)]);
});

t.test('--plan prints the steps for each grid and target, and writes nothing', { skip: noShared }, async (t) => {
  const args = ['regrid', members, join(sharedGrib, 'reduced_gg.grib'), '--area', '70/-25/30/45', '--plan'];
  const text = await output([...args, '--grid', '5/5', '--frame', '2', '-o', place('planned.grib')], { env });
  t.match(
    text,
    /planned\.grib, from message 1\n {2}from .*\n {2}interpolate to \{grid:\[5,5\],area:\[70,-25,30,45\]\} method=linear missing=missing-if-heaviest-missing\n {2}frame size=2\n {2}write on/,
  );
  t.notOk(existsSync(place('planned.grib')));
  const plans = JSON.parse(await output([...args, '--json', '--to', 'grid=5/5,output=x', '--to', 'grid=O16,output=y'], { env })) as {
    output: string;
  }[];
  t.equal(plans.filter(({ output: name }) => name === 'x').length, plans.length / 2);
});

t.test('a wrong target ends the command before anything is written', { skip: noShared }, async (t) => {
  const good = `grid=5/5,output=${place('good.grib')}`;
  for (const [bad, code, message] of [
    ['grid=F7777x,output=bad.grib', 'input.grid', /F7777x/],
    ['grid=5/5,area=10/0/50/5,output=bad.grib', 'input.area', /north 10 is south of south 50/],
    ['grid=5/5,method=nearly,output=bad.grib', 'input.option', /'nearly' is not an interpolation method/],
    ['grid=5/5,nclosest=3,output=bad.grib', 'input.option', /'nclosest' is not an option of the method linear/],
    ['grid=5/5,method=k-nearest,nclosest=0,output=bad.grib', 'input.option', /nclosest cannot be 0/],
    ['grid=5/5,lsm,output=bad.grib', 'input.option', /lsm without a land-sea mask of the input/],
    [`bitmap=${place('absent.bitmap')},output=${place('bad.grib')}`, 'absent.file', /absent\.bitmap/],
    [`grid=5/5,output=${join(members, 'bad.grib')}`, 'fault.write', /era5-levels-members/],
  ] as const) {
    await t.rejects(
      regridFiles(context, [members], { ...cpu, targets: regridTargets({}, undefined, [good, bad]) }),
      { code, message },
      bad,
    );
    t.notOk(existsSync(place('good.grib')), `${bad}: nothing is written`);
  }
  const run = await dte(['regrid', members, '--to', good, '--to', 'grid=F7777x,output=bad.grib'], { env });
  t.equal(run.code, 2, run.stderr);
});

t.test('dte weights takes the options of methods', async (t) => {
  const weights = async (...options: string[]): Promise<{ readonly rows: number; readonly entries: number }> =>
    JSON.parse(await output(['weights', 'O8', '20/20', '-o', place('w.npz'), '--json', ...options], { env })) as {
      rows: number;
      entries: number;
    };
  const two = await weights('--method', 'k-nearest', '--nclosest', '2');
  t.equal(two.rows, 9 * 18, 'parallels from 80 N to 80 S');
  t.ok(two.entries > two.rows && two.entries <= 2 * two.rows, 'where a point is hit exactly the other weighs nothing');
  const run = await dte(['weights', 'O8', '20/20', '-o', place('x.npz'), '--nclosest', '2'], { env });
  t.equal(run.code, 2);
  t.match(run.stderr, /'nclosest' is not an option of the method linear/);
});
