import { DteError } from './errors.js';
import { loadSoftwareVulkan } from './software-vulkan.js';

// Dawn's instance must stay reachable for the life of its devices: collected, it takes the process down with it.
const instances = new Map<string, GPU>();

/** Dawn, through the `webgpu` package. Loaded at first use, so that importing this package starts nothing. */
export async function nodeGpu(request: { readonly software: boolean; readonly adapter?: string }): Promise<GPU | undefined> {
  if (request.software) loadSoftwareVulkan();
  const flags = request.adapter === undefined ? [] : [`adapter=${request.adapter}`];
  const key = `${request.software} ${flags.join(' ')}`;
  const known = instances.get(key);
  if (known !== undefined) return known;
  let dawn: typeof import('webgpu');
  try {
    dawn = await import('webgpu');
  } catch (cause) {
    throw new DteError('absent.module', 'the package webgpu cannot be loaded on this machine', { cause, hint: 'use the CPU executor (--device cpu)' });
  }
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(flags);
  instances.set(key, gpu);
  return gpu;
}
