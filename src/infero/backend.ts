import type { DeviceArray, Engine } from '../compute/index.js';
import type { HostValues, ModelConfig, Place, TensorInfo } from './types.js';

/** A model on its way to an engine. */
export interface BackendModel {
  /** Undefined for a model that was given as octets. */
  readonly path: string | undefined;
  /** The whole file; read at the first call. */
  readonly bytes: () => Promise<Uint8Array>;
}

export interface BackendOptions {
  readonly modelConfig: ModelConfig;
  readonly selfCheck: boolean;
}

/** A tensor in the memory of a session: row-major, of the declared type, as many elements as its shape says. */
export interface SessionTensor {
  readonly values: DeviceArray | HostValues;
  readonly shape: readonly number[];
}

export interface SessionRun {
  /** Every output that was asked for: the memory that was given, else new memory, which the caller owns (device arrays are released). */
  readonly outputs: ReadonlyMap<string, SessionTensor>;
  /** Time on the GPU, where it is known. */
  readonly gpuMs?: number;
}

/**
 * One model in one inference engine. What it is given has passed all checks: names, types and shapes are the model's. Runs never overlap.
 */
export interface Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * Where tensors of `run` lie: on the engine's device (`DeviceArray`), or in plain host memory, never shared memory (`HostValues`). Of
   * element types that the device has no arrays of, such as i64, they always lie in host memory.
   */
  readonly place: Place;
  /** What is to be told of how the engine runs (`cuda`, an adapter, threads), or undefined. */
  readonly detail?: string;
  /** Computes the outputs that are keys of `fetches`, into the memory given there. */
  run(feeds: ReadonlyMap<string, SessionTensor>, fetches: ReadonlyMap<string, SessionTensor | undefined>): Promise<SessionRun>;
  close(): Promise<void>;
}

/**
 * An inference engine. Errors of `create`: `data.model` (damaged, or with operators that the engine has not), `input.config` (options it
 * does not know), `absent.module`, `absent.device`, `limit.memory`, `limit.binding`, `fault.device` (it computes wrongly).
 */
export interface Backend {
  create(engine: Engine, model: BackendModel, options: BackendOptions): Promise<Session>;
}
