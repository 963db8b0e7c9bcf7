// The page's half of the package in a real browser: the bundle, served on 127.0.0.1, does in headless Chromium what Node does.
import { existsSync, readFileSync } from 'node:fs';
import { decode as decodePng } from 'fast-png';
import t, { type Test } from 'tap';
import { type Field, type Grid, gridFromSpec, layerOf } from '../../src/atlas/index.js';
import { webFiles } from '../../src/base/web.js';
import { nodeContext, packageRoot } from '../../src/base/node.js';
import { type Engine, missingValue, openEngine } from '../../src/compute/index.js';
import { decode, encode, get, gribTables, gridOf, type Message, messages, newMessage } from '../../src/grib/index.js';
import { encodePng, renderMap } from '../../src/plot/index.js';
import { prepareRegrid } from '../../src/regrid/index.js';
import type * as Web from '../../src/web.js';
import { peersRequired } from '../support/engines.js';
import { makeBundle, noBrowser, serve, startBrowser } from './browser.js';
import { type PageResult, runInPage } from './page.js';

const context = { ...nodeContext(), env: {} };
const tables = await gribTables(context);
const target = '10/10';
const realFile = new URL('../shared/data/grib/gridType-reduced_gg_gridName-O8_shortName-q.grib2', packageRoot());

const noRealFile = 'shared test data is not here (../shared/data/grib)';

// Greatest differences from f64, relative to the field's magnitude: those that the kernels grib/unpack and regrid/csr-apply state.
const unpackTolerance = 6e-8;
const regridTolerance = unpackTolerance + 3e-7;

const workerScript = `
import { openEngine, webContext } from '/web.js';
const engine = await openEngine(webContext(), { device: 'software' });
postMessage(engine.info.executor);
`;

const bundle = await makeBundle();
t.teardown(() => bundle.remove());

