import type { Storage } from './device-array.js';
import type { DeviceArray } from './device-array.js';
import type { AnyHostArray, ElementType, Precision } from './element.js';
import type { Step } from './pass.js';
import type { DispatchTiming } from './profile.js';

/** What runs recordings. There are two: shaders on a WebGPU device, and host twins on worker threads. */
export interface Executor {
  readonly kind: 'gpu' | 'cpu';
  /** Adapter or processor, in words. */
  readonly name: string;
  readonly precision: Precision;
  readonly software: boolean;
  /** Largest number of octets of one array that a kernel can see at once. */
  readonly maxBindingBytes: number;
  /** Octets now held by arrays, and the most that were. */
  readonly memory: MemoryUse;
  allocate(type: ElementType, length: number): Storage;
  free(storage: Storage): void;
  /** Runs the steps in order; timings, one a dispatch, when asked. */
  execute(steps: readonly Step[], timed: boolean): Promise<readonly DispatchTiming[]>;
  /** Copies of the arrays in host memory: f32 or f64 by precision for reals. */
  read(arrays: readonly DeviceArray[]): Promise<readonly AnyHostArray[]>;
  /** As `read`, but the memory itself where the executor's arrays lie in host memory; valid until the array is released. */
  peek(arrays: readonly DeviceArray[]): Promise<readonly AnyHostArray[]>;
  close(): Promise<void>;
}

export interface MemoryUse {
  readonly inUseBytes: number;
  readonly pooledBytes: number;
  readonly peakBytes: number;
  readonly budgetBytes: number;
}
