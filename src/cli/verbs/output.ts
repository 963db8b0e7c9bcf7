import { DteError } from '../../base/index.js';
import type { Terminal } from '../terminal/terminal.js';

/** Binary data on a screen helps nobody. */
export function refuseTerminal(output: string): void {
  if (output === '-' && process.stdout.isTTY) {
    throw new DteError('input.option', 'binary output to a terminal', {
      where: { option: '--output' },
      hint: 'name a file, or pipe it into another program',
    });
  }
}

/** What a command did: JSON on standard output when asked for, unless the output itself is there; else a line for the person in front. */
export async function printSummary(
  terminal: Terminal,
  output: string,
  summary: { readonly json: object | undefined; readonly text: string },
): Promise<void> {
  if (summary.json === undefined) terminal.note(summary.text);
  else if (output === '-') process.stderr.write(`${JSON.stringify(summary.json)}\n`);
  else await terminal.print(`${JSON.stringify(summary.json)}\n`);
}