t.test('the bundle is whole: it names no Node module and no file of the package', async (t) => {
  t.ok(bundle.scripts.has('web.js'));
  for (const [name, text] of bundle.scripts) {
    t.notMatch(text, /["'`]node:/, name);
    t.notMatch(text, /\brequire\(/, name);
    t.notMatch(text, /\b(?:import|from)\s*\(?["'](?![./])/, name);
  }
});

if (noBrowser !== false && peersRequired) t.fail(`a browser is required: ${noBrowser}`);
t.test('a page in headless Chromium', { skip: noBrowser }, async (t) => {
  const exact = await openEngine(context, { device: 'cpu', precision: 'f64' });
  const inputs = new Map([['/made.grib', await madeField(exact)]]);
  if (existsSync(realFile)) inputs.set('/real.grib', Uint8Array.from(readFileSync(realFile)));
  const site = await serve(bundle.folder, new Map([...inputs, ['/worker.js', new TextEncoder().encode(workerScript)]]));
  const browser = await startBrowser();
  t.teardown(async () => {
    await browser.close();
    site.close();
    await exact.close();
  });
  const page = await browser.newPage();
  const entry = `${site.origin}/web.js`;
  await page.goto(site.origin);

  await t.test('importing the entry starts nothing and loads no data', async (t) => {
    const started = await page.evaluate(async (address) => {
      const calls: string[] = [];
      const watch = (owner: object, name: string): (() => void) => {
        const original = (owner as Record<string, unknown>)[name];
        const note = <R>(result: R): R => {
          calls.push(name);
          return result;
        };
        const replaced = new Proxy(original as () => unknown, {
          apply: (called, self, args) => note(Reflect.apply(called, self, args)),
          construct: (called, args) => note(Reflect.construct(called, args)),
        });
        (owner as Record<string, unknown>)[name] = replaced;
        return () => void ((owner as Record<string, unknown>)[name] = original);
      };
      const names = ['fetch', 'Worker', 'setTimeout', 'setInterval'];
      const restore = [...names.map((name) => watch(globalThis, name)), watch(GPU.prototype, 'requestAdapter')];
      // The watch itself works:
      await navigator.gpu.requestAdapter();
      const watched = calls.splice(0);
      const web = (await import(address)) as typeof Web;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      for (const undo of restore) undo();
      return { watched, calls, exported: typeof web.openEngine };
    }, entry);
    t.strictSame(started, { watched: ['requestAdapter'], calls: [], exported: 'function' });
    t.strictSame(dataRequests(site.requests), [], 'shaders, tables and coastlines come when they are needed');
  });

  const runs = [
    ['/made.grib', 'software', 'gpu', 'ccsds'],
    ['/made.grib', 'cpu', 'cpu', 'ccsds'],
    ['/real.grib', 'software', 'gpu', 'simple'],
  ] as const;
  for (const [file, device, executor, packing] of runs) {
    await t.test(
      `${file} on device ${device} of a page comes out as in Node`,
      { skip: inputs.has(file) ? false : noRealFile },
      async (t) => {
        const result = await page.evaluate(runInPage, { entry, file: site.origin + file, device, target, packing });
        t.comment(`${result.executor}: ${result.name}`);
        t.match(result, { executor, software: device === 'software', precision: 'f32' });
        if (file === '/made.grib') t.ok(result.regridded.includes(missingValue), 'the hole is still there');
        await compare(t, exact, inputs.get(file) as Uint8Array, result);
      },
    );
  }

  await t.test('data was loaded on the way, each file once', async (t) => {
    const asked = dataRequests(site.requests);
    t.ok(asked.some((path) => path.includes('params')));
    t.ok(asked.some((path) => path.includes('shaders')));
    t.ok(asked.some((path) => path.includes('land-')));
    t.equal(new Set(asked).size, asked.length);
  });

  await t.test('an adapter that computes on the processor is no hardware', async (t) => {
    const choices = await page.evaluate(async (address) => {
      const web = (await import(address)) as typeof Web;
      const adapter = await navigator.gpu.requestAdapter();
      const auto = await web.openEngine(web.webContext());
      const gpu = await web.openEngine(web.webContext(), { device: 'gpu' }).then(
        () => 'opened',
        (error: unknown) => (web.isDteError(error) ? error.code : String(error)),
      );
      return { fallback: adapter?.info.isFallbackAdapter, auto: auto.info.executor, gpu, isolated: crossOriginIsolated };
    }, entry);
    if (choices.fallback === true) t.strictSame(choices, { fallback: true, auto: 'cpu', gpu: 'absent.device', isolated: false });
    else t.strictSame(choices, { fallback: false, auto: 'gpu', gpu: 'opened', isolated: false });
  });

  await t.test('a Web Worker of the page can open an engine on its WebGPU', async (t) => {
    const opened = await page.evaluate(
      (address) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(address, { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        }),
      `${site.origin}/worker.js`,
    );
    t.equal(opened, 'gpu');
  });

  await t.test('f64 works in a page without shared memory', async (t) => {
    const { shared, values } = await page.evaluate(
      async ({ address, file }) => {
        const web = (await import(address)) as typeof Web;
        const context = web.webContext();
        const engine = await web.openEngine(context, { device: 'cpu', precision: 'f64' });
        const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer());
        const message = web.parseMessage(bytes, await web.gribTables(context))[0] as Web.Message;
        const field = await web.decode(engine, [message], web.gridOf(message));
        const values = web.layerOf(field, await engine.read(...field.tiles.map((tile) => tile.values)), 0);
        return { shared: typeof SharedArrayBuffer, values: Array.from(values) };
      },
      { address: entry, file: `${site.origin}/made.grib` },
    );
    t.equal(shared, 'undefined');
    t.strictSame(values, Array.from((await nodeResult(exact, inputs.get('/made.grib') as Uint8Array)).decoded), 'bit for bit as in Node');
  });
});

/** Requests for what is loaded on first use. */
function dataRequests(requests: readonly string[]): string[] {
  return requests.filter((path) => /params|layouts|codes|mars-edits|shaders|land-/.test(path));
}

/** A smooth temperature on O16, CCSDS, with a hole around 30 N 100 E. */
async function madeField(engine: Engine): Promise<Uint8Array> {
  const grid = gridFromSpec('O16');
  const { lat, lon } = grid.coordinates();
  const values = Float64Array.from(lat, (latitude, point) => {
    const longitude = lon[point] as number;
    if (Math.hypot(latitude - 30, longitude - 100) < 25) return missingValue;
    return 288 + 30 * Math.cos((2 * latitude * Math.PI) / 180) + 5 * Math.sin((3 * longitude * Math.PI) / 180);
  });
  const layer = newMessage(
    { date: 20240229, time: 1200, param: '2t', levtype: 'sfc', type: 'an', stream: 'oper', class: 'od' },
    grid,
    tables,
  );
  const field: Field<Message> = {
    grid,
    layers: [layer],
    tiles: [{ values: await engine.upload('f32', values), firstLayer: 0, lanes: 1 }],
    mayBeMissing: true,
  };
  const [bytes] = await encode(engine, field, { packing: 'ccsds', bits: 16 });
  return bytes as Uint8Array;
}

interface NodeResult {
  readonly message: Message;
  readonly decoded: Float32Array | Float64Array;
  readonly regridded: Float32Array | Float64Array;
  readonly grid: Grid;
}

async function nodeResult(engine: Engine, bytes: Uint8Array): Promise<NodeResult> {
  const found: Message[] = [];
  for await (const message of messages(await webFiles(new Map([['in.grib', bytes]])).open('in.grib'), { tables })) found.push(message);
  const [message] = found as [Message];
  const field = await decode(engine, [message], gridOf(message));
  const regridder = await prepareRegrid(engine, field.grid, gridFromSpec(target));
  const regridded = await engine.run((pass) => regridder.apply(pass, field));
  const host = async (of: typeof field) => layerOf(of, await engine.read(...of.tiles.map(({ values }) => values)), 0);
  return { message, decoded: await host(field), regridded: await host(regridded), grid: regridded.grid };
}

async function compare(t: Test, engine: Engine, bytes: Uint8Array, result: PageResult): Promise<void> {
  const expected = await nodeResult(engine, bytes);
  t.equal(result.shortName, get(expected.message, 'shortName'));
  t.ok(largest(expected.regridded) > 0);
  t.ok(difference(result.decoded, expected.decoded) <= unpackTolerance * largest(expected.decoded), 'decoded values');
  t.ok(difference(result.regridded, expected.regridded) <= regridTolerance * largest(expected.regridded), 'regridded values');

  const picture = decodePng(Uint8Array.from(result.picture));
  const drawn = decodePng(
    encodePng(await renderMap(Float32Array.from(result.regridded), expected.grid, { width: 480, title: 'Field in a page', units: 'K' })),
  );
  t.strictSame([picture.width, picture.height, picture.channels], [480, drawn.height, 3]);
  let others = 0;
  for (let at = 0; at < drawn.data.length; at++) if (Math.abs((picture.data[at] as number) - (drawn.data[at] as number)) > 2) others++;
  // Sines of two engines may differ in the last bit, which may move a pixel across an edge.
  t.ok(others < drawn.data.length / 1000, `the map is the one that Node draws (${others} of ${drawn.data.length} octets differ)`);

  // Packing rounds to the nearest of 2^16 steps; a step is at most twice the range over 2^16 - 1, because it is a power of two.
  const again = await nodeResult(engine, Uint8Array.from(result.message));
  const present = result.regridded.filter((value) => value !== missingValue);
  const step = (2 * (Math.max(...present) - Math.min(...present))) / 65535;
  t.ok(
    difference(again.decoded, result.regridded) <= 0.5 * step + unpackTolerance * largest(again.decoded),
    'what the page packs, Node unpacks',
  );
}

/** Largest difference; infinite where only one is missing. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let at = 0; at < a.length; at++) {
    if (a[at] === b[at]) continue;
    if (a[at] === missingValue || b[at] === missingValue) return Number.POSITIVE_INFINITY;
    most = Math.max(most, Math.abs((a[at] as number) - (b[at] as number)));
  }
  return most;
}

/** Largest magnitude among the values that are there. */
function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) if (values[at] !== missingValue) most = Math.max(most, Math.abs(values[at] as number));
  return most;
}
