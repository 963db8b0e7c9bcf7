import { type Context, DteError } from '../../base/index.js';
import type { SharedDevice } from '../../compute/index.js';
import { withNavigator } from '../navigator.js';

export type Ort = typeof import('onnxruntime-web/webgpu');

let loading: Promise<Ort> | undefined;

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
 * Does work that may start the runtime, and so compiles its module, the only one of tens of megabytes: in Node it is not to be optimised;
 * a page has no say in that.
 */
export async function startingRuntime<R>({ compileBaseline }: Context, shared: SharedDevice, work: () => Promise<R>): Promise<R> {
  const { instantiate } = WebAssembly;
  if (compileBaseline !== undefined) WebAssembly.instantiate = baselineInstantiate(compileBaseline, instantiate) as typeof instantiate;
  try {
    return await withNavigator(shared, work);
  } finally {
    WebAssembly.instantiate = instantiate;
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
