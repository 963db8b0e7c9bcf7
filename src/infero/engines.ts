import { DteError, nearestWord } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import type { Backend } from './backend.js';
import type { ChosenEngine } from './types.js';

/** Inference engines by name, loaded at first use. Others may be added by `set`. */
export const inferenceEngines: Map<string, () => Promise<Backend>> = new Map([
  ['onnx', async () => (await import('./onnx/backend.js')).onnxGpu],
  ['tfjs', async () => (await import('./tfjs/backend.js')).tfjsGpu],
  ['tfjs-node-gpu', async () => (await import('./tfjs-node-gpu/backend.js')).tfjsNodeGpu()],
  ['onnx-cpu', async () => (await import('./onnx-cpu/backend.js')).onnxCpu],
]);

/** Engines that upstream has and that are not built in: name -> what to do instead. */
const otherEngines: Readonly<Record<string, string>> = {
  tflite: 'convert the model to ONNX (python -m tf2onnx.convert --tflite model.tflite --output model.onnx)',
  tf_c: 'convert the SavedModel to ONNX (python -m tf2onnx.convert --saved-model DIR --output model.onnx), or use tfjs-node-gpu',
  tensorrt: 'give the ONNX file from which the TensorRT engine was made',
  trt: 'give the ONNX file from which the TensorRT engine was made',
};

/** The backend of a name. `unsupported.engine` for one that exists elsewhere, `input.option` for one that is not known. */
export function backendOf(name: string): Promise<Backend> {
  const load = inferenceEngines.get(name);
  if (load !== undefined) return load();
  const advice = otherEngines[name];
  if (advice !== undefined) throw new DteError('unsupported.engine', `inference engine '${name}' is not built in`, { hint: advice });
  const known = ['auto', ...inferenceEngines.keys()];
  const near = nearestWord(name, known);
  throw new DteError('input.option', `'${name}' is not an inference engine: ${known.join(', ')}`, {
    where: { option: 'engine' },
    ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
  });
}

/** Engines to try in turn for a model whose engine is left open, each with the reason to take it. */
export function automaticEngines(engine: Engine, path: string | undefined, isFolder: boolean): readonly ChosenEngine[] {
  const form = isFolder ? savedModel : formOf(path);
  if (form !== undefined) return [form];
  const onCpu = (reason: string): ChosenEngine => ({ name: 'onnx-cpu', reason });
  if (engine.info.executor === 'cpu') return [onCpu('fields lie in host memory')];
  if (engine.info.software) return [onCpu("the adapter is software, on which the processor's own engine is faster")];
  if (!inferenceEngines.has('onnx')) return [onCpu('the only engine for ONNX models here')];
  return [
    { name: 'onnx', reason: `on the device of the fields, ${engine.info.name}` },
    onCpu('the engine on the device refused the model'),
  ];
}

const savedModel: ChosenEngine = { name: 'tfjs-node-gpu', reason: 'a folder is a SavedModel of TensorFlow' };

/** The engine that the form of a path decides. */
function formOf(path: string | undefined): ChosenEngine | undefined {
  if (path === undefined) return undefined;
  if (path.endsWith('.json')) return { name: 'tfjs', reason: 'a model of TensorFlow.js' };
  if (path.endsWith('.tflite')) return { name: 'tflite', reason: 'a model of TensorFlow Lite' };
  return undefined;
}
