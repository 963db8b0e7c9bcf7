import { DteError } from '../../base/index.js';
import type { InferenceSession, OnnxValue, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { Session, SessionRun, SessionTensor } from '../backend.js';
import { onnxNameOf, typeOfOnnxName } from '../tensor-types.js';
import type { HostValues, TensorInfo } from '../types.js';
import type { Runtime } from './runtime.js';

type Metadata = InferenceSession.ValueMetadata;

/** A session of ONNX Runtime for Node. Tensors are views of the caller's arrays: nothing is copied on the way in, nor into given outputs. */
export class OnnxCpuSession implements Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly place = 'host';
  readonly detail: string;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;

  constructor(runtime: Runtime, session: InferenceSession, detail: string) {
    this.#runtime = runtime;
    this.#session = session;
    this.detail = detail;
    this.inputs = session.inputMetadata.map((metadata) => onnxTensorInfo('input', metadata));
    this.outputs = session.outputMetadata.map((metadata) => onnxTensorInfo('output', metadata));
  }

  async run(feeds: ReadonlyMap<string, SessionTensor>, fetches: ReadonlyMap<string, SessionTensor | undefined>): Promise<SessionRun> {
    const given = Object.fromEntries([...feeds].map(([name, tensor]) => [name, this.#view(this.inputs, name, tensor)]));
    const wanted = Object.fromEntries(
      [...fetches].map(([name, tensor]) => [name, tensor === undefined ? null : this.#view(this.outputs, name, tensor)]),
    );
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await this.#session.run(given, wanted, { logSeverityLevel: 4 });
    } catch (cause) {
      throw runFailure(cause as Error);
    }
    const outputs = [...fetches].map(([name, memory]) => [name, memory ?? tensorOf(results[name] as OnnxValue)] as const);
    return { outputs: new Map(outputs) };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #view(infos: readonly TensorInfo[], name: string, { values, shape }: SessionTensor): OnnxTensor {
    const type = onnxNameOf((infos.find((info) => info.name === name) as TensorInfo).type);
    return new this.#runtime.Tensor(type as 'float32', values as Float32Array, shape);
  }
}

function tensorOf(value: OnnxValue): SessionTensor {
  const { data, dims } = value as OnnxTensor;
  return { values: data as HostValues, shape: dims };
}

/** What ONNX Runtime says of an input or output. `data.model` for kinds of values that tensors here cannot hold. */
export function onnxTensorInfo(kind: 'input' | 'output', metadata: Metadata): TensorInfo {
  const { name } = metadata;
  const type = metadata.isTensor ? typeOfOnnxName(metadata.type) : undefined;
  if (!metadata.isTensor || type === undefined) {
    throw new DteError('data.model', `${kind} '${name}' of the model is ${metadata.isTensor ? metadata.type : 'no tensor'}`, {
      hint: 'inputs and outputs are tensors of float32, float64, integers or bool: export the model with those',
    });
  }
  const symbols = metadata.shape.map((extent) => (typeof extent === 'string' && extent !== '' ? extent : null));
  return { name, type, shape: metadata.shape.map((extent) => (typeof extent === 'number' ? extent : null)), symbols };
}

function runFailure(cause: Error): DteError {
  const { message } = cause;
  if (/bad_alloc|allocate memory|out of memory/i.test(message)) {
    return new DteError('limit.memory', `the run does not fit the memory: ${message}`, { cause, hint: 'give a smaller batch' });
  }
  return new DteError('input.tensor', `the model cannot be run on these tensors: ${message}`, {
    cause,
    hint: 'extents that the model leaves open may have to fit each other',
  });
}
