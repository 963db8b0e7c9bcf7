import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { peakMemory, runProcess } from './process.js';

/** The command line as the package installs it, beside this build. */
export const dteProgram = fileURLToPath(new URL('../../dte/main.js', import.meta.url));

/** Wall time in ms of a `dte` command, start included. */
export function dte(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return runProcess(process.execPath, [checked(), ...args], env);
}

/** Highest resident memory in MiB of a `dte` command. */
export function dtePeakMemory(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  return peakMemory(process.execPath, [checked(), ...args], env);
}

function checked(): string {
  if (!existsSync(dteProgram)) throw new Error('the command line (build/dte) is not built');
  return dteProgram;
}
