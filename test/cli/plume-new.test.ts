// Templates and example plugins: what `dte plume new` writes and what the package carries pass `dte plume check`, and run.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { packageRoot } from '../../src/base/node.js';
import { templateKinds } from '../../src/cli/verbs/plume/new.js';
import { dte } from './dte.js';

const fieldsOf: Readonly<Record<(typeof templateKinds)[number], readonly string[]>> = {
  expression: ['speed', 'is_strong'],
  kernel: ['speed'],
  module: [],
  process: ['speed'],
};

t.test('what new writes passes check and runs, for every kind', async (test) => {
  const folder = test.testdir();
  for (const kind of templateKinds) {
    const place = join(folder, kind);
    const made = await dte(['plume', 'new', 'wind-watch', '--kind', kind, '-o', place, '--json']);
    test.equal(made.code, 0, made.stderr);
    const { files } = JSON.parse(String(made.stdout)) as { readonly files: readonly string[] };
    test.same(files.map((file) => file.slice(place.length + 1)).toSorted(), readdirSync(place).toSorted());
    test.notOk(
      files.some((file) => /PLUGIN/.test(file + readFileSync(file, 'utf8'))),
      'its name stands everywhere',
    );
    const checked = await dte(['plume', 'check', join(place, 'plume.yaml'), '--json']);
    test.equal(checked.code, 0, checked.stderr);
    const ran = await dte([
      'plume',
      'run',
      join(place, 'plume.yaml'),
      '--emulator',
      join(place, 'emulator.yaml'),
      '--steps',
      '2',
      '-o',
      join(place, 'out'),
      '--json',
    ]);
    test.equal(ran.code, 0, ran.stderr);
    const written = readdirSync(join(place, 'out'));
    for (const field of fieldsOf[kind])
      test.ok(
        written.some((name) => name.includes(field) && name.endsWith('.npy')),
        `${field} of ${kind}`,
      );
    if (kind === 'module') test.match(readFileSync(join(place, 'out', 'outputs.jsonl'), 'utf8'), /"largest"/);
  }
});

t.test('new writes nothing over anything, and names what a name can be', async (test) => {
  const folder = test.testdir({ 'emulator.yaml': 'mine' });
  const there = await dte(['plume', 'new', 'watch', '-o', folder]);
  test.equal(there.code, 2);
  test.match(there.stderr, /emulator.yaml' is there already; give another name/);
  test.same(readdirSync(folder), ['emulator.yaml'], 'not even the others');
  const named = await dte(['plume', 'new', 'Wind Watch', '-o', folder]);
  test.equal(named.code, 2);
  test.match(named.stderr, /'Wind Watch' is no name of a plugin; small letters/);
});

t.test('the example plugins pass check and run on their emulators', async (test) => {
  const root = join(fileURLToPath(packageRoot()), 'plugins');
  const examples = readdirSync(root).filter((name) => existsSync(join(root, name, 'plume.yaml')));
  test.same(examples, ['extreme-wind', 'longwave', 'wind-100m']);
  const out = test.testdir();
  const run = async (name: string): Promise<string> => {
    const [config, emulator] = ['plume.yaml', 'emulator.yaml'].map((file) => join(root, name, file)) as [string, string];
    const checked = await dte(['plume', 'check', config]);
    test.equal(checked.code, 0, checked.stderr);
    const ran = await dte(['plume', 'run', config, '--emulator', emulator, '--steps', '2', '-o', join(out, name), '--json']);
    test.equal(ran.code, 0, ran.stderr);
    return join(out, name);
  };
  const wind = await run('extreme-wind');
  test.match(readFileSync(join(wind, 'notices.jsonl'), 'utf8'), /"event":"wind.extreme".*"region":"globe"/);
  test.ok(readdirSync(wind).some((name) => name.includes('extreme_wind_cells')));
  const heights = readdirSync(await run('wind-100m'));
  for (const field of ['speed_100m', 'direction_100m', 'capacity_100m'])
    test.ok(
      heights.some((name) => name.includes(field)),
      field,
    );
  const radiation = readdirSync(await run('longwave'));
  for (const field of ['lw_heating', 'olr'])
    test.ok(
      radiation.some((name) => name.includes(field)),
      field,
    );
});

t.test('wind at 100 m is what its levels say', async (test) => {
  const root = join(fileURLToPath(packageRoot()), 'plugins', 'wind-100m');
  const out = test.testdir();
  const ran = await dte(['plume', 'run', join(root, 'plume.yaml'), '--emulator', join(root, 'emulator.yaml'), '--steps', '1', '-o', out]);
  test.equal(ran.code, 0, ran.stderr);
  const { readNpy } = await import('../../src/base/index.js');
  const value = (name: string): number => {
    const file = readdirSync(out).find((candidate) => candidate.includes(name) && candidate.endsWith('.npy')) as string;
    return Number(readNpy(readFileSync(join(out, file))).values[0]);
  };
  // 100 m is at geopotential 980.665, between 100 and 1500.
  const share = (980.665 - 100) / 1400;
  const [u, v] = [6 + 8 * share, 2 - 6 * share];
  test.ok(Math.abs(value('speed_100m') - Math.hypot(u, v)) < 1e-5);
  test.ok(Math.abs(value('direction_100m') - ((Math.atan2(-u, -v) * 180) / Math.PI + 360)) < 1e-3);
  test.ok(Math.abs(value('capacity_100m') - (Math.hypot(u, v) ** 3 - 27) / (12 ** 3 - 27)) < 1e-5);
});
