import { type Context, DteError, sharedBuffer } from '../base/index.js';
import { type EngineOptions, type ResolvedOptions, resolveOptions } from './choice.js';
import { copyBandwidth } from './copy-bandwidth.js';
import { CpuExecutor } from './cpu/executor.js';
import { type Task, Team } from './cpu/team.js';
import { arraysIn, DeviceArray } from './device-array.js';
import { type AnyHostArray, type ElementType, elementBytes, type HostArray, type Precision, viewOf } from './element.js';
import type { Executor, MemoryUse } from './executor.js';
import type { AdapterChoice } from './gpu/device.js';
import type { GpuExecutor, SharedDevice } from './gpu/executor.js';
import { Pass } from './pass.js';
import { type DispatchTiming, type KernelProfile, profileOf } from './profile.js';

export interface EngineInfo {
  readonly executor: 'gpu' | 'cpu';
  /** Adapter or processor, in words. */
  readonly name: string;
  readonly precision: Precision;
  /** True for Vulkan on the processor. */
  readonly software: boolean;
  readonly threads: number;
  readonly maxBindingBytes: number;
}

/** How often and how much crossed between host and device. */
export interface Traffic {
  readonly uploads: number;
  readonly uploadBytes: number;
  readonly reads: number;
  readonly readBytes: number;
}

/** What `read` gives for each array asked for. */
export type HostArraysOf<A extends readonly DeviceArray[]> = {
  -readonly [K in keyof A]: A[K] extends DeviceArray<infer T> ? HostArray<T> : never;
};

/** Shared host memory that becomes a device array: the array's own memory on the CPU executor, copied once on a GPU. */
export interface Stage<T extends ElementType> {
  readonly type: T;
  readonly data: HostArray<T>;
  readonly array: DeviceArray<T> | undefined;
}

/**
 * One executor, its memory and its threads: the only object with a life of its own. `open` makes it, `close` ends it.
 * A process that forgets `close` still exits by itself.
 */
export class Engine {
  readonly info: EngineInfo;
  readonly team: Team;
  readonly context: Context;
  readonly #executor: Executor;
  readonly #timing: boolean;
  readonly #timings: DispatchTiming[] = [];
  #traffic: Traffic = { uploads: 0, uploadBytes: 0, reads: 0, readBytes: 0 };
  #copyGigabytesPerSecond: number | undefined;

  constructor(context: Context, executor: Executor, team: Team, timing: boolean) {
    this.context = context;
    this.team = team;
    this.#executor = executor;
    this.#timing = timing;
    const { kind, name, precision, software, maxBindingBytes } = executor;
    this.info = { executor: kind, name, precision, software, threads: Math.max(1, team.threads), maxBindingBytes };
  }

  get memory(): MemoryUse {
    return this.#executor.memory;
  }

