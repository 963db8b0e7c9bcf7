import { assert, type Context, DteError } from '../../base/index.js';
import { DeviceArray, type Storage } from '../device-array.js';
import { type AnyHostArray, type ElementType, viewOf } from '../element.js';
import type { Executor, MemoryUse } from '../executor.js';
import type { Kernel } from '../kernel.js';
import type { Step } from '../pass.js';
import { Pool } from '../pool.js';
import type { DispatchTiming } from '../profile.js';
import type { OpenedDevice } from './device.js';
import { type Dispatch, dispatchesOf } from './dispatches.js';
import { type PackedParams, packParams, type ParamsOf } from './params.js';
import { Pipelines } from './pipelines.js';
import { Timestamps } from './timestamps.js';

interface BufferStorage extends Storage {
  readonly buffer: GPUBuffer;
  readonly classBytes: number;
}

// GPUBufferUsage and GPUMapMode by value: the globals are not there before a device was asked for.
const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80, query: 0x200 } as const;
const mapRead = 0x1;

/** A device that other software shares with the engine, and the way between device arrays and its buffers. */
export interface SharedDevice {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  /** The buffer behind an array: its elements from octet 0; the buffer may be longer. Storage, copied from and to. */
  bufferOf(array: DeviceArray): GPUBuffer;
  /** A buffer of this device (storage, copied from and to) as an array; `release` is called when the array is released. */
  adopt<T extends ElementType>(type: T, length: number, buffer: GPUBuffer, release: () => void): DeviceArray<T>;
}

/** Runs kernels as WGSL on one WebGPU device. */
export class GpuExecutor implements Executor {
  readonly kind = 'gpu';
  readonly name: string;
  readonly precision = 'f32';
  readonly software: boolean;
  readonly maxBindingBytes: number;
  readonly device: GPUDevice;
  readonly #opened: OpenedDevice;
  readonly #pool: Pool<GPUBuffer>;
  readonly #pipelines: Pipelines;
  readonly #alignment: number;
  #lost: string | undefined;

