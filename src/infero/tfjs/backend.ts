import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { Backend, BackendModel, BackendOptions, Session } from '../backend.js';
import { engineOptions } from '../engine-options.js';
import { exclusively } from '../turns.js';
import { readGraphModel } from './graph-model.js';
import { loadTfjs, onBackendOf } from './runtime.js';
import { TfjsSession } from './session.js';
import type { Signature } from './tensors.js';

/** Graph models of TensorFlow.js on the engine's own device. */
export const tfjsGpu: Backend = { create };

async function create(engine: Engine, model: BackendModel, { modelConfig }: BackendOptions): Promise<Session> {
  engineOptions('tfjs', modelConfig, {});
  const { shared } = engine;
  if (shared === undefined) {
    throw new DteError('absent.device', `engine 'tfjs' computes on a device, and the engine of the fields is '${engine.info.name}'`, {
      hint: 'convert the model to ONNX for engine onnx-cpu, or open the engine on a device',
    });
  }
  const tfjs = await loadTfjs();
  const { json, weights } = await readGraphModel(engine, model);
  const where = model.path === undefined ? {} : { file: model.path };
  const opened = exclusively(() => onBackendOf(tfjs, shared, () => tfjs.converter.loadGraphModelSync([json as never, weights]))).catch(
    (cause: Error) => {
      throw new DteError('data.model', `TensorFlow.js cannot build the model: ${cause.message}`, { cause, where });
    },
  );
  return new TfjsSession({ tfjs, engine, shared }, await opened, (json['signature'] ?? {}) as Signature);
}
