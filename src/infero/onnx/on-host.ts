import type { Tensor as OnnxTensor } from 'onnxruntime-web/webgpu';
import type { SessionTensor } from '../backend.js';
import { exclusively } from '../turns.js';
import { onnxNameOf } from '../tensor-types.js';
import type { HostValues, TensorInfo } from '../types.js';
import { startingRuntime } from './runtime.js';
import type { SessionRecipe } from './session.js';

/**
 * One run of a model by the runtime's own kernels for the processor, one thread of WebAssembly: a reference where there is no other, as in
 * a page.
 */
export function onHost(
  { ort, engine, shared, bytes }: SessionRecipe,
  inputs: readonly TensorInfo[],
  feeds: ReadonlyMap<string, SessionTensor>,
): Promise<ReadonlyMap<string, SessionTensor>> {
  return exclusively(async () => {
    const options = { executionProviders: ['wasm'], logSeverityLevel: 4 as const };
    const session = await startingRuntime(engine.context, shared, () => ort.InferenceSession.create(bytes, options));
    try {
      const given: Record<string, OnnxTensor> = {};
      for (const { name, type } of inputs) {
        const { values, shape } = feeds.get(name) as SessionTensor;
        given[name] = new ort.Tensor(onnxNameOf(type) as 'float32', values as Float32Array, shape);
      }
      const results = Object.entries(await session.run(given, { logSeverityLevel: 4 }));
      return new Map(
        results.map(([name, value]) => [name, { values: (value as OnnxTensor).data as HostValues, shape: (value as OnnxTensor).dims }]),
      );
    } finally {
      await session.release();
    }
  });
}
