import { Worker } from 'node:worker_threads';

/**
 * The owner of this child process, as seen from inside: octets come by standard input and go by standard output. To be called
 * before anything else: what the process prints from then on goes to standard error. The process ends with its owner, also when it
 * is busy for ever.
 */
export function childPort(): {
  write(parts: readonly Uint8Array[]): void;
  onInput(listener: (bytes: Uint8Array) => void): void;
  end(code: number): void;
} {
  const toOwner = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  watchOwner();
  process.stdin.once('end', () => process.exit(0));
  return {
    write(parts) {
      for (const part of parts) toOwner(part);
    },
    onInput: (listener) => void process.stdin.on('data', listener),
    end(code) {
      process.exitCode = code;
      process.stdin.destroy();
    },
  };
}

/** A thread of its own sees that the owner is gone when this one does not come to it. */
function watchOwner(): void {
  const watch = `setInterval(() => process.ppid === ${process.ppid} || process.kill(process.pid, 'SIGKILL'), 500)`;
  new Worker(watch, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } }).unref();
}
