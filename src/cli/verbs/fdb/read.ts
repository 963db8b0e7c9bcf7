import { DteError, readWhole, type WritableFile } from '../../../base/index.js';
import { type Fdb, formatKey, type Key, type Retrieval, type Shortfall } from '../../../fdb/index.js';
import { formatRequest, type MarsRequest } from '../../../mars/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText, sizeText } from '../../terminal/text.js';
import { refuseTerminal } from '../output.js';
import { binaryRate, secondsText } from './numbers.js';
import { requestOf, requestsOf } from './requests.js';
import { damageReporter, withStore } from './store.js';
import { stopwatch } from './write.js';

export interface ReadVerbOptions {
  readonly config?: string;
  readonly extract?: true;
  readonly raw?: true;
  readonly allowMissing?: true;
  readonly inStorageOrder?: true;
  readonly statistics?: true;
  readonly json?: true;
}

interface Totals {
  messages: number;
  bytes: number;
  missing: number;
}

/** Cells that are named one by one when they are missing; the others are counted. */
const mostNamed = 10;

/** Fields of one or more requests, one after the other, in one file. What is missing is told, and is a failure unless it may be. */
export async function fdbRead(terminal: Terminal, source: string, target: string, options: ReadVerbOptions): Promise<void> {
  refuseTerminal(target);
  const requests = options.extract === true ? await requestsOfMessages(terminal, source) : await requestsAt(terminal, source, options);
  if (requests.length === 0) throw new DteError('input.syntax', 'there is no request', { where: { file: source } });
  const isText = options.json !== true && target !== '-' && !terminal.quiet;
  if (isText) await terminal.print(requests.map((request) => `${formatRequest(request, { line: true })}\n`).join(''));
  const output = await terminal.context.fs.create(target);
  const done: Totals = { messages: 0, bytes: 0, missing: 0 };
  const began = stopwatch(terminal);
  try {
    await withStore(terminal, 'read', options, async (store) => {
      for (const request of requests) await readRequest(terminal, store, request, { output, done, options });
    });
    if (isNothing(done, options)) await output.discard();
    else await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
  const { elapsedMs, cpuMs } = began();
  if (options.json === true) await summary(terminal, target, { ...done, seconds: elapsedMs / 1000 });
  else if (isNothing(done, options)) terminal.note(`nothing was found, and ${target} not written`);
  else terminal.note(`${countedText(done.messages, 'field')}, ${sizeText(done.bytes)}, in ${target === '-' ? 'standard output' : target}`);
  if (options.statistics === true)
    terminal.note(
      `Save into: ${secondsText(elapsedMs)} second elapsed, ${secondsText(cpuMs)} second cpu (${binaryRate(done.bytes, elapsedMs / 1000)})`,
    );
}

/** An empty file that nobody asked for would look like a result. */
function isNothing({ messages, missing }: Totals, { allowMissing }: ReadVerbOptions): boolean {
  return messages === 0 && missing > 0 && allowMissing !== true;
}

interface Work {
  readonly output: WritableFile;
  readonly done: Totals;
  readonly options: ReadVerbOptions;
}

async function readRequest(terminal: Terminal, store: Fdb, request: MarsRequest, { output, done, options }: Work): Promise<void> {
  const retrieval: Retrieval = store.retrieve(request.keywords, {
    order: options.inStorageOrder === true ? 'storage' : 'request',
    onDamage: damageReporter(terminal, {}),
  });
  const { messages, bytes } = await retrieval.copyTo((part) => output.write(part));
  done.messages += messages;
  done.bytes += bytes;
  const shortfall = await retrieval.shortfall;
  done.missing += shortfall.count;
  tellShortfall(terminal, shortfall, options);
}

/** Tells what of a request is not there; that is a failure unless it may be. */
export function tellShortfall(terminal: Terminal, shortfall: Shortfall, { allowMissing }: Pick<ReadVerbOptions, 'allowMissing'>): void {
  if (shortfall.unused.length > 0) terminal.note(`dte: no rule of the schema has ${shortfall.unused.join(', ')}: not used`);
  if (shortfall.count === 0) return;
  const text = shortfallText(shortfall);
  if (allowMissing === true) terminal.note(`dte: ${text}`);
  else {
    const isLocked = shortfall.reasons.every(({ kind }) => kind === 'locked');
    terminal.damage(new DteError(isLocked ? 'auth.locked' : 'absent.field', text, { hint: '--allow-missing takes what is there' }));
  }
}

/** Which fields are not there, and why. */
export function shortfallText({ count, asked, cells, reasons }: Shortfall): string {
  const named = cells.slice(0, mostNamed).map((cell) => `\n  missing ${formatKey(cell)}`);
  const more = count > named.length ? [`\n  and ${count - named.length} more`] : [];
  const why = reasons.map(({ text }) => `\n  because ${text}`);
  return `${count} of ${countedText(asked, 'field')} ${asked === 1 ? 'is' : 'are'} not in the store${[...named, ...more, ...why].join('')}`;
}

/** A file of requests, `-`, or the text of one request. */
export async function requestsAt(
  terminal: Terminal,
  source: string,
  options: Pick<ReadVerbOptions, 'raw'>,
): Promise<readonly MarsRequest[]> {
  const { fs } = terminal.context;
  if (source !== '-' && source.includes('=') && (await fs.info(source)) === undefined) return [await requestOf(terminal, source, options)];
  const text = new TextDecoder().decode(await readWhole(fs, source));
  if (text.startsWith('GRIB'))
    throw new DteError('input.syntax', 'this is a GRIB file, not a request', {
      where: { file: source },
      hint: 'dte fdb read --extract reads the fields that it names',
    });
  return await requestsOf(terminal, text, { raw: options.raw === true, file: source });
}

/** One request for each message of a GRIB file. */
async function requestsOfMessages(terminal: Terminal, source: string): Promise<readonly MarsRequest[]> {
  const { messagesIn } = await import('../messages-in.js');
  const { marsMetadata } = await import('../../../grib/index.js');
  const requests: MarsRequest[] = [];
  for await (const message of messagesIn(terminal, [source], {})) {
    if (message.fieldNumber === 1) requests.push({ verb: 'retrieve', keywords: listed(marsMetadata(message)) });
  }
  return requests;
}

function listed(key: Key): ReadonlyMap<string, readonly string[]> {
  return new Map([...key].map(([keyword, value]) => [keyword, [value]]));
}

async function summary(terminal: Terminal, target: string, facts: object): Promise<void> {
  if (target === '-') process.stderr.write(`${JSON.stringify(facts)}\n`);
  else await terminal.print(`${JSON.stringify(facts)}\n`);
}
