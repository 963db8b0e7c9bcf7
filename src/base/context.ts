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
  /** Called once when the worker has ended, whatever the way, with its exit code. */
  onEnd(listener: (code: number) => void): void;
  /** A worker that is not referenced does not keep the process alive. */
  setReferenced(referenced: boolean): void;
  terminate(): Promise<void>;
}

/** Starts worker threads. `threads` is how many the machine runs at once; 0 means that there are none (work stays on the caller's thread). */
export interface WorkerHost {
  readonly threads: number;
  start(module: URL, options?: WorkerOptions): WorkerHandle;
}

export interface WorkerOptions {
  /** Most memory of its JavaScript heap, MiB. Typed arrays are no part of it. A worker that needs more dies by itself. */
  readonly heapMiB?: number;
  /** Takes what it prints; by default that goes where the process prints. */
  readonly onText?: (text: string) => void;
}

/** How a process ended: by itself with an exit code, by a signal, or because it could not be started. */
export type ProcessEnd = { readonly code: number } | { readonly signal: string } | { readonly error: Error };

/** A child process as seen by its owner: octets go to its standard input and come from its standard output. */
export interface ProcessHandle {
  /** Resolves when there is room for more. What a process that has ended is sent gets lost. */
  write(parts: readonly Uint8Array[]): Promise<void>;
  onOutput(listener: (bytes: Uint8Array) => void): void;
  /** Takes what it prints to standard error. */
  onText(listener: (text: string) => void): void;
  /** Called once, after all of its output. */
  onEnd(listener: (end: ProcessEnd) => void): void;
  /** Octets of memory that it occupies now; undefined where the system does not tell. */
  residentBytes(): number | undefined;
  /** A process that is not referenced does not keep its owner alive. */
  setReferenced(referenced: boolean): void;
  /** Ends it at once, whatever it does; resolves when it has ended. */
  terminate(): Promise<void>;
}

/** Starts child processes. They end with this process. */
export interface ProcessHost {
  /** The command that runs a JavaScript file as this process is run. */
  readonly runtime: string;
  /** Octets of memory that this process occupies. */
  residentBytes(): number;
  start(command: readonly string[]): ProcessHandle;
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
  /** Undefined in a page. */
  readonly processes?: ProcessHost;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  progress(event: ProgressEvent): void;
  /** The machine's WebGPU, or undefined where there is none. `software` asks for Vulkan on the processor; `adapter` is part of an adapter's name. */
  gpu(request: { readonly software: boolean; readonly adapter?: string }): Promise<GPU | undefined>;
  /**
   * Compiles a large WebAssembly module that does little work of its own, so that the machine spends no time on optimising it; other
   * modules are not concerned. Undefined where there is no need, and where that cannot be asked for, as in a page.
   */
  compileBaseline?(bytes: BufferSource): WebAssembly.Module;
  /** Text or bytes that the package carries (shaders, tables), by path from its root. */
  asset(path: string): Promise<Uint8Array<ArrayBuffer>>;
}
