/** Device time of each dispatch, through timestamp queries. */
export class Timestamps {
  readonly #set: GPUQuerySet;
  readonly #count: number;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  private constructor(device: GPUDevice, count: number) {
    const size = 16 * count;
    this.#count = count;
    this.#set = device.createQuerySet({ type: 'timestamp', count: 2 * count });
    // 0x200 QUERY_RESOLVE, 0x4 COPY_SRC; 0x1 MAP_READ, 0x8 COPY_DST.
    this.#resolved = device.createBuffer({ size, usage: 0x200 | 0x4 });
    this.#staging = device.createBuffer({ size, usage: 0x1 | 0x8 });
  }

  /** Undefined where the device has no timestamps, or for more dispatches than one query set holds. */
  static of(device: GPUDevice, count: number): Timestamps | undefined {
    return count > 0 && count <= 2048 && device.features.has('timestamp-query') ? new Timestamps(device, count) : undefined;
  }

  writes(index: number): GPUComputePassTimestampWrites {
    return { querySet: this.#set, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 };
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#set, 0, 2 * this.#count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 16 * this.#count);
  }

  /** Milliseconds of each dispatch. */
  async read(): Promise<readonly number[]> {
    await this.#staging.mapAsync(0x1);
    const ticks = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    const milliseconds = Array.from(
      { length: this.#count },
      (_, index) => Number((ticks[2 * index + 1] as bigint) - (ticks[2 * index] as bigint)) / 1e6,
    );
    this.#set.destroy();
    this.#resolved.destroy();
    this.#staging.destroy();
    return milliseconds;
  }
}
