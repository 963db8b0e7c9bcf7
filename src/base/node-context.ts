import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Context, WorkerHandle, WorkerOptions } from './context.js';
import { compileBaseline } from './node-baseline.js';
import { nodeDisk } from './node-disk.js';
import { nodeFiles } from './node-files.js';
import { silentLog } from './log.js';
import { nodeGpu } from './node-gpu.js';
import { nodeProcesses } from './node-processes.js';
import { packageRoot } from './package-root.js';

/** The context of a Node process: real files, clock and threads; silent log, no progress. Override by spreading: `{ ...nodeContext(), log }`. */
export function nodeContext(): Context {
  return {
    log: silentLog,
    clock: { now: () => Date.now(), elapsedMs: () => performance.now() },
    fs: nodeFiles,
    disk: nodeDisk,
    workers: { threads: availableParallelism(), start: startWorker },
    processes: nodeProcesses,
    env: process.env,
    progress: () => {},
    gpu: nodeGpu,
    ...(compileBaseline === undefined ? {} : { compileBaseline }),
    // At once, as code is loaded: handing half a megabyte over piece by piece takes twenty times as long.
    asset: async (path) => new Uint8Array(readFileSync(new URL(path, packageRoot()))),
  };
}

function startWorker(module: URL, { heapMiB, onText }: WorkerOptions = {}): WorkerHandle {
  const worker = new Worker(module, {
    // A thread's code is a file, whatever way the process got its own (`node --input-type=module -e ...`).
    ...(process.execArgv.some((flag) => flag.startsWith('--input-type')) ? { execArgv: [] } : {}),
    ...(heapMiB === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapMiB } }),
    ...(onText === undefined ? {} : { stdout: true, stderr: true }),
  });
  if (onText !== undefined) for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', onText);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as ArrayBuffer[] | undefined),
    onMessage: (listener) => void worker.on('message', listener),
    onFailure: (listener) => void worker.once('error', listener),
    onEnd: (listener) => void worker.once('exit', listener),
    setReferenced: (referenced) => (referenced ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}
