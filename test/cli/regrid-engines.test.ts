// The pipeline on every executor, several runs in one process, and a damaged message inside a batch.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Context } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { regridTo } from './regrid-to.js';
import { find } from '../../src/grib/index.js';
import { forgetWeights } from '../../src/regrid/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { decoded, type Reals } from '../support/decoded.js';
import { noShared, readMessages, sharedGrib } from '../grib/peer.js';

const folder = mkdtempSync(join(tmpdir(), 'dte-regrid-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));
const context: Context = { ...nodeContext(), env: { ...process.env, DTE_CACHE: join(folder, 'cache') } };
const shared = (name: string): string => join(sharedGrib, name);

t.test('every executor gives the fields of the exact one within a packing step', { skip: noShared }, async (t) => {
  const gpu = await gpuEngine();
  const device = typeof gpu === 'string' ? undefined : gpu.info.software ? 'software' : 'gpu';
  if (typeof gpu === 'string') t.comment(gpu);
  else await gpu.close();
  const inputs = ['era5-levels-members.grib', 'hpa_and_pa.grib', 'gridType-reduced_gg_gridName-O8_shortName-q.grib2'].map(shared);
  const options = { grid: '5/5', accuracy: 16 } as const;
  const output = (name: string): string => join(folder, `${name}.grib`);
  await regridTo(context, inputs, { ...options, device: 'cpu', precision: 'f64', output: output('exact') });
  await regridTo(context, inputs, { ...options, device: 'cpu', threads: 1, output: output('one thread') });
  await regridTo(context, inputs, { ...options, device: 'cpu', threads: 2, output: output('two threads') });
  t.ok(readFileSync(output('one thread')).equals(readFileSync(output('two threads'))), 'the number of threads changes no octet');
  if (device !== undefined) await regridTo(context, inputs, { ...options, device, output: output('adapter') });
  const engine = await cpuEngine({ precision: 'f64', threads: 2 });
  const exact = await decoded(engine, await readMessages(output('exact')));
  for (const name of ['two threads', ...(device === undefined ? [] : ['adapter'])]) {
    const got = await decoded(engine, await readMessages(output(name)));
    t.equal(got.length, exact.length);
    const far = got.filter((layer, index) => {
      const wanted = exact[index] as Reals;
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      let worst = 0;
      for (let point = 0; point < wanted.length; point++) {
        const value = wanted[point] as number;
        if (Number.isNaN(value) !== Number.isNaN(layer[point])) return true;
        if (Number.isNaN(value)) continue;
        least = Math.min(least, value);
        most = Math.max(most, value);
        worst = Math.max(worst, Math.abs(value - (layer[point] as number)));
      }
      // E is a whole power of two, so a step is up to twice the range over 2^16 - 1; f32 adds its own rounding of the value.
      return worst > (2 * (most - least)) / 65535 + 4e-7 * Math.max(Math.abs(least), Math.abs(most));
    });
    t.equal(far.length, 0, name);
  }
  await engine.close();
});

t.test('runs at once in one process give what they give alone', { skip: noShared }, async (t) => {
  const jobs = [
    { input: 'era5-levels-members.grib', grid: '5/5' },
    { input: 'era5-levels-members.grib', grid: 'O16' },
    { input: 'regular_gg_sfc.grib', grid: '5/5' },
  ].map((job, index) => ({ ...job, alone: join(folder, `alone-${index}.grib`), together: join(folder, `together-${index}.grib`) }));
  for (const { input, grid, alone } of jobs) await regridTo(context, [shared(input)], { device: 'cpu', threads: 2, grid, output: alone });
  forgetWeights();
  await Promise.all(
    jobs.map(({ input, grid, together }) => regridTo(context, [shared(input)], { device: 'cpu', threads: 2, grid, output: together })),
  );
  for (const { input, grid, alone, together } of jobs) t.ok(readFileSync(alone).equals(readFileSync(together)), `${input} to ${grid}`);
});

t.test('one damaged stream among the messages of a batch costs that message alone', { skip: noShared }, async (t) => {
  const good = readFileSync(shared('gridType-reduced_gg_gridName-O8_shortName-q.grib2'));
  const bad = Buffer.from(good);
  // Ones announce blocks that are stored whole, and the stream is too short for them.
  const end = bad.lastIndexOf('7777');
  bad.fill(0xff, end - 400, end);
  const input = join(folder, 'streams.grib');
  writeFileSync(input, Buffer.concat([good, good, bad, good, good]));
  const output = join(folder, 'streams-out.grib');
  await t.rejects(regridTo(context, [input], { device: 'cpu', threads: 2, grid: '10/10', output }), {
    code: 'data.codec',
    message: new RegExp(`streams\\.grib, message 3, byte ${2 * good.length}`),
  });
  t.notOk(existsSync(output));
  const summary = await regridTo(context, [input], { device: 'cpu', threads: 2, grid: '10/10', output, keepGoing: true });
  t.equal(summary.fields, 4);
  t.match(summary.bad, [{ code: 'data.codec', message: /message 3/ }]);
  t.equal(summary.bad.length, 1);
  t.same(
    (await readMessages(output)).map((message) => find(message, 'shortName')),
    ['q', 'q', 'q', 'q'],
  );
});
