import { DteError, nearestWord } from '../../base/index.js';
import { find, isNamespace, keysOf, type KeyValue, type Message, type Namespace, NAMESPACES } from '../../grib/index.js';
import { expandInputs } from '../inputs.js';
import { openListing } from '../terminal/listing.js';
import type { Terminal } from '../terminal/terminal.js';
import { countedText } from '../terminal/text.js';
import { messagesIn } from './messages-in.js';
import { parseKeys, parseWhere } from './where.js';

export interface LsOptions {
  readonly keys?: string;
  readonly namespace?: string;
  readonly mars?: true;
  readonly where?: string;
  readonly json?: true;
  readonly keepGoing?: true;
}

/** One row a field. The table of a file stands between its name and the number of its messages, as in ecCodes. */
export async function gribLs(terminal: Terminal, args: readonly string[], options: LsOptions): Promise<void> {
  const inputs = await expandInputs(args);
  const cells = cellsOf(options);
  const isWanted = parseWhere(options.where);
  const json = options.json === true;
  let listing = json ? openListing(terminal, true) : undefined;
  try {
    for (const input of inputs) {
      listing ??= openListing(terminal, false);
      const counts = { seen: 0, listed: 0 };
      for await (const message of messagesIn(terminal, [input], { keepGoing: options.keepGoing === true })) {
        if (counts.seen++ === 0 && !json) await terminal.print(`${input}\n`);
        if (!isWanted(message)) continue;
        counts.listed++;
        await listing.row(cells(message), placeOf(input, message));
      }
      if (json) continue;
      await listing.end();
      listing = undefined;
      await terminal.print(`${counts.listed} of ${countedText(counts.seen, 'field')} in ${input}\n\n`);
    }
  } finally {
    await listing?.end();
  }
}

/** Where a field is from. */
export function placeOf(file: string, { messageNumber, fieldNumber, fields }: Message): Readonly<Record<string, string | number>> {
  return { file, message: messageNumber, ...(fields > 1 ? { field: fieldNumber } : {}) };
}

function cellsOf({ keys, namespace, mars }: LsOptions): (message: Message) => ReadonlyMap<string, KeyValue | undefined> {
  if (keys !== undefined) {
    const names = parseKeys(keys);
    return (message) => new Map(names.map((name) => [name, find(message, name)]));
  }
  const name = mars === true ? 'mars' : checkedNamespace(namespace ?? 'ls');
  return (message) => keysOf(message, name);
}

function checkedNamespace(name: string): Namespace {
  if (isNamespace(name)) return name;
  const near = nearestWord(name, NAMESPACES);
  throw new DteError('input.option', `'${name}' is not a namespace: ${NAMESPACES.join(', ')}`, {
    where: { option: '--namespace' },
    ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
  });
}
