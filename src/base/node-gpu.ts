import { readdirSync } from 'node:fs';
import { DteError } from './errors.js';
import { loadSoftwareVulkan } from './software-vulkan.js';

/**
 * Without Vulkan's robustBufferAccess2 Dawn guards every access by instructions in the shader: as safe, and on an H100 a copy moves
 * 2.7 TB/s where it moved 1.4. Unquantised timestamps: a kernel may run for less than their step.
 */
const dawnFlags = ['disable-dawn-features=vulkan_use_buffer_robust_access_2,timestamp_quantization'];

// Dawn's instance must stay reachable for the life of its devices: collected, it takes the process down with it.
const instances = new Map<string, GPU>();

/** Dawn, through the `webgpu` package. Loaded at first use, so that importing this package starts nothing. */
export async function nodeGpu(request: { readonly software: boolean; readonly adapter?: string }): Promise<GPU | undefined> {
  if (request.software) loadSoftwareVulkan();
  else if (request.adapter === undefined && !mayHaveHardware()) return undefined;
  const flags = [...dawnFlags, ...(request.adapter === undefined ? [] : [`adapter=${request.adapter}`])];
  const key = `${request.software} ${flags.join(' ')}`;
  const known = instances.get(key);
  if (known !== undefined) return known;
  let dawn: typeof import('webgpu');
  try {
    dawn = await import('webgpu');
  } catch (cause) {
    throw new DteError('absent.module', 'the package webgpu cannot be loaded on this machine', {
      cause,
      hint: 'use the CPU executor (--device cpu)',
    });
  }
  Object.assign(globalThis, dawn.globals);
  if (instances.size === 0) guardWrites(GPUQueue.prototype);
  const gpu = dawn.create(flags);
  instances.set(key, gpu);
  return gpu;
}

/**
 * A view of shared memory given to `writeBuffer` ends the process (segmentation fault in Dawn's bindings), and other software that shares
 * a device, such as ONNX Runtime, gives such views: they are copied first.
 */
function guardWrites(queue: GPUQueue): void {
  const write = queue.writeBuffer;
  queue.writeBuffer = function guarded(this: GPUQueue, buffer, bufferOffset, data, dataOffset = 0, size?) {
    const memory = ArrayBuffer.isView(data) ? data.buffer : data;
    if (memory instanceof ArrayBuffer) return write.call(this, buffer, bufferOffset, data as BufferSource, dataOffset, size);
    // Offset and size count elements of typed arrays, and octets of all else.
    const elements = ArrayBuffer.isView(data) && 'slice' in data ? (data as Uint8Array) : octetsOf(data as AllowSharedBufferSource);
    const plain = elements.slice(dataOffset, size === undefined ? undefined : dataOffset + size);
    write.call(this, buffer, bufferOffset, plain as Uint8Array<ArrayBuffer>);
  };
}

function octetsOf(data: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/** Linux shows every GPU as a device node; without one, loading Dawn only costs time and prints warnings of its own. */
function mayHaveHardware(): boolean {
  if (process.platform !== 'linux') return true;
  const has = (folder: string, name: RegExp): boolean => {
    try {
      return readdirSync(folder).some((entry) => name.test(entry));
    } catch {
      return false;
    }
  };
  return has('/dev/dri', /^renderD/) || has('/dev', /^(nvidia\d|dxg|kfd|mali)/);
}
