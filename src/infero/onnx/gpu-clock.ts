// GPUBufferUsage and GPUMapMode by value: the globals are not there before a device was asked for.
const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, query: 0x200 } as const;
const mapRead = 0x1;
const bytes = 16;

/** Measures how long the device works on what is submitted between `start` and `stop`, by the device's own clock. */
export class GpuClock {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  private constructor(device: GPUDevice) {
    this.#device = device;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 });
    this.#resolved = device.createBuffer({ size: bytes, usage: usage.query | usage.copySource });
    this.#staging = device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
  }

  /** Undefined on a device without timestamps. */
  static of(device: GPUDevice): GpuClock | undefined {
    return device.features.has('timestamp-query') ? new GpuClock(device) : undefined;
  }

  start(): void {
    this.#submit({ querySet: this.#queries, endOfPassWriteIndex: 0 });
  }

  stop(): void {
    this.#submit({ querySet: this.#queries, beginningOfPassWriteIndex: 1 });
  }

  /** Milliseconds; waits for the device. */
  async read(): Promise<number> {
    const encoder = this.#device.createCommandEncoder();
    encoder.resolveQuerySet(this.#queries, 0, 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(mapRead);
    const [start, stop] = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    return Number((stop as bigint) - (start as bigint)) / 1e6;
  }

  close(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#staging.destroy();
  }

  #submit(timestampWrites: GPUComputePassTimestampWrites): void {
    const encoder = this.#device.createCommandEncoder();
    encoder.beginComputePass({ timestampWrites }).end();
    this.#device.queue.submit([encoder.finish()]);
  }
}
