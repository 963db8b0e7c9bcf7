// What is made at run time and what is shared: kernels from text, a device that other software uses, arrays in host memory.
import t from 'tap';
import { copy, declarations, type Engine, type Kernel, kernel } from '../../src/compute/index.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';

/** `value * factor` as shader and twin that only exist as text; two of one stem differ by their text. */
function scaling(factor: number): Kernel {
  const cpu = `({ points, source, scaled }, start, end) => { for (let i = start; i < end; i++) scaled[i] = source[i] * ${factor}; }`;
  const spec = {
    params: { points: 'u32' },
    inputs: { source: 'f32' },
    outputs: { scaled: 'f32' },
    threads: ({ points }: { points: number }) => [points],
    cpu: new Function(`return ${cpu}`)() as Kernel['cpu'],
    tolerance: 0,
    module: `data:text/javascript,${encodeURIComponent(`export const made = { stem: 'test/scaling', cpu: ${cpu} };`)}`,
  } as const;
  const interfaceText = declarations({ stem: 'test/scaling', ...spec } as unknown as Kernel);
  const wgsl = `#import lib/index
${interfaceText}
@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= params.points) { return; }
  scaled[i] = source[i] * f32(${factor});
}
`;
  return kernel('test/scaling', { ...spec, wgsl }) as unknown as Kernel;
}

async function scaled(engine: Engine, factor: number, points: number): Promise<number[]> {
  const result = await engine.run((pass) => {
    const target = pass.allocate('f32', points);
    const source = pass.upload(
      'f32',
      Float32Array.from({ length: points }, (_, i) => i),
    );
    pass.run(scaling(factor), { points, source, scaled: target } as never);
    return target;
  });
  const [values] = await engine.read(result);
  result.release();
  return [...values];
}

t.test('kernels from text run on both executors, on worker threads too, and are told apart by their text', async (test) => {
  for (const engine of [await cpuEngine({ threads: 2 }), await gpuEngine()]) {
    if (typeof engine === 'string') {
      test.pass('no adapter', { skip: engine });
      continue;
    }
    // More points than the caller's thread does by itself.
    for (const [factor, points] of [
      [2, 5],
      [3, 5],
      [2, 100_000],
      [5, 100_000],
    ] as const) {
      test.same(
        await scaled(engine, factor, points),
        Array.from({ length: points }, (_, i) => factor * i),
        `${engine.info.executor}: ${factor}`,
      );
    }
    await engine.close();
  }
});

t.test('on the CPU executor an array lies in host memory that can be written, in the precision of the executor', async (test) => {
  for (const [precision, kind] of [
    ['f32', Float32Array],
    ['f64', Float64Array],
  ] as const) {
    const engine = await cpuEngine({ precision });
    const array = engine.allocate('f32', 3);
    const memory = engine.hostMemory(array);
    test.type(memory, kind);
    memory?.set([1, 2, 3]);
    const [values] = await engine.read(array);
    test.same([...values], [1, 2, 3]);
    test.equal(engine.shared, undefined);
    array.release();
    test.equal(engine.memory.inUseBytes, 0);
    await engine.close();
  }
});

t.test('on a device: other software reads and gives buffers of the same device, in turn with passes', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  const { shared } = engine;
  if (shared === undefined) return void test.fail('a GPU engine shares its device');
  const source = await engine.upload('f32', Float32Array.of(1, 2, 3, 4));
  test.equal(engine.hostMemory(source), undefined);
  // 0x8c = storage, copied from and to.
  const foreign = shared.device.createBuffer({ size: 16, usage: 0x8c });
  const encoder = shared.device.createCommandEncoder();
  encoder.copyBufferToBuffer(shared.bufferOf(source), 0, foreign, 0, 16);
  shared.device.queue.submit([encoder.finish()]);
  let released = 0;
  const adopted = shared.adopt('f32', 4, foreign, () => released++);
  test.equal(shared.bufferOf(adopted), foreign);
  const result = await engine.run((pass) => {
    const target = pass.allocate('f32', 4);
    pass.run(copy, { points: 4, source: adopted, copied: target });
    return target;
  });
  const [values] = await engine.read(result);
  test.same([...values], [1, 2, 3, 4]);
  test.throws(() => shared.adopt('f32', 5, foreign, () => {}), { code: 'fault.internal' });
  adopted.release();
  adopted.release();
  test.equal(released, 1);
  await engine.close();
});
