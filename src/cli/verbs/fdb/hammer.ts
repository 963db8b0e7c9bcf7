import type { Fdb } from '../../../fdb/index.js';
import type { Message } from '../../../grib/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { oneMessage } from '../messages-in.js';
import { fieldMaker, type FieldCheck } from './hammer-fields.js';
import { binaryRate, binarySize, countedSize, secondsText, sixDigits, withCommas } from './numbers.js';
import { withStore } from './store.js';

export interface HammerOptions {
  readonly config?: string;
  readonly expver: string;
  readonly class: string;
  readonly nsteps: number;
  readonly nensembles: number;
  readonly nlevels: number;
  readonly nparams: number;
  readonly number: number;
  readonly step: number;
  readonly level: number;
  readonly read?: true;
  readonly list?: true;
  readonly mdCheck?: true;
  readonly fullCheck?: true;
  readonly statistics?: true;
  readonly verbose?: true;
  readonly json?: true;
}

/** The members, steps, levels and parameters of a run, in the order in which they are archived. */
interface Batch {
  readonly number: number;
  readonly step: number;
}

/** The job of `fdb-hammer`: one template under many keys, a flush after each step of each member; or the same fields back. */
export async function fdbHammer(terminal: Terminal, grib: string, options: HammerOptions): Promise<void> {
  const template = await oneMessage(terminal, grib, 1);
  await withStore(terminal, 'hammer', options, async (store) => {
    if (options.list === true) await list(terminal, store, template, options);
    else if (options.read === true) await read(terminal, store, template, options);
    else await write(terminal, store, template, options);
  });
}

function* batchesOf({ number, nensembles, step, nsteps }: HammerOptions): Generator<Batch> {
  for (let member = 0; member < nensembles; member++)
    for (let hour = 0; hour < nsteps; hour++) yield { number: number + member, step: step + hour };
}

function checkOf({ mdCheck, fullCheck }: HammerOptions): FieldCheck {
  return fullCheck === true ? 'full' : mdCheck === true ? 'key' : 'none';
}

async function write(terminal: Terminal, store: Fdb, template: Message, options: HammerOptions): Promise<void> {
  const { clock } = terminal.context;
  const maker = fieldMaker(template, { ...options, check: checkOf(options) });
  const perBatch = options.nlevels * options.nparams;
  const times = { gribMs: 0, archive: [] as number[], flush: [] as number[] };
  let memory: Uint8Array | undefined;
  let fields = 0;
  let bytes = 0;
  const startMs = clock.elapsedMs();
  for (const batch of batchesOf(options)) {
    const beforeMs = clock.elapsedMs();
    // What was flushed needs its memory no more.
    const messages: Uint8Array = maker.messages(batch, memory);
    memory = messages;
    const madeMs = clock.elapsedMs();
    const archived = await store.archive(messages);
    const archivedMs = clock.elapsedMs();
    await store.flush();
    times.gribMs += madeMs - beforeMs;
    times.archive.push(archivedMs - madeMs);
    times.flush.push(clock.elapsedMs() - archivedMs);
    fields += archived.messages;
    bytes += archived.sizeBytes;
    if (options.verbose === true)
      await terminal.print(
        `Member: ${batch.number}, step: ${batch.step}: ${archived.messages} fields, ${binarySize(archived.sizeBytes)}\n`,
      );
  }
  const totalMs = clock.elapsedMs() - startMs;
  const writingMs = totalMs - times.gribMs;
  if (options.json === true) {
    await printJson(terminal, { fields, bytes, seconds: totalMs / 1000, gribSeconds: times.gribMs / 1000, flushes: times.flush.length });
    return;
  }
  await terminal.print(`Fields written: ${fields}
Bytes written: ${bytes}
Total duration: ${secondsText(totalMs)}
GRIB duration: ${secondsText(times.gribMs)}
Writing duration: ${secondsText(writingMs)}
${ratesText(bytes, totalMs)}`);
  if (options.statistics === true) await terminal.print(statisticsText({ ...times, fields, bytes, perBatch }));
}

