import { DteError } from '../../base/index.js';
import type { SharedDevice } from '../../compute/index.js';
import { withNavigator } from '../navigator.js';

export type Core = typeof import('@tensorflow/tfjs-core');
export type Converter = typeof import('@tensorflow/tfjs-converter');

export interface Tfjs {
  readonly core: Core;
  readonly converter: Converter;
  readonly webgpu: typeof import('@tensorflow/tfjs-backend-webgpu');
}

let loading: Promise<Tfjs> | undefined;

/** TensorFlow.js, an optional peer, loaded at first use. */
export function loadTfjs(): Promise<Tfjs> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Tfjs> {
  try {
    const core = await import('@tensorflow/tfjs-core');
    const webgpu = await import('@tensorflow/tfjs-backend-webgpu');
    const converter = await import('@tensorflow/tfjs-converter');
    return { core, converter, webgpu };
  } catch (cause) {
    loading = undefined;
    throw new DteError('absent.module', `the packages of engine 'tfjs' cannot be loaded: ${(cause as Error).message}`, {
      cause,
      hint: 'npm install --ignore-scripts @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-webgpu',
    });
  }
}

const names = new WeakMap<GPUDevice, string>();
let registered = 0;

/**
 * Does work with TensorFlow.js on this device. Which backend is current is a setting of the whole library: it is put back afterwards, so
 * that a program's own use of the library is not disturbed. Calls must not overlap.
 */
export async function onBackendOf<R>(tfjs: Tfjs, shared: SharedDevice, work: () => R | Promise<R>): Promise<R> {
  const { core } = tfjs;
  const before = core.engine().backendName;
  await withNavigator(shared, () => core.setBackend(backendName(tfjs, shared)));
  try {
    return await work();
  } finally {
    if (before !== undefined && before !== null) await core.setBackend(before);
  }
}

/** The backend of a device: the library's kernels, with our device under a name of its own. */
function backendName({ core, webgpu }: Tfjs, { device, adapter }: SharedDevice): string {
  const known = names.get(device);
  if (known !== undefined) return known;
  const name = `dte-webgpu-${++registered}`;
  core.registerBackend(name, () => new webgpu.WebGPUBackend(device, adapter.info));
  core.copyRegisteredKernels('webgpu', name);
  names.set(device, name);
  return name;
}
