import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

// The bundle, as a user runs it; a build of a part of the project has none.
const main = ['../../dte/main.js', '../../src/cli/main.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path)) as string;

export interface Finished {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs the command as a process of its own, on the CPU executor unless said otherwise. */
export function dte(
  args: readonly string[],
  options: { readonly input?: Buffer; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
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
