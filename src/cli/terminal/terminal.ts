import { constants } from 'node:os';
import { type Context, DteError, exitCodeOf } from '../../base/index.js';
import { nodeContext } from '../../base/node.js';
import { terminalLog } from './log.js';
import { progressBar } from './progress-bar.js';

export interface TerminalOptions {
  /** One of `logLevels`. */
  readonly level: string;
  readonly quiet: boolean;
}

/** The standard streams and signals of this process, for one command. Lives from `openTerminal` to `close`. */
export interface Terminal {
  readonly context: Context;
  readonly quiet: boolean;
  /** Exit code of the signal that asked the process to end. */
  readonly signalCode: number | undefined;
  /** Exit code when the command ends without throwing: not 0 after `damage`. */
  readonly exitCode: number;
  /** Text on standard output; waits while its reader is slow. */
  print(text: string): Promise<void>;
  /** A line for the person in front, on standard error; nothing when quiet. */
  note(text: string): void;
  /** Reports a failure that the command goes on after. */
  damage(error: unknown): void;
  close(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How long a command may take to stop by itself. Unfinished files are removed when the process ends either way. */
const graceMs = 300;

export function openTerminal({ level, quiet }: TerminalOptions): Terminal {
  const controller = new AbortController();
  const base = nodeContext();
  const bar = !quiet && process.stderr.isTTY ? progressBar(base.clock) : undefined;
  const log = terminalLog(quiet && level === 'warn' ? 'error' : level, () => bar?.clear());
  let signalCode: number | undefined;
  let exitCode = 0;
  const onSignal = (name: (typeof signals)[number]): void => {
    const code = 128 + constants.signals[name];
    if (signalCode !== undefined) process.exit(code);
    signalCode = code;
    controller.abort(new DteError('fault.cancelled', `stopped by ${name}`));
    setTimeout(() => {
      bar?.clear();
      process.stderr.write('dte: interrupted; unfinished output was removed\n');
      process.exit(code);
    }, graceMs).unref();
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    context: { ...base, log, signal: controller.signal, progress: (event) => bar?.show(event) },
    quiet,
    get signalCode() {
      return signalCode;
    },
    get exitCode() {
      return exitCode;
    },
    print: printOut,
    note(text) {
      if (quiet) return;
      bar?.clear();
      process.stderr.write(`${text}\n`);
    },
    damage(error) {
      bar?.clear();
      process.stderr.write(`dte: ${(error as Error).message}\n`);
      exitCode = Math.max(exitCode, exitCodeOf(error));
    },
    close() {
      bar?.clear();
      for (const name of signals) process.removeListener(name, onSignal);
    },
  };
}

function printOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
