import { DteError, folderOf } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { InferenceSession } from 'onnxruntime-node';
import type { Backend, BackendModel, BackendOptions, Session } from '../backend.js';
import { engineOptions } from '../engine-options.js';
import { loadRuntime } from './runtime.js';
import { OnnxCpuSession } from './session.js';

/** ONNX Runtime's own library for Node, in host memory: on the processor, or on CUDA where the user installed that part. */
export const onnxCpu: Backend = { create };

async function create(engine: Engine, model: BackendModel, { modelConfig }: BackendOptions): Promise<Session> {
  const options = engineOptions('onnx-cpu', modelConfig, {
    numInteropThreads: { default: 1, least: 1 },
    numIntraopThreads: { default: engine.info.threads, least: 1 },
    provider: { default: 'cpu', choices: ['cpu', 'cuda'] },
  });
  const runtime = await loadRuntime();
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: options.provider === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
    interOpNumThreads: options.numInteropThreads,
    intraOpNumThreads: options.numIntraopThreads,
    executionMode: options.numInteropThreads > 1 ? 'parallel' : 'sequential',
    logSeverityLevel: 4,
    ...externalData(model.path),
  };
  const bytes = await model.bytes();
  const detail = `${options.provider}, ${options.numIntraopThreads} thread${options.numIntraopThreads === 1 ? '' : 's'}`;
  try {
    return new OnnxCpuSession(runtime, await runtime.InferenceSession.create(bytes, sessionOptions), detail);
  } catch (cause) {
    throw refusal(cause as Error, model.path, options.provider);
  }
}

/** Weights in files of their own lie beside the model. */
function externalData(path: string | undefined): Pick<InferenceSession.SessionOptions, 'extra'> {
  return path === undefined ? {} : { extra: { session: { model_external_initializers_file_folder_path: folderOf(path) } } };
}

function refusal(cause: Error, path: string | undefined, provider: string): DteError {
  if (cause instanceof DteError) return cause;
  const { message } = cause;
  const where = path === undefined ? {} : { file: path };
  if (provider === 'cuda' && /cuda/i.test(message)) {
    return new DteError('absent.module', `the CUDA part of onnxruntime-node cannot be used: ${message}`, {
      cause,
      hint: 'npm rebuild onnxruntime-node --ignore-scripts=false --onnxruntime-node-install=cuda12 downloads it; CUDA 12 and cuDNN 9 are needed',
    });
  }
  if (/bad_alloc|allocate memory|out of memory/i.test(message)) {
    return new DteError('limit.memory', `the model does not fit the memory: ${message}`, { cause, where });
  }
  return new DteError('data.model', `ONNX Runtime cannot build the model: ${message}`, { cause, where, hint: 'is it a whole ONNX file?' });
}
