// What Node's own half does for software that shares the device: writes that would end the process, and modules that must not be optimised.
import { setFlagsFromString } from 'node:v8';
import t from 'tap';
import { nodeContext } from '../../src/base/node.js';
import type { Engine } from '../../src/compute/index.js';
import { gpuEngine } from '../support/engines.js';

t.test('views of shared memory can be written to a device', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') {
    test.pass(engine, { skip: engine });
    return;
  }
  const shared = new Float32Array(new SharedArrayBuffer(32));
  shared.set([1, 2, 3, 4, 5, 6, 7, 8]);
  const octets = new DataView(shared.buffer, 4, 16);
  const { buffer } = shared;
  const expected: readonly (readonly [
    Parameters<GPUQueue['writeBuffer']>[2],
    number | undefined,
    number | undefined,
    readonly number[],
  ])[] = [
    [shared as never, undefined, undefined, [1, 2, 3, 4, 5, 6, 7, 8]],
    [shared.subarray(2, 4) as never, undefined, undefined, [3, 4, 0, 0, 0, 0, 0, 0]],
    // Elements of a typed array, octets of all else.
    [shared as never, 1, 2, [2, 3, 0, 0, 0, 0, 0, 0]],
    [octets as never, 4, 8, [3, 4, 0, 0, 0, 0, 0, 0]],
    [buffer as never, 8, undefined, [3, 4, 5, 6, 7, 8, 0, 0]],
    [Float32Array.of(9, 8, 7), 1, 1, [8, 0, 0, 0, 0, 0, 0, 0]],
  ];
  for (const [data, start, size, values] of expected) test.same(await written(engine, data, start, size), values);
  await engine.close();
});

async function written(engine: Engine, data: GPUAllowSharedBufferSource, start?: number, size?: number): Promise<readonly number[]> {
  const array = await engine.upload('f32', new Float32Array(8));
  const { device, bufferOf } = engine.shared as NonNullable<Engine['shared']>;
  device.queue.writeBuffer(bufferOf(array), 0, data as BufferSource, start, size);
  const [values] = await engine.read(array);
  array.release();
  return [...values];
}

// (func (export "f") (param i32) (result i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0))
const body = [0, 3, 64, 32, 0, 65, 1, 107, 34, 0, 13, 0, 11, 32, 0, 11];
const countDown = [1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, body.length + 2, 1, body.length, ...body];

/** A custom section of its own makes each module another one to V8, which shares what it knows. */
function module(tag: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...countDown, 0, 2, 1, tag]);
}

t.test('a module that is compiled once stays as it is, and others of the process are optimised as ever', async (test) => {
  const { compileBaseline } = nodeContext();
  if (compileBaseline === undefined) {
    test.ok(Number.parseInt(process.versions.v8, 10) >= 12, 'a V8 that needs no help');
    return;
  }
  setFlagsFromString('--allow-natives-syntax');
  const isOptimised = new Function('f', 'return %IsTurboFanFunction(f)') as (f: unknown) => boolean;
  const before = new WebAssembly.Module(module(1));
  const once = compileBaseline(module(2));
  const after = new WebAssembly.Module(module(3));
  const optimised = async (compiled: WebAssembly.Module): Promise<boolean> => {
    const { f } = new WebAssembly.Instance(compiled).exports as { f: (count: number) => number };
    for (let round = 0; round < 50 && !isOptimised(f); round++) {
      f(1e6);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return isOptimised(f);
  };
  test.equal(await optimised(before), true);
  test.equal(await optimised(once), false);
  test.equal(await optimised(after), true);
});
