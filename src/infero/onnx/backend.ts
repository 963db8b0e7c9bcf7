import { DteError } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { Backend, BackendModel, BackendOptions, Session } from '../backend.js';
import { engineOptions } from '../engine-options.js';
import { loadOrt } from './runtime.js';
import { selfCheck } from './self-check.js';
import { OnnxSession } from './session.js';

/**
 * ONNX Runtime's WebGPU provider on the engine's own device: tensors are the engine's arrays, nothing passes through the host, and what it
 * submits runs in turn with passes.
 */
export const onnxGpu: Backend = { create };

async function create(engine: Engine, model: BackendModel, { modelConfig, selfCheck: isChecked }: BackendOptions): Promise<Session> {
  const options = engineOptions('onnx', modelConfig, { selfCheckExtent: { default: 32, least: 1 } });
  const { shared } = engine;
  if (shared === undefined) {
    throw new DteError('absent.device', `engine 'onnx' computes on a device, and the engine of the fields is '${engine.info.name}'`, {
      hint: 'use engine onnx-cpu, or open the engine on a device',
    });
  }
  const ort = await loadOrt(shared);
  const recipe = { ort, engine, shared, bytes: await model.bytes() };
  const session = await OnnxSession.open(recipe);
  if (!isChecked) return session;
  try {
    await selfCheck(recipe, model, session, options.selfCheckExtent);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}
