// Outputs that are not finite: each policy, on the host, in arrays of the CPU executor, and on a device.
import t, { type Test } from 'tap';
import { isDteError } from '../../src/base/index.js';
import { type DeviceArray, type Engine, missingValue } from '../../src/compute/index.js';
import { type NonFinitePolicy, openModel } from '../../src/infero/index.js';
import { markStrange } from '../../src/infero/non-finite.js';
import { cpuEngine, gpuEngine } from '../support/engines.js';
import { tinyOnnx, tinyPair } from '../support/tiny-onnx.js';

// ratio = a / b: NaN, infinite, then finite, among them the largest number and the smallest.
const a = Float32Array.of(0, -1, 1, 3.4028234663852886e38, 2 ** -149, -0);
const b = Float32Array.of(0, 0, 2, 1, 1, 1);
const ratio = [Number.NaN, -Infinity, 0.5, 3.4028234663852886e38, 2 ** -149, -0];
const marked = ratio.map((value) => (Number.isFinite(value) ? value : missingValue));
const shape = [2, 3];

async function ratioOn(engine: Engine, place: 'host' | 'device', nonFinite: NonFinitePolicy | undefined): Promise<number[] | string> {
  const model = await openModel(
    engine,
    { bytes: tinyOnnx(tinyPair) },
    { engine: 'onnx-cpu', ...(nonFinite === undefined ? {} : { nonFinite }) },
  );
  const { inUseBytes } = engine.memory;
  try {
    const { ratio: got } = await model.infer({ a: { values: a, shape }, b: { values: b, shape } }, { only: ['ratio'], place });
    const values = got?.values;
    if (values === undefined || ArrayBuffer.isView(values)) return [...(values as Float32Array)];
    const [read] = await engine.read(values as DeviceArray<'f32'>);
    (values as DeviceArray).release();
    return [...read];
  } catch (error) {
    if (!isDteError(error, 'limit.range')) throw error;
    if (engine.memory.inUseBytes !== inUseBytes) throw new Error('a refused run keeps memory');
    return error.message;
  } finally {
    await model.close();
  }
}

const refusal =
  "output 'ratio' has 2 of 6 values that are not finite; check the inputs and their units, or accept it by nonFinite 'missing' or 'allow'";

async function policies(test: Test, engine: Engine): Promise<void> {
  test.equal(await ratioOn(engine, 'host', undefined), refusal, 'refused on the host unless said otherwise');
  test.same(await ratioOn(engine, 'device', undefined), marked, 'missing on the device unless said otherwise');
  for (const place of ['host', 'device'] as const) {
    test.equal(await ratioOn(engine, place, 'refuse'), refusal);
    test.same(await ratioOn(engine, place, 'missing'), marked);
    test.same(await ratioOn(engine, place, 'allow'), ratio);
  }
}

t.test('CPU executor, f32 and f64', async (test) => {
  for (const precision of ['f32', 'f64'] as const) {
    const engine = await cpuEngine({ threads: 1, precision });
    await policies(test, engine);
    await engine.close();
  }
});

t.test('an adapter', async (test) => {
  const engine = await gpuEngine();
  if (typeof engine === 'string') {
    test.pass(engine, { skip: engine });
    return;
  }
  await policies(test, engine);
  await engine.close();
});

t.test('what is not finite is marked in place, whatever its bits', async (test) => {
  const engines = [await cpuEngine({ threads: 1 }), await gpuEngine()];
  const words = Uint32Array.of(0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0x7f7fffff, 0xff7ffffe, 0x00000001, 0x80000000);
  const expected = [...new Float32Array(words.buffer)].map((value) => (Number.isFinite(value) ? value : missingValue));
  for (const engine of engines) {
    if (typeof engine === 'string') continue;
    const values = await engine.upload('f32', new Float32Array(words.slice().buffer));
    await engine.run((pass) => pass.run(markStrange, { points: values.length, values }));
    test.same([...((await engine.read(values))[0] as Float32Array)], expected, engine.info.executor);
    values.release();
    await engine.close();
  }
});
