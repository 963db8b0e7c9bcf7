import { DteError } from '../../base/index.js';

export type Runtime = typeof import('onnxruntime-node');

// By a name that is computed, so that a page's bundler does not follow it: a page has no such library.
const packageName: string = 'onnxruntime-node';

let loading: Promise<Runtime> | undefined;

/** ONNX Runtime, loaded at first use. */
export function loadRuntime(): Promise<Runtime> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Runtime> {
  let runtime: Runtime;
  try {
    runtime = (await import(packageName)) as Runtime;
  } catch (cause) {
    throw new DteError('absent.module', `the package ${packageName} cannot be loaded: ${(cause as Error).message}`, {
      cause,
      hint: `npm install --ignore-scripts ${packageName}`,
    });
  }
  // What it would print as an error it also throws, and errors are ours to tell.
  runtime.env.logLevel = 'fatal';
  return runtime;
}
