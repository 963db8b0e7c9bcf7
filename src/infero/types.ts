import type { Field } from '../atlas/index.js';
import type { DeviceArray } from '../compute/index.js';
import type { hostTypes } from './tensor-types.js';

/** Element type of a tensor. `bool` is held as octets 0 and 1. */
export type TensorType = keyof typeof hostTypes;

/** Values of a tensor in host memory: the typed array of its element type. */
export type HostValues =
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | BigInt64Array<ArrayBufferLike>
  | BigUint64Array<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Int8Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

/** `row-major` (C): the last index runs fastest. `column-major` (Fortran): the first one does. */
export type TensorLayout = 'row-major' | 'column-major';

/** What a model says of one of its inputs or outputs. */
export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  /** Extents, slowest first in row-major order; null where the model leaves one open. */
  readonly shape: readonly (number | null)[];
  /** Names of open extents, such as `N`: equal names are equal extents in one run. null where there is none. */
  readonly symbols: readonly (string | null)[];
}

interface Shaped {
  readonly shape: readonly number[];
  readonly layout: TensorLayout;
}

/** A result in host memory. */
export interface HostTensor extends Shaped {
  readonly values: HostValues;
}

/** A result in the memory of the engine; whoever asked for it releases `values`. */
export interface DeviceTensor extends Shaped {
  readonly values: DeviceArray;
}

export type Tensor = HostTensor | DeviceTensor;

/**
 * A tensor as it is given to a model. A `GPUBuffer` is one of the engine's own device (`engine.shared`), elements from octet 0. A field is
 * one of a single tile and without missing values, whose elements are [points, layers]; `preparePack` makes a tensor of any other.
 */
export interface TensorArgument {
  readonly values: DeviceArray | HostValues | GPUBuffer | Field;
  readonly shape: readonly number[];
  /** `row-major` by default. */
  readonly layout?: TensorLayout;
}

/** Where results shall lie. */
export type Place = 'host' | 'device';

export interface InferOptions {
  /** Outputs to compute; by default all. */
  readonly only?: readonly string[];
  /** Memory for outputs, which then is what the result holds. Shape, type and layout are those given. */
  readonly outputs?: Readonly<Record<string, TensorArgument>>;
  /** Of outputs without memory of their own: by default `device` when an input lies on the device, else `host`. */
  readonly place?: Place;
  /** Of outputs without memory of their own: `row-major` by default. */
  readonly layout?: TensorLayout;
}

/**
 * What happens to outputs that are not finite. `refuse`: the run fails; on a device that costs one small read-back. `missing`: they
 * become `missingValue`. `allow`: they stay. By default `refuse` for results on the host and `missing` on the device, where nothing
 * then is read back.
 */
export type NonFinitePolicy = 'refuse' | 'missing' | 'allow';

/**
 * A model file, or its octets. A path may name a folder where an engine's format is one, or, where there is no such file, a model of this
 * package (`shippedModels`).
 */
export type ModelSource = { readonly path: string } | { readonly bytes: Uint8Array };

/** Options of engines, under the names that configurations of models use. An engine refuses those it does not know. */
export type ModelConfig = Readonly<Record<string, string | number | boolean>>;

export interface ModelOptions {
  /** A name of `inferenceEngines`, or `auto`: chosen by the form of the model and by where the engine computes. */
  readonly engine?: string;
  readonly modelConfig?: ModelConfig;
  readonly nonFinite?: NonFinitePolicy;
  /** Whether an engine on the device is first compared with one on the processor; true by default. */
  readonly selfCheck?: boolean;
}

/** The engine of a model, and why it was taken. */
export interface ChosenEngine {
  readonly name: string;
  readonly reason: string;
}

/** Durations of one run, or of several, in milliseconds. None is counted in another. */
export interface Timing {
  readonly inputReorderMs: number;
  readonly uploadMs: number;
  readonly executeMs: number;
  /** The search for values that are not finite. */
  readonly checkMs: number;
  readonly downloadMs: number;
  readonly outputReorderMs: number;
}

export interface ModelStatistics {
  readonly engine: ChosenEngine;
  readonly runs: number;
  /** The first run, which compiles; undefined before it. */
  readonly first: Timing | undefined;
  /** All runs but the first. */
  readonly later: Timing;
  /** Time on the GPU of all runs but the first, where the engine knows it. */
  readonly gpuMs: number | undefined;
  /** Octets that were copied to and from the memory in which the engine computes. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
}