interface Statistics {
  readonly archive: readonly number[];
  readonly flush: readonly number[];
  readonly fields: number;
  readonly bytes: number;
  readonly perBatch: number;
}

/** The store's own counts, as upstream prints them. Fields are archived a step at a time: times of one field are shares of its step's. */
function statisticsText({ archive, flush, fields, bytes, perBatch }: Statistics): string {
  const archiveMs = sum(archive);
  const average = fields === 0 ? 0 : bytes / fields;
  const times = archive.map((ms) => ms / perBatch);
  const lines = [
    ['num archive', withCommas(fields)],
    ['bytes archived (tot, avg, std dev)', `${countedSize(bytes)}, ${countedSize(average)}, 0 (0 bytes)`],
    [
      'archive time (tot, avg, std dev)',
      `${seconds(archiveMs)}, ${seconds(archiveMs / Math.max(1, fields))}, ${seconds(deviation(times))}`,
    ],
    ['archive rate', `${withCommas(archiveMs > 0 ? (bytes / archiveMs) * 1000 : 0)} bytes/s (${binaryRate(bytes, archiveMs / 1000)})`],
    ['num flush', withCommas(flush.length)],
    [
      'flush time  (tot, avg, std dev)',
      `${seconds(sum(flush))}, ${seconds(sum(flush) / Math.max(1, flush.length))}, ${seconds(deviation(flush))}`,
    ],
  ] as const;
  return lines.map(([name, value]) => `local ${name.padEnd(31)} : ${value}\n`).join('');
}

function seconds(ms: number): string {
  return `${sixDigits(ms / 1000)} s`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function deviation(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length);
}

function ratesText(bytes: number, ms: number): string {
  const rate = ms > 0 ? (bytes / ms) * 1000 : 0;
  return `Total rate: ${sixDigits(rate)} bytes / s\nTotal rate: ${sixDigits(rate / (1 << 20))} MB / s\n`;
}

/** One retrieve for each field, as upstream. */
async function read(terminal: Terminal, store: Fdb, template: Message, options: HammerOptions): Promise<void> {
  const { clock } = terminal.context;
  const maker = fieldMaker(template, { ...options, check: checkOf(options) });
  let fields = 0;
  let bytes = 0;
  const startMs = clock.elapsedMs();
  for (const batch of batchesOf(options)) {
    for (const selection of maker.selections(batch)) {
      const retrieval = store.retrieve(selection, { expect: 'all' });
      for await (const message of retrieval.messages()) {
        maker.check(message.bytes, selection);
        fields++;
        bytes += message.bytes.length;
      }
    }
    if (options.verbose === true) await terminal.print(`Member: ${batch.number}, step: ${batch.step}\n`);
  }
  const totalMs = clock.elapsedMs() - startMs;
  if (options.json === true) await printJson(terminal, { fields, bytes, seconds: totalMs / 1000 });
  else
    await terminal.print(
      `Fields read: ${fields}\nBytes read: ${bytes}\nTotal duration: ${secondsText(totalMs)}\n${ratesText(bytes, totalMs)}`,
    );
}

/** Lists the fields of each step. */
async function list(terminal: Terminal, store: Fdb, template: Message, options: HammerOptions): Promise<void> {
  const { clock } = terminal.context;
  const maker = fieldMaker(template, { ...options, check: 'none' });
  let fields = 0;
  const startMs = clock.elapsedMs();
  for (const batch of batchesOf(options)) for await (const entries of store.list(maker.selectionOf(batch))) fields += entries.length;
  const totalMs = clock.elapsedMs() - startMs;
  if (options.json === true) await printJson(terminal, { fields, seconds: totalMs / 1000 });
  else await terminal.print(`Fields listed: ${fields}\nTotal duration: ${secondsText(totalMs)}\n`);
}

async function printJson(terminal: Terminal, facts: object): Promise<void> {
  await terminal.print(`${JSON.stringify(facts)}\n`);
}
