import { formatRequest } from '../../mars/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { jsonOf, requestsIn } from './mars-input.js';

/** Prints the requests of a text in normal form. Errors: `input.syntax`. */
export async function marsParse(terminal: Terminal, input: string, { json }: { readonly json?: true }): Promise<void> {
  const requests = await requestsIn(terminal, input);
  if (json === true) await terminal.print(`${JSON.stringify(requests.map(jsonOf), null, 2)}\n`);
  else await terminal.print(requests.map((request) => `${formatRequest(request)}\n`).join('\n'));
}
