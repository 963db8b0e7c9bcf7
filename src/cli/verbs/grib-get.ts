import { get } from '../../grib/index.js';
import { expandInputs } from '../inputs.js';
import { cellText, openListing } from '../terminal/listing.js';
import type { Terminal } from '../terminal/terminal.js';
import { placeOf } from './grib-ls.js';
import { messagesIn } from './messages-in.js';
import { parseKeys, parseWhere } from './where.js';

export interface GetOptions {
  readonly keys: string;
  readonly where?: string;
  readonly json?: true;
  readonly keepGoing?: true;
}

const linesAtOnce = 500;

/** The values of keys, one line a field. Errors: `absent.key` for a key that a field has not. */
export async function gribGet(terminal: Terminal, args: readonly string[], options: GetOptions): Promise<void> {
  const inputs = await expandInputs(args);
  const keys = parseKeys(options.keys);
  const isWanted = parseWhere(options.where);
  const listing = options.json === true ? openListing(terminal, true) : undefined;
  let lines: string[] = [];
  const flush = async (): Promise<void> => {
    if (lines.length > 0) await terminal.print(`${lines.join('\n')}\n`);
    lines = [];
  };
  try {
    for await (const message of messagesIn(terminal, inputs, { keepGoing: options.keepGoing === true })) {
      if (!isWanted(message)) continue;
      const cells = new Map(keys.map((key) => [key, get(message, key)]));
      if (listing !== undefined) await listing.row(cells, placeOf(message.where.file ?? '-', message));
      else lines.push([...cells.values()].map(cellText).join(' '));
      if (lines.length >= linesAtOnce) await flush();
    }
  } finally {
    await flush();
    await listing?.end();
  }
}