  /** Whether it was opened with `timing`. */
  get timed(): boolean {
    return this.#timing;
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  /**
   * Records a pass and runs it. Device arrays reachable in what `record` returns stay alive; all others that the pass made go
   * back to the pool. With `timing`, `onTimings` is told how long each dispatch of this pass took, in order.
   */
  async run<R>(record: (pass: Pass) => R, onTimings?: (timings: readonly DispatchTiming[]) => void): Promise<R> {
    const pass = new Pass((type, length) => this.#allocate(type, length), this.info.maxBindingBytes);
    let finished = false;
    try {
      this.context.signal?.throwIfAborted();
      const result = record(pass);
      this.#countUploads(pass);
      const timings = await this.#executor.execute(pass.steps, this.#timing);
      if (this.#timing) {
        this.#timings.push(...timings);
        onTimings?.(timings);
      }
      const kept = arraysIn(result);
      for (const array of pass.allocated) if (!kept.has(array)) array.release();
      finished = true;
      return result;
    } catch (error) {
      throw this.context.signal?.aborted === true ? new DteError('fault.cancelled', 'the run was cancelled', { cause: error }) : error;
    } finally {
      if (!finished) for (const array of pass.allocated) array.release();
    }
  }

  /** A device array whose contents are undefined, until it is released. */
  allocate<T extends ElementType>(type: T, length: number): DeviceArray<T> {
    return this.#allocate(type, length);
  }

  /**
   * The GPU executor's own device, for other software that works on the same arrays (inference, plugins); undefined on the CPU
   * executor. What it submits to the device's queue runs in turn with passes.
   */
  get shared(): SharedDevice | undefined {
    const executor = this.#executor;
    return executor instanceof CpuExecutor ? undefined : (executor as GpuExecutor).shared;
  }

  /** The memory of an array on the CPU executor, in its precision, valid until the array is released; undefined on a GPU. */
  hostMemory<T extends ElementType>(array: DeviceArray<T>): HostArray<T> | undefined {
    return this.#executor instanceof CpuExecutor ? (this.#executor.view(array) as HostArray<T>) : undefined;
  }

  /** A long-lived device array, such as weights. Reals may be given as f32 or f64. */
  async upload<T extends ElementType>(type: T, data: AnyHostArray): Promise<DeviceArray<T>> {
    return this.run((pass) => pass.upload(type, data));
  }

  /** Copies arrays to the host in one go. Reals come as the executor's precision has them. */
  async read<const A extends readonly DeviceArray[]>(...arrays: A): Promise<HostArraysOf<A>> {
    this.#countReads(arrays);
    return (await this.#executor.read(arrays)) as HostArraysOf<A>;
  }

  /** As `read`, without a copy where arrays lie in host memory anyway: what it gives is valid until the array is released. */
  async peek<const A extends readonly DeviceArray[]>(...arrays: A): Promise<HostArraysOf<A>> {
    this.#countReads(arrays);
    return (await this.#executor.peek(arrays)) as HostArraysOf<A>;
  }

  /** Shared memory for host work (decoding on worker threads) whose result goes to the device by `unstage`. */
  stage<T extends ElementType>(type: T, length: number): Stage<T> {
    if (this.#executor instanceof CpuExecutor) {
      const array = this.#allocate(type, length);
      return { type, data: this.#executor.view(array) as HostArray<T>, array };
    }
    const buffer = sharedBuffer(Math.max(1, length) * elementBytes(type, this.info.precision));
    return { type, data: viewOf(type, this.info.precision, buffer, 0, length) as HostArray<T>, array: undefined };
  }

  /** The staged data as an array of this pass; the stage must not be used again. */
  unstage<T extends ElementType>(pass: Pass, stage: Stage<T>): DeviceArray<T> {
    if (stage.array === undefined) return pass.upload(stage.type, stage.data);
    pass.allocated.push(stage.array);
    return stage.array;
  }

  /** Runs a module's function on a free worker thread. */
  async task<R>(task: Task): Promise<R> {
    return (await this.team.runTask(task)) as R;
  }

  /** What was dispatched since the engine was opened with `timing`, by kernel, slowest first. */
  async profile(): Promise<readonly KernelProfile[]> {
    return profileOf(this.#timings, await this.copyBandwidth());
  }

  /** Measured copy bandwidth of this executor (reads plus writes), GB/s. Measured once. */
  async copyBandwidth(): Promise<number> {
    this.#copyGigabytesPerSecond ??= await copyBandwidth(this.#executor);
    return this.#copyGigabytesPerSecond;
  }

  async close(): Promise<void> {
    await this.team.close();
    await this.#executor.close();
  }

  #allocate<T extends ElementType>(type: T, length: number): DeviceArray<T> {
    const executor = this.#executor;
    return new DeviceArray(type, length, executor.allocate(type, length), (storage) => executor.free(storage));
  }

  #countReads(arrays: readonly DeviceArray[]): void {
    const { reads, readBytes } = this.#traffic;
    const bytes = arrays.reduce((sum, array) => sum + array.length * elementBytes(array.type, this.info.precision), 0);
    this.#traffic = { ...this.#traffic, reads: reads + arrays.length, readBytes: readBytes + bytes };
  }

  #countUploads(pass: Pass): void {
    for (const step of pass.steps) {
      if (step.kind !== 'upload') continue;
      const { uploads, uploadBytes } = this.#traffic;
      this.#traffic = { ...this.#traffic, uploads: uploads + 1, uploadBytes: uploadBytes + step.data.byteLength };
    }
  }
}

/** See `openEngine`. */
export async function startEngine(context: Context, options: EngineOptions = {}): Promise<Engine> {
  const resolved = resolveOptions(context, options);
  const team = new Team(context.workers, resolved.threads);
  const executor = await chooseExecutor(context, resolved, team);
  context.log.info('compute.open', { executor: executor.kind, name: executor.name, precision: executor.precision });
  return new Engine(context, executor, team, resolved.timing);
}

async function chooseExecutor(context: Context, options: ResolvedOptions, team: Team): Promise<Executor> {
  const cpu = (): Executor => new CpuExecutor(context, team, options.precision, options.budgetBytes);
  const { device } = options;
  if (device === 'cpu' || options.precision === 'f64') return cpu();
  if (device === 'auto') {
    try {
      return (await gpuExecutor(context, options, { kind: 'hardware' })) ?? cpu();
    } catch (error) {
      context.log.warn('compute.gpu.refused', { reason: (error as Error).message });
      return cpu();
    }
  }
  const choice: AdapterChoice =
    device === 'gpu' ? { kind: 'hardware' } : device === 'software' ? { kind: 'software' } : { kind: 'named', name: device };
  const executor = await gpuExecutor(context, options, choice);
  if (executor === undefined) {
    throw new DteError('absent.device', `no adapter for device '${device}'`, {
      hint: 'use auto, gpu, cpu, software (after npm test provided it), or part of an adapter name',
    });
  }
  return executor;
}

async function gpuExecutor(context: Context, options: ResolvedOptions, choice: AdapterChoice): Promise<GpuExecutor | undefined> {
  const { openDevice } = await import('./gpu/device.js');
  const opened = await openDevice(context, choice);
  if (opened === undefined) return undefined;
  const [{ GpuExecutor }, { selfCheck }] = await Promise.all([import('./gpu/executor.js'), import('./self-check.js')]);
  const executor = new GpuExecutor(context, opened, options.budgetBytes, options.maxBindingBytes);
  await selfCheck(executor);
  return executor;
}
