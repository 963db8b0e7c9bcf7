import type { InferenceSession, OnnxValue, Tensor as OnnxTensor } from 'onnxruntime-web/webgpu';
import { DteError } from '../../base/index.js';
import { DeviceArray, type Engine, type SharedDevice } from '../../compute/index.js';
import type { Session, SessionRun, SessionTensor } from '../backend.js';
import { onnxTensorInfo } from '../onnx-cpu/session.js';
import { countOf, isDeviceType, onnxNameOf } from '../tensor-types.js';
import type { HostValues, TensorInfo } from '../types.js';
import { GpuClock } from './gpu-clock.js';
import { knownShape } from './known-shape.js';
import { type Ort, startingRuntime } from './runtime.js';
import { exclusively } from '../turns.js';
import { ScopedFailure, watched } from '../watched.js';

/** What a session of the runtime is made from, each time. */
export interface SessionRecipe {
  readonly ort: Ort;
  readonly engine: Engine;
  readonly shared: SharedDevice;
  readonly bytes: Uint8Array;
}

/**
 * A session of ONNX Runtime on the engine's device. Tensors are bound where they lie; an output whose shape follows from the model and the
 * inputs is written into an array of the engine, others into memory of the runtime, from which the device copies them.
 */
export class OnnxSession implements Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly place = 'device';
  readonly detail: string;
  readonly #recipe: SessionRecipe;
  readonly #clock: GpuClock | undefined;
  #session: InferenceSession | undefined;

  private constructor(recipe: SessionRecipe, session: InferenceSession) {
    this.#recipe = recipe;
    this.#session = session;
    this.#clock = recipe.engine.timed ? GpuClock.of(recipe.shared.device) : undefined;
    this.detail = recipe.engine.info.name;
    this.inputs = session.inputMetadata.map((metadata) => onnxTensorInfo('input', metadata));
    this.outputs = session.outputMetadata.map((metadata) => onnxTensorInfo('output', metadata));
  }

  static async open(recipe: SessionRecipe): Promise<OnnxSession> {
    return new OnnxSession(recipe, await exclusively(() => createSession(recipe)));
  }

  run(feeds: ReadonlyMap<string, SessionTensor>, fetches: ReadonlyMap<string, SessionTensor | undefined>): Promise<SessionRun> {
    return exclusively(async () => {
      const made: DeviceArray[] = [];
      try {
        return await this.#run(feeds, fetches, made);
      } catch (error) {
        for (const array of made) array.release();
        await this.#giveUp();
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return exclusively(async () => {
      this.#clock?.close();
      await this.#giveUp();
    });
  }

  async #run(
    feeds: ReadonlyMap<string, SessionTensor>,
    fetches: ReadonlyMap<string, SessionTensor | undefined>,
    made: DeviceArray[],
  ): Promise<SessionRun> {
    const { engine, shared } = this.#recipe;
    // After a failed run the runtime's session keeps the tensors of that run, and its next run never ends: it is made anew.
    const session = (this.#session ??= await createSession(this.#recipe));
    const memory = new Map([...fetches].map(([name, given]) => [name, given ?? this.#newMemory(name, feeds, made)]));
    const given = Object.fromEntries([...feeds].map(([name, tensor]) => [name, this.#bind(this.inputs, name, tensor)]));
    const wanted = Object.fromEntries(
      [...memory].map(([name, tensor]) => [name, tensor === undefined ? null : this.#bind(this.outputs, name, tensor)]),
    );
    this.#clock?.start();
    const results = await watched(shared.device, () => session.run(given, wanted, { logSeverityLevel: 4 })).catch((cause) => {
      throw runFailure(cause as Error, engine.info.name);
    });
    this.#clock?.stop();
    const outputs = new Map<string, SessionTensor>();
    for (const [name, tensor] of memory) outputs.set(name, tensor ?? (await this.#taken(name, results[name] as OnnxTensor, made)));
    const gpuMs = await this.#clock?.read();
    return { outputs, ...(gpuMs === undefined ? {} : { gpuMs }) };
  }

  /** An array for an output whose shape is known before the run. */
  #newMemory(name: string, feeds: ReadonlyMap<string, SessionTensor>, made: DeviceArray[]): SessionTensor | undefined {
    const info = infoOf(this.outputs, name);
    const shape = knownShape(info, this.inputs, feeds);
    if (shape === undefined || !isDeviceType(info.type)) return undefined;
    const values = this.#recipe.engine.allocate(info.type, countOf(shape));
    made.push(values);
    return { values, shape };
  }

  #bind(infos: readonly TensorInfo[], name: string, { values, shape }: SessionTensor): OnnxValue {
    const { ort, shared } = this.#recipe;
    const type = onnxNameOf(infoOf(infos, name).type) as 'float32';
    if (!(values instanceof DeviceArray)) return new ort.Tensor(type, values as Float32Array, shape);
    return ort.Tensor.fromGpuBuffer(shared.bufferOf(values), { dataType: type, dims: [...shape] });
  }

  /** A result in the runtime's memory, brought into the engine's: of types that the device has by a copy on the device. */
  async #taken(name: string, tensor: OnnxTensor, made: DeviceArray[]): Promise<SessionTensor> {
    const { type } = infoOf(this.outputs, name);
    const shape = tensor.dims;
    try {
      if (!isDeviceType(type)) return { values: (await tensor.getData()) as HostValues, shape };
      const { engine, shared } = this.#recipe;
      const values = engine.allocate(type, countOf(shape));
      made.push(values);
      if (tensor.location === 'gpu-buffer') {
        const encoder = shared.device.createCommandEncoder();
        encoder.copyBufferToBuffer(tensor.gpuBuffer, 0, shared.bufferOf(values), 0, 4 * values.length);
        shared.device.queue.submit([encoder.finish()]);
      }
      return { values, shape };
    } finally {
      tensor.dispose();
    }
  }

  async #giveUp(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    // A session on a device that was lost cannot always be given back; there is nothing left of it to keep.
    await session?.release().catch(() => {});
  }
}

function infoOf(infos: readonly TensorInfo[], name: string): TensorInfo {
  return infos.find((info) => info.name === name) as TensorInfo;
}

async function createSession({ ort, engine, shared, bytes }: SessionRecipe): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    // Without a layout the runtime computes convolutions over channels last, and wrongly for some numbers of channels.
    executionProviders: [{ name: 'webgpu', device: shared.device, preferredLayout: 'NCHW' }],
    preferredOutputLocation: 'gpu-buffer',
    logSeverityLevel: 4,
  };
  const create = (): Promise<InferenceSession> => ort.InferenceSession.create(bytes, options);
  try {
    return await watched(shared.device, () => startingRuntime(engine.context, shared, create));
  } catch (cause) {
    throw creationFailure(cause as Error, engine.info.name);
  }
}

const noMemory = /bad_alloc|allocate (?:memory|a buffer)|out of memory|memory access out of bounds|integer overflow|larger than/i;

function creationFailure(cause: Error, device: string): DteError {
  if (cause instanceof DteError) return cause;
  if (cause instanceof ScopedFailure || noMemory.test(cause.message)) return tooLarge('the model', device, cause);
  return new DteError('data.model', `ONNX Runtime cannot build the model for ${device}: ${reasonOf(cause)}`, {
    cause,
    hint: 'is it a whole ONNX file? Engine onnx-cpu has operators that the device has not',
  });
}

function runFailure(cause: Error, device: string): DteError {
  if (cause instanceof DteError) return cause;
  if (cause instanceof ScopedFailure || noMemory.test(cause.message)) return tooLarge('the run', device, cause);
  return new DteError('input.tensor', `the model cannot be run on these tensors: ${reasonOf(cause)}`, {
    cause,
    hint: 'extents that the model leaves open may have to fit each other',
  });
}

function tooLarge(what: string, device: string, cause: Error): DteError {
  return new DteError('limit.memory', `${what} does not fit ${device}: ${reasonOf(cause)}`, {
    cause,
    hint: 'give a smaller batch, or use engine onnx-cpu',
  });
}

/** What the runtime says, without the place in its own sources. */
function reasonOf({ message }: Error): string {
  const said = message.replace(/^.*ERROR_MESSAGE: /s, '').replace(/^\S+\.(?:cc|h):\d+ /, '');
  return said.replace(/\s+/g, ' ').trim();
}
