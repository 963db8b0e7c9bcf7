import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type Context, exitCodeOf, isDteError } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { buildProgram } from '../../src/cli/program.js';
import type { Terminal } from '../../src/cli/terminal/terminal.js';

// The bundle, as a user runs it; a build of a part of the project has none.
const main = ['../../dte/main.js', '../../src/cli/main.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path)) as string;

export interface Finished {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

type RunOptions = { readonly input?: Buffer; readonly env?: Readonly<Record<string, string>> };

/**
 * Runs the command on the CPU executor unless said otherwise: in this process, which saves the start of another, or in one of its own where
 * standard streams, help or the log are part of what is run.
 */
export function dte(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const needsProcess = options.input !== undefined || args.some((arg) => ofTheProcess.test(arg)) || printsValues(args);
  return needsProcess ? dteProcess(args, options) : here(args, options.env);
}

/** Standard output is where values go by themselves. */
function printsValues(args: readonly string[]): boolean {
  return args[0] === 'grib' && args[1] === 'values' && !args.some((arg) => /^(-o|--output)/.test(arg));
}

const ofTheProcess = /^(-|-[qhV]|--(quiet|help|version|log)(=.*)?|.*=-)$/;

/** Runs the command as a process of its own. */
export function dteProcess(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = start(args, options.env);
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
    child.stdin.end(options.input);
  });
}

async function here(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const base = nodeContext();
  let stdout = '';
  let stderr = '';
  let exitCode = 0;
  const damage = (error: unknown): void => {
    if (!isDteError(error)) throw error;
    stderr += `dte: ${error.message}\n`;
    exitCode = Math.max(exitCode, exitCodeOf(error));
  };
  const say =
    (level: string): Context['log']['warn'] =>
    (event, data) =>
      void (stderr += `${JSON.stringify({ level, event, ...data })}\n`);
  const log = { ...base.log, warn: say('warn'), error: say('error') };
  const terminal: Terminal = {
    context: { ...base, log, env: { ...base.env, DTE_DEVICE: 'cpu', ...env } },
    quiet: false,
    signalCode: undefined,
    get exitCode() {
      return exitCode;
    },
    print: async (text: string) => void (stdout += text),
    note: (text: string) => void (stderr += `${text}\n`),
    damage,
    close: () => {},
  };
  await buildProgram((_, work) => work(terminal))
    .parseAsync(args, { from: 'user' })
    .catch(damage);
  return { code: exitCode, stdout: Buffer.from(stdout), stderr };
}

export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, DTE_DEVICE: 'cpu', ...env } });
  // A command that ends early closes its input while we still write.
  child.stdin.on('error', () => {});
  return child;
}

/** Standard output of a run that must succeed. */
export async function output(args: readonly string[], options: Parameters<typeof dte>[1] = {}): Promise<string> {
  const { code, stdout, stderr } = await dte(args, options);
  if (code !== 0) throw new Error(`dte ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout.toString();
}

/** A folder that is removed when the test file ends. */
export function scratch(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'dte-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
