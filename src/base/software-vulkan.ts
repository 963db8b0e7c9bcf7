import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { DteError } from './errors.js';
import { packageRoot } from './package-root.js';

interface Manifest {
  /** Shared libraries, dependencies first, relative to the manifest. */
  readonly libraries: readonly string[];
  /** The Vulkan loader's description of the driver, relative to the manifest. */
  readonly icd: string;
}

/** Keeps a library mapped after its handle is closed (dlfcn.h on Linux; Node has no name for it). */
const RTLD_NODELETE = 0x1000;

let loaded = false;

/**
 * Makes the software Vulkan under `.cache/vulkan` (put there by `npm test`) the one that this process uses; to be called
 * before WebGPU is first asked for an adapter. Returns false when there is none; then the system's own Vulkan stays in use.
 * Hardware adapters are not seen any more afterwards. Errors: `absent.device` when a library cannot be loaded.
 *
 * Mapping the libraries by their paths, dependencies first, is enough: later requests for `libvulkan.so.1` and for what
 * the driver needs are answered by name from what is mapped. So no environment has to be set before the process starts.
 */
export function loadSoftwareVulkan(): boolean {
  if (loaded) return true;
  const home = new URL('.cache/vulkan/', packageRoot());
  const manifestFile = new URL('manifest.json', home);
  if (process.platform !== 'linux' || !existsSync(manifestFile)) return false;
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest;
  for (const library of manifest.libraries) mapLibrary(fileURLToPath(new URL(library, home)));
  process.env.VK_DRIVER_FILES = fileURLToPath(new URL(manifest.icd, home));
  loaded = true;
  return true;
}

function mapLibrary(file: string): void {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_LAZY | RTLD_NODELETE);
  } catch (error) {
    // Node expects an addon and closes the handle of anything else; by then the library is mapped.
    if (/self-register/.test((error as Error).message)) return;
    throw new DteError('absent.device', `the software Vulkan library '${file}' cannot be loaded: ${(error as Error).message}`, {
      cause: error,
      hint: 'remove .cache/vulkan and run npm test to provide it again',
    });
  }
}
