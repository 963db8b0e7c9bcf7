// The engine's life: choice of device, memory, errors of kernels and devices, profile, and a clean end of the process.
import { spawnSync } from 'node:child_process';
import t, { type Test } from 'tap';
import { isDteError } from '../../src/base/index.js';
import { nodeContext, packageRoot } from '../../src/base/node.js';
import { copy, type Engine, gather, openEngine } from '../../src/compute/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { failing } from './failing-kernel.js';

const engineModule = new URL('../../src/compute/index.js', import.meta.url).href;
const contextModule = new URL('../../src/base/node.js', import.meta.url).href;

async function rejectsWith(test: Test, code: Parameters<typeof isDteError>[1], work: () => Promise<unknown>, text?: RegExp): Promise<void> {
  try {
    await work();
    test.fail(`${code} was expected`);
  } catch (error) {
    test.ok(isDteError(error, code as 'input.option'), `${code}: ${(error as Error).message}`);
    if (text !== undefined) test.match((error as Error).message, text);
  }
}

async function copied(engine: Engine, values: Float32Array): Promise<Float32Array | Float64Array> {
  const result = await engine.run((pass) => {
    const target = pass.allocate('f32', values.length);
    pass.run(copy, { points: values.length, source: pass.upload('f32', values), copied: target });
    return target;
  });
  const [read] = await engine.read(result);
  result.release();
  return read;
}

t.test('options that make no sense are refused', async (test) => {
  await rejectsWith(test, 'input.option', () => openEngine(nodeContext(), { precision: 'f16' as 'f32' }), /f32 or f64/);
  await rejectsWith(test, 'input.option', () => openEngine(nodeContext(), { precision: 'f64', device: 'gpu' }), /no f64/);
  await rejectsWith(test, 'input.option', () => openEngine({ ...nodeContext(), env: { DTE_THREADS: 'many' } }), /DTE_THREADS/);
  await rejectsWith(test, 'absent.device', () => openEngine(nodeContext(), { device: 'no such adapter' }));
});

t.test('auto without any GPU is the CPU executor', async (test) => {
  const engine = await openEngine({ ...nodeContext(), gpu: async () => undefined, env: {} });
  test.equal(engine.info.executor, 'cpu');
  test.same([...(await copied(engine, Float32Array.of(1, 2, 3)))], [1, 2, 3]);
  await engine.close();
});

t.test('what a pass makes goes back to the pool unless it is returned', async (test) => {
  const engine = await cpuEngine();
  const kept = await engine.run((pass) => {
    pass.allocate('f32', 1000);
    return { nested: [pass.allocate('u32', 10)] };
  });
  const [array] = kept.nested;
  test.equal(array?.released, false);
  test.equal(engine.memory.inUseBytes, 256, 'only the returned array is in use');
  array?.release();
  array?.release();
  test.equal(engine.memory.inUseBytes, 0);
  await rejectsWith(test, 'fault.internal', () => engine.read(array as NonNullable<typeof array>), /released/);
  await rejectsWith(test, 'fault.internal', async () => JSON.stringify(array));
  await engine.close();
});

t.test('a failed pass releases what it had allocated', async (test) => {
  const engine = await cpuEngine();
  await test.rejects(
    engine.run((pass) => {
      pass.allocate('f32', 1000);
      throw new Error('recording failed');
    }),
    { message: 'recording failed' },
  );
  test.equal(engine.memory.inUseBytes, 0);
  await engine.close();
});

t.test('the memory budget is kept, and unused blocks give way first', async (test) => {
  const engine = await cpuEngine({ memoryMiB: 16 });
  const first = await engine.run((pass) => pass.allocate('f32', 2 << 20));
  first.release();
  // 8 MiB lie unused in the pool: 12 more fit only after they are dropped.
  const second = await engine.run((pass) => pass.allocate('f32', 3 << 20));
  await rejectsWith(test, 'limit.memory', () => engine.run((pass) => pass.allocate('f32', 3 << 20)), /16.0 MiB/);
  second.release();
  await engine.close();
});

t.test('parameters out of their type are refused when recorded', async (test) => {
  const engine = await cpuEngine();
  await rejectsWith(
    test,
    'fault.kernel',
    () => engine.run((pass) => pass.run(copy, { points: -1, source: pass.allocate('f32', 1), copied: pass.allocate('f32', 1) })),
    /points.*-1/,
  );
  await engine.close();
});

t.test('a host twin that throws names its kernel, also from a worker thread', async (test) => {
  const engine = await cpuEngine({ threads: 2 });
  for (const points of [8, 1 << 20]) {
    await rejectsWith(
      test,
      'fault.kernel',
      () => engine.run((pass) => pass.run(failing, { points, result: pass.allocate('f32', points) })),
      /twin broke.*test\/failing/,
    );
  }
  test.same([...(await copied(engine, Float32Array.of(4)))], [4], 'the engine goes on');
  await engine.close();
});

