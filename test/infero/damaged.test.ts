// Damaged models: every cut and a part of all single flips of a bit. ONNX Runtime is native code, which must refuse them and not fall over.
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { openModel, type TensorArgument } from '../../src/infero/index.js';
import { cpuEngine } from '../support/engines.js';
import { tinyOnnx, tinyPair } from '../support/tiny-onnx.js';

const engine = await cpuEngine({ threads: 1 });
t.teardown(() => engine.close());
const whole = tinyOnnx(tinyPair);

/** A damaged extent may ask for more. */
const mostValues = 1 << 16;

/** The code of the refusal, or what else became of the model. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const model = await openModel(engine, { bytes });
    try {
      const inputs: Record<string, TensorArgument> = {};
      for (const { name, shape } of model.inputs) {
        const extents = shape.map((extent) => extent ?? 2);
        const count = extents.reduce((product, extent) => product * extent, 1);
        if (count > mostValues) return 'too large to be run';
        inputs[name] = { values: new Float32Array(count).fill(1), shape: extents };
      }
      await model.infer(inputs);
      return 'ran';
    } finally {
      await model.close();
    }
  } catch (error) {
    if (!isDteError(error)) throw error;
    return error.code;
  }
}

t.test('a model that was cut off is refused, wherever it was', async (test) => {
  const codes = new Set<string>();
  for (let length = 0; length < whole.length; length++) codes.add(await outcome(whole.slice(0, length)));
  test.same([...codes], ['data.model']);
});

t.test('a model with a wrong bit is refused or runs', async (test) => {
  const accepted = ['data.model', 'input.tensor', 'limit.range', 'limit.memory', 'ran', 'too large to be run'];
  const strange: string[] = [];
  let refused = 0;
  // 7 has no divisor in common with 8: every place of a bit is met.
  for (let bit = 0; bit < 8 * whole.length; bit += 7) {
    const damaged = whole.slice();
    damaged[bit >>> 3]! ^= 1 << (bit & 7);
    const met = await outcome(damaged);
    if (!accepted.includes(met)) strange.push(`bit ${bit}: ${met}`);
    if (met === 'data.model') refused++;
  }
  test.same(strange, []);
  test.ok(refused > whole.length / 2, `${refused} are refused as damaged`);
});
