// Every kernel on every executor against its twin in f64: seeded inputs, edge sizes, missing values, threads, and split bindings.
import t, { type Test } from 'tap';
import { nodeContext } from '../../src/base/node.js';
import { type AnyHostArray, declarations, type Engine, expandShader, type Kernel, missingValue } from '../../src/compute/index.js';
import { workgroupSize } from '../../src/compute/gpu/dispatches.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { seeded } from '../support/random.js';
import { kernelCases, type KernelCase } from './kernel-cases.js';

const sizes = [0, 1, 65, 256, 257, 1000, 4099];

function expectedOf({ kernel, make }: KernelCase, points: number): Map<string, AnyHostArray> {
  const { inputs, outputs } = make(points, seeded(points + 1));
  const arrays = new Map(
    Object.entries(outputs).map(
      ([name, length]) => [name, kernel.outputs[name] === 'f32' ? new Float64Array(length) : new Uint32Array(length)] as const,
    ),
  );
  const args = { ...inputs, ...Object.fromEntries(arrays) } as unknown as Parameters<Kernel['cpu']>[0];
  const params = Object.fromEntries(Object.keys(kernel.params).map((name) => [name, inputs[name] as number]));
  kernel.cpu(args, 0, kernel.threads(params)[0] ?? 0);
  return arrays;
}

async function computed(engine: Engine, { kernel, make }: KernelCase, points: number): Promise<Map<string, AnyHostArray>> {
  const { inputs, outputs } = make(points, seeded(points + 1));
  const results = await engine.run((pass) => {
    const args: Record<string, unknown> = { ...inputs };
    for (const [name, type] of Object.entries(kernel.inputs)) args[name] = pass.upload(type, inputs[name] as AnyHostArray);
    const made = Object.entries(outputs).map(([name, length]) => [name, pass.allocate(kernel.outputs[name] ?? 'f32', length)] as const);
    for (const [name, array] of made) {
      pass.clear(array);
      args[name] = array;
    }
    pass.run(kernel, args as never);
    return new Map(made);
  });
  const values = await engine.read(...results.values());
  for (const array of results.values()) array.release();
  return new Map([...results.keys()].map((name, index) => [name, values[index] as AnyHostArray]));
}

/** The greatest difference relative to the largest magnitude; infinite when missing values do not coincide. */
function difference(got: AnyHostArray, expected: AnyHostArray, isReal: boolean): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] as number;
    const value = got[i] as number;
    if (isReal && (wanted === missingValue || value === missingValue)) {
      if (wanted !== value) return Number.POSITIVE_INFINITY;
      continue;
    }
    largest = Math.max(largest, Math.abs(wanted));
    worst = Math.max(worst, Math.abs(value - wanted));
  }
  return isReal && largest > 0 ? worst / largest : worst;
}

async function checkAll(test: Test, engine: Engine): Promise<void> {
  for (const kernelCase of kernelCases) {
    const { kernel } = kernelCase;
    for (const points of sizes) {
      const expected = expectedOf(kernelCase, points);
      const got = await computed(engine, kernelCase, points);
      for (const [name, wanted] of expected) {
        const worst = difference(got.get(name) as AnyHostArray, wanted, kernel.outputs[name] === 'f32');
        // Packed words are held exactly: the cases use numbers whose arithmetic is exact in f32.
        const allowed = kernel.outputs[name] === 'f32' ? kernel.tolerance : 0;
        if (!(worst <= allowed)) test.fail(`${kernel.stem} ${name}, size ${points}: off by ${worst}, allowed ${allowed}`);
      }
    }
    test.pass(`${kernel.stem} agrees with its f64 twin at sizes ${sizes.join(', ')}`);
  }
}

t.test('every shader file states exactly the interface that its declaration prints', async (test) => {
  for (const { kernel } of kernelCases) {
    const { text } = await expandShader(kernel.stem, nodeContext());
    test.ok(
      text.includes(declarations(kernel)),
      `${kernel.stem}: expected this text in shaders/${kernel.stem}.wgsl:\n${declarations(kernel)}`,
    );
  }
});

t.test('dispatches are counted with the size that shaders have', async (test) => {
  const { text } = await expandShader('compute/copy', nodeContext());
  test.equal(Number(/const group_size = (\d+)u;/.exec(text)?.[1]), workgroupSize);
});

for (const precision of ['f64', 'f32'] as const) {
  t.test(`CPU executor, ${precision}, agrees with the twins called directly`, async (test) => {
    const engine = await cpuEngine({ precision });
    await checkAll(test, engine);
    await engine.close();
  });
}

t.test('results are the same bits for any number of threads', async (test) => {
  const engines = await Promise.all([1, 2, 5].map((threads) => cpuEngine({ threads })));
  for (const kernelCase of kernelCases) {
    const results = [];
    for (const engine of engines) results.push(await computed(engine, kernelCase, 20_000));
    for (const [name, first] of results[0] as Map<string, AnyHostArray>) {
      for (const other of results.slice(1))
        test.same(Buffer.compare(bytesOf(first), bytesOf(other.get(name) as AnyHostArray)), 0, `${kernelCase.kernel.stem} ${name}`);
    }
  }
  for (const engine of engines) await engine.close();
});

t.test('GPU executor agrees with the twins', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  test.comment(engine.info.name);
  await checkAll(test, engine);
  await engine.close();
});

/** Sources and weights, gathered from anywhere, are bound whole: their callers cut matrices into blocks of rows. */
const boundWhole = new Set(['compute/gather', 'regrid/csr-apply', 'regrid/csr-apply-quads', 'regrid/row-statistics']);

t.test('GPU executor splits arrays above the binding limit', async (test) => {
  const engine = await gpuEngine({ maxBindingBytes: 64 * 1024 });
  if (typeof engine === 'string') return void test.pass('no adapter', { skip: engine });
  for (const kernelCase of kernelCases.filter(({ kernel }) => kernel.split !== undefined && !boundWhole.has(kernel.stem))) {
    const expected = expectedOf(kernelCase, 100_000);
    const got = await computed(engine, kernelCase, 100_000);
    for (const [name, wanted] of expected)
      test.ok(difference(got.get(name) as AnyHostArray, wanted, true) <= kernelCase.kernel.tolerance, `${kernelCase.kernel.stem} ${name}`);
  }
  await engine.close();
});

function bytesOf(array: AnyHostArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
