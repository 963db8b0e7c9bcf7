import type { Disk } from './disk.js';
import type { FileSystem } from './files.js';
import type { Log } from './log.js';
import type { ProgressEvent } from './progress.js';

/** A worker thread as seen by its owner. Messages are structured clones; SharedArrayBuffers are shared, transfers are moved. */
export interface WorkerHandle {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the worker dies by itself. */
  onFailure(listener: (error: Error) => void): void;
  /** A worker that is not referenced does not keep the process alive. */
  setReferenced(referenced: boolean): void;
  terminate(): Promise<void>;
}

/** Starts worker threads. `threads` is how many the machine runs at once; 0 means that there are none (work stays on the caller's thread). */
export interface WorkerHost {
  readonly threads: number;
  start(module: URL): WorkerHandle;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start, for durations. */
  elapsedMs(): number;
}

/** Everything that reaches outside the program. The only way for code outside `base/` and `cli/` to touch the machine. */
export interface Context {
  readonly log: Log;
  readonly clock: Clock;
  readonly fs: FileSystem;
  /** Folders, appending and syncing, for stores; undefined in a page. */
  readonly disk?: Disk;
  readonly workers: WorkerHost;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  progress(event: ProgressEvent): void;
  /** The machine's WebGPU, or undefined where there is none. `software` asks for Vulkan on the processor; `adapter` is part of an adapter's name. */
  gpu(request: { readonly software: boolean; readonly adapter?: string }): Promise<GPU | undefined>;
  /** Text or bytes that the package carries (shaders, tables), by path from its root. */
  asset(path: string): Promise<Uint8Array<ArrayBuffer>>;
}
