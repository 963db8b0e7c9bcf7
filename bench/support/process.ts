import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';

/** Wall time in ms of a whole process, from its start to its end. Its output is thrown away; a failure is an error with what it said. */
export async function runProcess(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  return (await runWatched(command, args, env, false)).milliseconds;
}

/** Highest resident memory of a process in MiB, as the kernel counts it (Linux; read every 10 ms until the process ends). */
export async function peakMemory(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  return (await runWatched(command, args, env, true)).peakMiB;
}

function runWatched(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  isWatched: boolean,
): Promise<{ milliseconds: number; peakMiB: number }> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    let peakMiB = 0;
    const start = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
    const watch = isWatched ? setInterval(() => (peakMiB = Math.max(peakMiB, highWaterMiB(child.pid))), 10) : undefined;
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
    child.on('error', (error) => {
      clearInterval(watch);
      reject(error);
    });
    child.on('exit', (code, signal) => {
      const milliseconds = performance.now() - start;
      clearInterval(watch);
      if (code === 0) resolve({ milliseconds, peakMiB });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${complaint.trim().slice(-500)}`));
    });
  });
}

function highWaterMiB(pid: number | undefined): number {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmHWM:\s+(\d+) kB/m);
    return Number(line?.[1] ?? 0) / 1024;
  } catch {
    return 0; // The process ended between two looks.
  }
}

/**
 * A peer that holds its inputs in memory and measures itself: it prints `ready`, then for each line on its standard input does
 * the work once and prints the ms that this took. So its runs can take turns with ours without paying for its start each time.
 */
export class PeerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  #complaint = '';

  private constructor(command: string, args: readonly string[]) {
    // One thread, whatever the libraries would take.
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    this.#child = spawn(command, args, { env });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#complaint += text));
    this.#child.on('error', (error) => (this.#complaint += error.message));
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  static async open(command: string, args: readonly string[]): Promise<PeerProcess> {
    const peer = new PeerProcess(command, args);
    const first = await peer.#next();
    if (first !== 'ready') throw new Error(`${command} answered '${first}' instead of 'ready'`);
    return peer;
  }

  async run(): Promise<number> {
    this.#child.stdin.write('\n');
    const answer = await this.#next();
    const milliseconds = Number(answer);
    if (!(milliseconds > 0)) throw new Error(`a peer answered '${answer}' instead of a time`);
    return milliseconds;
  }

  close(): void {
    this.#lines.close();
    this.#child.stdin.end();
  }

  async #next(): Promise<string> {
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`a peer ended early: ${this.#complaint.trim().slice(-500)}`);
    return answer.value;
  }
}
