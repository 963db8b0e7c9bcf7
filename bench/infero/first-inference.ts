// One inference of a small model in a new process: `node first-inference.js DEVICE baseline|optimised`. Its wall time is what counts.
import { nodeContext } from '../../src/base/node.js';
import { openEngine } from '../../src/compute/index.js';
import { openModel } from '../../src/infero/index.js';

const [device = 'software', compiler] = process.argv.slice(2);
const { compileBaseline, ...rest } = nodeContext();
const context = compiler === 'optimised' || compileBaseline === undefined ? rest : { ...rest, compileBaseline };
const engine = await openEngine(context, { device });
const model = await openModel(engine, { path: 'longwave' }, { engine: 'onnx' });
const columns = 100;
const inputs = Object.fromEntries(
  model.inputs.map(({ name, shape }) => {
    const extents = shape.map((extent) => extent ?? columns);
    return [name, { values: new Float32Array(extents.reduce((product, extent) => product * extent, 1)).fill(0.5), shape: extents }];
  }),
);
await model.infer(inputs, { place: 'host' });
await model.close();
await engine.close();
