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
  const gpu = dawn.create(flags);
  instances.set(key, gpu);
  return gpu;
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