  constructor(context: Context, opened: OpenedDevice, budgetBytes: number, bindingBytes?: number) {
    const { device } = opened;
    this.#opened = opened;
    this.device = device;
    this.name = opened.name;
    this.software = opened.software;
    this.maxBindingBytes = Math.min(device.limits.maxStorageBufferBindingSize, bindingBytes ?? Number.POSITIVE_INFINITY);
    this.#alignment = device.limits.minStorageBufferOffsetAlignment;
    this.#pipelines = new Pipelines(device, context);
    this.#pool = new Pool(
      (bytes) => this.#createBuffer(bytes),
      (buffer) => buffer.destroy(),
      budgetBytes,
    );
    void device.lost.then(({ message, reason }) => {
      this.#lost = `${reason}: ${message}`;
    });
  }

  get memory(): MemoryUse {
    return this.#pool.use;
  }

  get shared(): SharedDevice {
    const { gpu, adapter, device } = this.#opened;
    return {
      gpu,
      adapter,
      device,
      bufferOf,
      adopt: (type, length, buffer, release) => {
        assert(buffer.size >= 4 * length, `an adopted buffer of ${buffer.size} octets holds ${length} elements`);
        return new DeviceArray(type, length, { sizeBytes: 4 * length, buffer, classBytes: 0 } satisfies BufferStorage as Storage, release);
      },
    };
  }

  allocate(_type: ElementType, length: number): BufferStorage {
    const sizeBytes = 4 * Math.max(1, length);
    if (sizeBytes > this.device.limits.maxBufferSize) {
      throw new DteError(
        'limit.binding',
        `an array of ${sizeBytes} octets is larger than this device's buffers (${this.device.limits.maxBufferSize})`,
        { hint: 'process fewer layers at a time' },
      );
    }
    const { block, classBytes } = this.#pool.take(sizeBytes);
    return { sizeBytes, buffer: block, classBytes };
  }

  free(storage: Storage): void {
    const { buffer, classBytes } = storage as BufferStorage;
    this.#pool.put(buffer, classBytes);
  }

  async execute(steps: readonly Step[], timed: boolean): Promise<readonly DispatchTiming[]> {
    this.#assertAlive();
    const planned = await this.#plan(steps);
    const { device } = this;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const timestamps = timed ? Timestamps.of(device, planned.length) : undefined;
    let uniforms: GPUBuffer | undefined;
    let stem = '';
    let thrown: unknown;
    try {
      for (const step of steps) if (step.kind === 'upload') this.#write(step.array, step.data);
      const packed = packParams(
        planned.flatMap((item) => (item.kind === 'dispatch' ? paramsOf(item) : [])),
        device.limits.minUniformBufferOffsetAlignment,
      );
      uniforms = this.#uniforms(packed);
      const encoder = device.createCommandEncoder();
      let slot = 0;
      for (const [index, item] of planned.entries()) {
        if (item.kind === 'clear') {
          encoder.clearBuffer(bufferOf(item.array), 0, 4 * item.array.length);
          continue;
        }
        if (item.kind === 'copy') {
          encoder.copyBufferToBuffer(bufferOf(item.source), 0, bufferOf(item.target), 4 * item.targetStart, 4 * item.source.length);
          continue;
        }
        stem = item.kernel.stem;
        this.#encode(encoder, item, { buffer: uniforms, ...packed.slots[slot++] }, timestamps?.writes(index));
      }
      timestamps?.resolve(encoder);
      device.queue.submit([encoder.finish()]);
    } catch (error) {
      thrown = error;
    }
    // Both scopes are closed before the first await: another pass may open its own meanwhile.
    const scopes = [device.popErrorScope(), device.popErrorScope()] as const;
    const [invalid, exhausted] = await Promise.all(scopes);
    await device.queue.onSubmittedWorkDone().catch(() => {});
    uniforms?.destroy();
    this.#assertAlive();
    if (exhausted !== null)
      throw new DteError('limit.memory', `the device ran out of memory: ${exhausted.message}`, {
        where: { kernel: stem },
        hint: 'process fewer fields at a time',
      });
    if (invalid !== null)
      throw new DteError('fault.kernel', `the device refused a dispatch: ${invalid.message}`, { where: { kernel: stem } });
    if (thrown !== undefined)
      throw new DteError('fault.kernel', `the device refused a dispatch: ${(thrown as Error).message}`, {
        where: { kernel: stem },
        cause: thrown,
      });
    if (timestamps === undefined) return [];
    const milliseconds = await timestamps.read();
    return planned.flatMap((item, index) =>
      item.kind !== 'dispatch'
        ? []
        : [{ stem: item.kernel.stem, milliseconds: milliseconds[index] as number, bytes: bytesOf(item.dispatch) }],
    );
  }

  async read(arrays: readonly DeviceArray[]): Promise<readonly AnyHostArray[]> {
    this.#assertAlive();
    const starts: number[] = [];
    let size = 0;
    for (const array of arrays) {
      starts.push(size);
      size += Math.ceil((4 * array.length) / 8) * 8;
    }
    if (size === 0) return arrays.map((array) => viewOf(array.type, 'f32', new ArrayBuffer(0), 0, 0));
    const staging = this.device.createBuffer({ label: 'read', size, usage: usage.mapRead | usage.copyTarget });
    const encoder = this.device.createCommandEncoder();
    for (const [index, array] of arrays.entries()) {
      if (array.length > 0) encoder.copyBufferToBuffer(bufferOf(array), 0, staging, starts[index] as number, 4 * array.length);
    }
    this.device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(mapRead);
      const mapped = staging.getMappedRange();
      return arrays.map((array, index) =>
        viewOf(array.type, 'f32', mapped.slice(starts[index] as number, (starts[index] as number) + 4 * array.length), 0, array.length),
      );
    } catch (cause) {
      this.#assertAlive();
      throw new DteError('fault.device', `results could not be read back: ${(cause as Error).message}`, { cause });
    } finally {
      staging.destroy();
    }
  }

  peek(arrays: readonly DeviceArray[]): Promise<readonly AnyHostArray[]> {
    return this.read(arrays);
  }

  async close(): Promise<void> {
    this.#pool.drain();
    this.device.destroy();
  }

  async #plan(steps: readonly Step[]): Promise<Planned[]> {
    const planned: Planned[] = [];
    const limits = { bindingBytes: this.maxBindingBytes, alignment: this.#alignment };
    for (const step of steps) {
      if (step.kind === 'clear' || step.kind === 'copy') planned.push(step);
      if (step.kind !== 'dispatch') continue;
      const { pipeline, layout } = await this.#pipelines.get(step.kernel);
      for (const dispatch of dispatchesOf(step.kernel, step.params, step.arrays, limits)) {
        planned.push({ kind: 'dispatch', kernel: step.kernel, arrays: step.arrays, dispatch, pipeline, layout });
      }
    }
    return planned;
  }

  #encode(
    encoder: GPUCommandEncoder,
    item: PlannedDispatch,
    params: GPUBufferBinding,
    timestampWrites: GPUComputePassTimestampWrites | undefined,
  ): void {
    const { kernel, dispatch } = item;
    const names = [...Object.keys(kernel.inputs), ...Object.keys(kernel.outputs)];
    const entries: GPUBindGroupEntry[] = [{ binding: 0, resource: params }];
    for (const [index, name] of names.entries()) {
      const range = dispatch.ranges[name] as { offset: number; size: number };
      entries.push({ binding: index + 1, resource: { buffer: bufferOf(item.arrays[name] as DeviceArray), ...range } });
    }
    const pass = encoder.beginComputePass({ label: kernel.stem, ...(timestampWrites === undefined ? {} : { timestampWrites }) });
    pass.setPipeline(item.pipeline);
    pass.setBindGroup(0, this.device.createBindGroup({ label: kernel.stem, layout: item.layout, entries }));
    pass.dispatchWorkgroups(dispatch.groups[0], dispatch.groups[1]);
    pass.end();
  }

  #uniforms({ data }: PackedParams): GPUBuffer {
    const buffer = this.device.createBuffer({
      label: 'params',
      size: Math.max(16, data.byteLength),
      usage: usage.uniform | usage.copyTarget,
    });
    if (data.byteLength > 0) this.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  #write(array: DeviceArray, data: AnyHostArray): void {
    if (data.length === 0) return;
    // Dawn takes neither f64 nor views of shared memory.
    const plain = data instanceof Float64Array ? Float32Array.from(data) : data.buffer instanceof ArrayBuffer ? data : data.slice();
    this.device.queue.writeBuffer(bufferOf(array), 0, plain as Float32Array<ArrayBuffer>);
  }

  #createBuffer(size: number): GPUBuffer {
    return this.device.createBuffer({ size: Math.ceil(size / 4) * 4, usage: usage.storage | usage.copySource | usage.copyTarget });
  }

  #assertAlive(): void {
    if (this.#lost !== undefined) {
      throw new DteError('fault.device', `device '${this.#opened.name}' was lost (${this.#lost})`, {
        hint: 'open the engine anew, or use the CPU executor (--device cpu)',
      });
    }
  }
}

interface PlannedDispatch {
  readonly kind: 'dispatch';
  readonly kernel: Kernel;
  readonly arrays: Readonly<Record<string, DeviceArray>>;
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

function paramsOf({ kernel, dispatch }: PlannedDispatch): ParamsOf {
  return { kernel, params: dispatch.params };
}

type Planned = PlannedDispatch | (Step & { readonly kind: 'clear' | 'copy' });

function bufferOf(array: DeviceArray): GPUBuffer {
  return (array.storage as BufferStorage).buffer;
}

function bytesOf(dispatch: Dispatch): number {
  return Object.values(dispatch.ranges).reduce((sum, { size }) => sum + size, 0);
}