t.test('a cancelled run stops with fault.cancelled', async (test) => {
  const controller = new AbortController();
  const engine = await openEngine({ ...nodeContext(), signal: controller.signal }, { device: 'cpu' });
  controller.abort();
  await rejectsWith(test, 'fault.cancelled', () => copied(engine, Float32Array.of(1)));
  await engine.close();
});

t.test('the profile has time, bytes and bandwidth of each kernel', async (test) => {
  const engine = await cpuEngine({ timing: true });
  await copied(engine, new Float32Array(1 << 20));
  const [profile] = await engine.profile();
  test.match(profile, { stem: 'compute/copy', dispatches: 1, bytes: 8 << 20 });
  test.ok((profile?.milliseconds ?? 0) > 0);
  test.ok((profile?.copyShare ?? 0) > 0);
  await engine.close();
});

t.test('on a device: kernels that do not compile name stem, file and line', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  const base = nodeContext();
  await engine.close();
  const broken = '#import lib/index\n\nfn oops() -> u32 {\n  return 1.5;\n}\n';
  const context = {
    ...base,
    asset: async (path: string) => (path.endsWith('copy.wgsl') ? new TextEncoder().encode(broken) : base.asset(path)),
  };
  const device = engine.info.software ? 'software' : 'gpu';
  const other = await openEngine(context, { device });
  await rejectsWith(test, 'fault.kernel', () => copied(other, Float32Array.of(1)), /shaders\/compute\/copy\.wgsl.*line 4/);
  await other.close();
});

t.test('on a device: wrong results are found by the self-check', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  const { software } = engine.info;
  await engine.close();
  const base = nodeContext();
  const context = {
    ...base,
    asset: async (path: string) => {
      const text = new TextDecoder().decode(await base.asset(path));
      return new TextEncoder().encode(path.endsWith('self-check.wgsl') ? text.replace('(f32(k) + 0.5)', '(f32(k) + 0.25)') : text);
    },
  };
  await rejectsWith(test, 'fault.device', () => openEngine(context, { device: software ? 'software' : 'gpu' }), /computes wrongly/);
});

t.test('on a device: a lost device is reported, not a crash', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  await engine.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await rejectsWith(test, 'fault.device', () => copied(engine, Float32Array.of(1)), /lost/);
});

t.test('on a device: an array that cannot be split names kernel, array and limit', async (test) => {
  const engine = await gpuEngine({ maxBindingBytes: 8192 });
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  await rejectsWith(
    test,
    'limit.binding',
    () =>
      engine.run((pass) => {
        const arrays = { order: pass.allocate('u32', 4), source: pass.allocate('f32', 4000), gathered: pass.allocate('f32', 4) };
        pass.run(gather, { points: 4, lanes: 1, ...arrays });
      }),
    /'source' has 16000 octets.*8192/,
  );
  await engine.close();
});

t.test('on a device: dispatches beyond 65 535 workgroups are folded', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  const points = 65536 * 64 + 77;
  const values = Float32Array.from({ length: points }, (_, index) => index % 1000);
  const read = await copied(engine, values);
  test.equal(read[points - 1], values[points - 1]);
  test.equal(read[65535 * 64 + 1], values[65535 * 64 + 1]);
  await engine.close();
});

t.test('a process that forgets to close ends by itself, on both executors, with and without garbage collection', async (test) => {
  for (const device of ['cpu', 'software']) {
    const script = `
      const { openEngine, copy } = await import('${engineModule}');
      const { nodeContext } = await import('${contextModule}');
      let engine;
      try { engine = await openEngine(nodeContext(), { device: '${device}' }); } catch { process.exit(9); }
      for (let repeat = 0; repeat < 5; repeat++) {
        globalThis.gc?.();
        const array = await engine.run((pass) => {
          const copied = pass.allocate('f32', 1 << 16);
          pass.run(copy, { points: 1 << 16, source: pass.upload('f32', new Float32Array(1 << 16).fill(repeat)), copied });
          return copied;
        });
        const [values] = await engine.read(array);
        if (values[5] !== repeat) process.exit(8);
        array.release();
      }
      console.log('done');`;
    const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 60_000,
      cwd: packageRoot(),
    });
    if (device === 'software' && status === 9) {
      test.pass('no adapter', { skip: 'no software Vulkan' });
      continue;
    }
    test.equal(status, 0, device);
    test.match(stdout, /done/);
  }
});

t.test('importing the package starts nothing', async (test) => {
  const script = `await import('${new URL('../../src/index.js', import.meta.url).href}'); console.log(process.getActiveResourcesInfo().filter((name) => !/^(PipeWrap|CloseReq|FSReqPromise)$/.test(name)).length);`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 30_000 });
  test.equal(status, 0);
  test.equal(stdout.trim(), '0');
});
