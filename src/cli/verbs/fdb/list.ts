import { DteError, isDteError } from '../../../base/index.js';
import { combinedKey, type Entry, type Fdb, formatElement, formatKey, type Key } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { compactRequests } from './compact.js';
import { openPrinter, type Printer } from './printer.js';
import { type RequestOptions, type ToolRequest, toolRequests } from './requests.js';
import { damageReporter, withStore } from './store.js';

export interface ListOptions extends RequestOptions {
  readonly location?: true;
  readonly length?: true;
  readonly timestamp?: true;
  readonly full?: true;
  readonly onlyDuplicates?: true;
  readonly compact?: true;
  readonly depth: 1 | 2 | 3;
  readonly porcelain?: true;
  readonly json?: true;
}

/** Lines as `fdb-list` 5.10.8 prints them; JSON is an array of objects, which upstream's is not. */
export async function fdbList(terminal: Terminal, args: readonly string[], options: ListOptions): Promise<void> {
  refuseContradictions(options);
  const requests = await toolRequests(terminal, args, options);
  const printer = openPrinter(terminal);
  await withStore(terminal, 'list', options, async (store) => {
    let count = 0;
    if (options.json === true) await printer.add('[');
    for (const request of requests) {
      if (options.json !== true && options.porcelain !== true) await printer.add(`Listing for request\n${request.banner}`);
      const batches = store.list(request.selection, {
        depth: options.compact === true ? 3 : options.depth,
        masked: options.onlyDuplicates === true ? 'only' : options.full === true ? 'include' : 'hide',
        onDamage: damageReporter(terminal, options),
      });
      const found =
        options.compact === true ? await printCompact(printer, batches, options) : await printLines(printer, batches, options, count);
      if (found === 0) await explainNothing(terminal, store, request);
      count += found;
    }
    if (options.json === true) await printer.add(count === 0 ? ']\n' : '\n]\n');
    await printer.flush();
  });
}

function refuseContradictions(options: ListOptions): void {
  const pairs = [
    ['--compact', options.compact, '--location', options.location],
    ['--compact', options.compact, '--json', options.json],
    ['--compact', options.compact, '--depth', options.depth < 3],
    ['--full', options.full, '--only-duplicates', options.onlyDuplicates],
    ['--location', options.location, '--depth', options.depth < 3],
  ] as const;
  for (const [one, hasOne, other, hasOther] of pairs) {
    if (hasOne !== true || hasOther !== true) continue;
    throw new DteError('input.option', `${one} and ${other} contradict each other`, { where: { option: one }, hint: 'give one of them' });
  }
}

async function printLines(
  printer: Printer,
  batches: AsyncIterable<readonly Entry[]>,
  options: ListOptions,
  printedBefore: number,
): Promise<number> {
  const textOf = options.json === true ? jsonText : lineText;
  let count = 0;
  for await (const batch of batches) {
    const first = batch[0];
    if (first === undefined) continue;
    // All entries of a batch are of one group, at least: their lines begin alike.
    const prefix = options.json === true ? '' : prefixOf(first, options.depth);
    for (const entry of batch) {
      const isFirst = printedBefore + count++ === 0;
      const waiting = printer.add(textOf(entry, prefix, options, isFirst));
      if (waiting !== undefined) await waiting;
    }
  }
  return count;
}

function prefixOf({ keys }: Entry, depth: number): string {
  return depth === 1 ? formatKey(keys[0]) : formatKey(keys[0]) + formatKey(keys[1]);
}

/** `{database}{group}{element}` and what the options add. Runs for every field: the element's key is not made for it. */
function lineText(entry: Entry, prefix: string, { depth, location, length, timestamp, porcelain }: ListOptions): string {
  if (depth < 3) return `${prefix}\n`;
  let text = prefix + formatElement(entry);
  if (location === true) {
    const { file, offset, length: octets } = entry.location;
    // Keys that are written into the message when it is read are not shown: upstream shows none either.
    text += ` TocFieldLocation[uri=URI[scheme=file,name=${file}],offset=${offset},length=${octets},remapKey={}]`;
  }
  if (length === true || (porcelain !== true && location !== true)) text += `,length=${entry.location.length}`;
  if (timestamp === true) text += `,timestamp=${Math.floor(entry.flushedMs / 1000)}`;
  return `${text}\n`;
}

function jsonText(entry: Entry, _prefix: string, { depth, location, timestamp }: ListOptions, isFirst: boolean): string {
  const { location: at, flushedMs, isMasked } = entry;
  const keys = depth === 3 ? combinedKey(entry) : joined(entry.keys.slice(0, depth));
  const facts = {
    keys: Object.fromEntries(keys),
    ...(depth === 3 ? { length: at.length } : {}),
    ...(location === true ? { path: at.file, offset: at.offset } : {}),
    ...(location === true && at.remap !== undefined ? { remap: Object.fromEntries(at.remap) } : {}),
    ...(timestamp === true ? { timestamp: Math.floor(flushedMs / 1000) } : {}),
    ...(isMasked ? { masked: true } : {}),
  };
  return `${isFirst ? '\n' : ',\n'}${JSON.stringify(facts)}`;
}

function joined(keys: readonly Key[]): Key {
  return new Map(keys.flatMap((key) => [...key].filter(([, value]) => value !== '')));
}

/** Requests that together name each field that was found once, and no other. */
async function printCompact(printer: Printer, batches: AsyncIterable<readonly Entry[]>, { porcelain }: ListOptions): Promise<number> {
  const entries: Entry[] = [];
  for await (const batch of batches) entries.push(...batch);
  for (const keywords of compactRequests(entries)) {
    const text = [...keywords].map(([keyword, values]) => `${keyword}=${values.join('/')}`).join(porcelain === true ? ',' : ',\n\t');
    await printer.add(porcelain === true ? `retrieve,${text}\n` : `retrieve,\n\t${text}\n\n`);
  }
  return entries.length;
}

/** Nothing on standard output is no reason to say nothing. */
async function explainNothing(terminal: Terminal, store: Fdb, { selection, text }: ToolRequest): Promise<void> {
  let databases = 0;
  try {
    for await (const { locks } of store.status(selection, { ignoreNoData: true, onDamage: () => {} })) {
      databases++;
      // The listing has told.
      if (locks.has('list')) return;
    }
  } catch (error) {
    // So it has of a database that cannot be read.
    if (isDteError(error)) return;
    throw error;
  }
  const kind = databases === 0 ? 'database' : 'field';
  terminal.note(selection.size === 0 ? `dte: there is no ${kind} in the roots of the configuration` : `dte: no ${kind} matches ${text}`);
}
