import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ProcessEnd, ProcessHandle, ProcessHost } from './context.js';

/** Child processes of this machine. */
export const nodeProcesses: ProcessHost = {
  runtime: process.execPath,
  residentBytes: () => process.memoryUsage.rss(),
  start: startProcess,
};

const running = new Set<ChildProcess>();
let isExitWatched = false;

function startProcess([program = '', ...args]: readonly string[]): ProcessHandle {
  const child = spawn(program, args, { stdio: 'pipe', windowsHide: true });
  endWithThisProcess(child);
  // What cannot be written is of no interest: the process is about to end, and its end is told.
  child.stdin.on('error', () => {});
  const ended = endOf(child);
  return {
    write: (parts) => writeAll(child, parts),
    onOutput: (listener) => void child.stdout.on('data', listener),
    onText: (listener) => void child.stderr.setEncoding('utf8').on('data', listener),
    onEnd: (listener) => void ended.then(listener),
    residentBytes: () => residentBytesOf(child.pid),
    setReferenced: (referenced) => setReferenced(child, referenced),
    terminate: async () => {
      // Who waits for its end must live to see it.
      setReferenced(child, true);
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    // Its own children may hold its output open for ever.
    child.once('exit', () => setTimeout(() => closeOutput(child), outputAfterExitMs).unref());
    child.once('close', (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }));
  });
}

const outputAfterExitMs = 1000;

function closeOutput(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function endWithThisProcess(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
  if (isExitWatched) return;
  isExitWatched = true;
  process.once('exit', () => {
    for (const left of running) left.kill('SIGKILL');
  });
}

function writeAll(child: ChildProcess, parts: readonly Uint8Array[]): Promise<void> {
  const input = child.stdin;
  if (input === null || !input.writable) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      input.off('close', done);
      resolve();
    };
    input.once('close', done);
    input.cork();
    for (const part of parts) input.write(part);
    // The last callback comes when all octets have been taken by the pipe.
    input.write(new Uint8Array(0), done);
    input.uncork();
  });
}

/** Linux keeps the number of resident pages in a file; elsewhere the system is not asked. */
function residentBytesOf(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  try {
    return Number(readFileSync(`/proc/${pid}/status`, 'latin1').match(/^VmRSS:\s+(\d+) kB$/m)?.[1] ?? 0) * 1024;
  } catch {
    return undefined;
  }
}

function setReferenced(child: ChildProcess, referenced: boolean): void {
  // Pipes to a child are sockets, which hold the process as the child itself does.
  for (const held of [child, child.stdin, child.stdout, child.stderr] as readonly (ChildProcess | (Readable & Held) | null)[]) {
    const { ref, unref } = (held ?? {}) as Held;
    (referenced ? ref : unref)?.call(held);
  }
}

interface Held {
  ref?(): void;
  unref?(): void;
}
