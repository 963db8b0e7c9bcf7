import { type Context, DteError } from '../../base/index.js';
import type { SharedDevice } from '../../compute/index.js';

export type Ort = typeof import('onnxruntime-web/webgpu');

let loading: Promise<Ort> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Does work of the runtime alone, after all that was asked for before. The runtime is one WebAssembly instance for the whole process and
 * cannot be entered twice: two sessions at once, of whatever engines, corrupt its memory. Hence a queue for the process.
 */
export function exclusively<R>(work: () => Promise<R>): Promise<R> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}

/** ONNX Runtime for WebGPU, loaded at first use. */
export function loadOrt({ adapter }: SharedDevice): Promise<Ort> {
  loading ??= load(adapter);
  return loading;
}

async function load(adapter: GPUAdapter): Promise<Ort> {
  let ort: Ort;
  try {
    ort = await import('onnxruntime-web/webgpu');
  } catch (cause) {
    throw new DteError('absent.module', `the package onnxruntime-web cannot be loaded: ${(cause as Error).message}`, {
      cause,
      hint: 'npm install --ignore-scripts onnxruntime-web',
    });
  }
  // Its threads would need workers of their own, and the work is on the device.
  ort.env.wasm.numThreads = 1;
  // What it would print as an error it also throws.
  ort.env.logLevel = 'fatal';
  // Else it asks for an adapter that it never uses: each session is given its device.
  ort.env.webgpu.adapter = adapter;
  return ort;
}

/**
 * Does work that may start the runtime: it expects a browser's `navigator` (which Node has not, and which is taken away again, as other
 * libraries take its presence for a browser), and compiles its module, the only one of tens of megabytes, which in Node is not to be
 * optimised; a page has no say in that.
 */
export async function withBrowserGlobals<R>(context: Context, { gpu }: SharedDevice, work: () => Promise<R>): Promise<R> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const isBrowser = (globalThis.navigator as Navigator | undefined)?.gpu !== undefined;
  const { instantiate } = WebAssembly;
  if (!isBrowser) Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'dte' }, configurable: true });
  if (context.compileBaseline !== undefined) {
    WebAssembly.instantiate = baselineInstantiate(context.compileBaseline, instantiate) as typeof instantiate;
  }
  try {
    return await work();
  } finally {
    WebAssembly.instantiate = instantiate;
    if (!isBrowser) {
      if (before === undefined) delete (globalThis as { navigator?: unknown }).navigator;
      else Object.defineProperty(globalThis, 'navigator', before);
    }
  }
}

const largeModuleBytes = 8 * 2 ** 20;

type Source = BufferSource | WebAssembly.Module;

function baselineInstantiate(compile: (bytes: BufferSource) => WebAssembly.Module, instantiate: typeof WebAssembly.instantiate) {
  return async (source: Source, imports?: WebAssembly.Imports): Promise<unknown> => {
    if (source instanceof WebAssembly.Module || source.byteLength < largeModuleBytes) return instantiate(source as BufferSource, imports);
    const module = compile(source);
    return { module, instance: await instantiate(module, imports) };
  };
}
