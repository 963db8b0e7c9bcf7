/** What crosses between host and device while work is done, whoever does it. */
export interface Crossings {
  maps: number;
  /** Buffers that are born mapped, through which data can be given to a device as well. */
  mappedBuffers: number;
  /** Octets written to uniform buffers: parameters of kernels. */
  uniformBytes: number;
  /** Octets written to any other buffer. */
  dataBytes: number;
}

const uniform = 0x40;

/** Counts every call of WebGPU that moves octets between host and device. */
export async function crossingsOf(work: () => Promise<unknown>): Promise<Crossings> {
  const counted: Crossings = { maps: 0, mappedBuffers: 0, uniformBytes: 0, dataBytes: 0 };
  const { mapAsync, getMappedRange } = GPUBuffer.prototype;
  const { writeBuffer } = GPUQueue.prototype;
  const { createBuffer } = GPUDevice.prototype;
  GPUBuffer.prototype.mapAsync = function counting(this: GPUBuffer, ...given) {
    counted.maps++;
    return mapAsync.apply(this, given);
  };
  GPUBuffer.prototype.getMappedRange = function counting(this: GPUBuffer, ...given) {
    counted.maps++;
    return getMappedRange.apply(this, given);
  };
  GPUQueue.prototype.writeBuffer = function counting(this: GPUQueue, buffer, offset, data, ...rest) {
    const width = 'BYTES_PER_ELEMENT' in data ? (data as Uint8Array).BYTES_PER_ELEMENT : 1;
    const size = rest[1] === undefined ? data.byteLength : rest[1] * width;
    counted[(buffer.usage & uniform) === 0 ? 'dataBytes' : 'uniformBytes'] += size;
    writeBuffer.call(this, buffer, offset, data as BufferSource, ...rest);
  };
  GPUDevice.prototype.createBuffer = function counting(this: GPUDevice, descriptor) {
    if (descriptor.mappedAtCreation === true) counted.mappedBuffers++;
    return createBuffer.call(this, descriptor);
  };
  try {
    await work();
  } finally {
    Object.assign(GPUBuffer.prototype, { mapAsync, getMappedRange });
    Object.assign(GPUQueue.prototype, { writeBuffer });
    Object.assign(GPUDevice.prototype, { createBuffer });
  }
  return counted;
}
