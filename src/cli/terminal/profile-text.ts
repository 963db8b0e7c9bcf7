import type { Engine, KernelProfile } from '../../compute/index.js';
import { sizeText, tableText } from './text.js';
import type { Terminal } from './terminal.js';

/** One line a kernel, slowest first. */
export function profileText(profile: readonly KernelProfile[]): string {
  const rows = profile.map(({ stem, dispatches, milliseconds, bytes, gigabytesPerSecond, copyShare }) => [
    stem,
    dispatches,
    milliseconds.toFixed(2),
    sizeText(bytes),
    gigabytesPerSecond.toFixed(2),
    copyShare === undefined ? '' : `${(100 * copyShare).toFixed(0)} %`,
  ]);
  return tableText(['kernel', 'runs', 'ms', 'bytes', 'GB/s', 'of copy'], rows);
}

/** Prints the profile of an engine that was opened with `timing`, on standard error, where it disturbs no output. */
export async function printProfile(terminal: Terminal, engine: Engine, json: boolean): Promise<void> {
  const profile = await engine.profile();
  terminal.note(json ? JSON.stringify({ profile }) : profileText(profile).trimEnd());
}
