import { cases } from '../../../twin/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { factsText } from '../../terminal/text.js';

export async function twinCases(terminal: Terminal, { json }: { readonly json?: true }): Promise<void> {
  const listed = [...cases].map(([name, { about, parameters }]) => ({ name, about, parameters }));
  if (json === true) return await terminal.print(`${JSON.stringify(listed)}\n`);
  const rows = listed.flatMap(({ name, about, parameters }): [string, string][] => [
    [name, about],
    ...Object.entries(parameters).map(([parameter, { about, default: value }]): [string, string] => [
      `  ${parameter}`,
      `${about} (default: ${value})`,
    ]),
  ]);
  await terminal.print(factsText(rows));
}
