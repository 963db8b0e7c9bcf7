import { DteError } from '../../../base/index.js';
import { type ArchivedMessages, type Fdb, formatKey, type Key, type Selection } from '../../../fdb/index.js';
import { parseKeywords } from '../../../mars/index.js';
import { expandInputs } from '../../inputs.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText } from '../../terminal/text.js';
import { binaryRate, binarySize, secondsText } from './numbers.js';
import { withStore } from './store.js';

export interface WriteVerbOptions {
  readonly config?: string;
  readonly includeFilter?: string;
  readonly excludeFilter?: string;
  readonly modifiers?: string;
  readonly statistics?: true;
  readonly verbose?: true;
  readonly json?: true;
}

interface Totals {
  messages: number;
  bytes: number;
  filtered: number;
}

/** Archives GRIB files. A file that fails leaves nothing of itself behind; those before it stay. */
export async function fdbWrite(terminal: Terminal, args: readonly string[], options: WriteVerbOptions): Promise<void> {
  const inputs = await expandInputs(args);
  const choice = {
    ...(options.includeFilter === undefined ? {} : { include: filter('--include-filter', options.includeFilter) }),
    ...(options.excludeFilter === undefined ? {} : { exclude: filter('--exclude-filter', options.excludeFilter) }),
    ...(options.modifiers === undefined ? {} : { modifiers: singleValues('--modifiers', options.modifiers) }),
  };
  const isText = options.json !== true && !terminal.quiet;
  const done: Totals = { messages: 0, bytes: 0, filtered: 0 };
  const startMs = terminal.context.clock.elapsedMs();
  await withStore(terminal, 'write', options, async (store) => {
    if (options.verbose === true && isText) store.onArchive((key) => void terminal.print(`Archiving ${formatKey(key)}\n`));
    for (const input of inputs) {
      if (isText) await terminal.print(`Processing ${input}\n`);
      const began = stopwatch(terminal);
      const { messages, sizeBytes, filtered } = await archiveFile(terminal, store, input, choice);
      await store.flush();
      done.messages += messages;
      done.bytes += sizeBytes;
      done.filtered += filtered;
      if (isText) await terminal.print(fileText(messages, sizeBytes, began()));
      if (messages === 0) terminal.note(`dte: nothing was archived of ${input}: ${countedText(filtered, 'message')} filtered out`);
    }
  });
  if (options.json === true) {
    const seconds = (terminal.context.clock.elapsedMs() - startMs) / 1000;
    await terminal.print(`${JSON.stringify({ files: inputs, ...done, seconds })}\n`);
  } else if (options.statistics === true) {
    const ms = terminal.context.clock.elapsedMs() - startMs;
    await terminal.print(`${countedText(done.messages, 'message')}, ${binarySize(done.bytes)}, ${binaryRate(done.bytes, ms / 1000)}\n`);
  }
}

async function archiveFile({ context }: Terminal, store: Fdb, input: string, choice: object): Promise<ArchivedMessages> {
  const file = await context.fs.open(input);
  try {
    return await store.archive(file, choice);
  } finally {
    await file.close();
  }
}

/** What `fdb-write` prints after a file. */
function fileText(messages: number, bytes: number, { elapsedMs, cpuMs }: { readonly elapsedMs: number; readonly cpuMs: number }): string {
  const count = `${messages} message${messages === 1 ? '' : 's'}`;
  const seconds = secondsText(elapsedMs);
  return `FDB archive ${count}, size ${binarySize(bytes)}, in ${seconds} second (${binaryRate(bytes, elapsedMs / 1000)})
fdb::service::archive: ${seconds} second elapsed, ${secondsText(cpuMs)} second cpu
`;
}

/** Time since it was called, on the clock and of the processor. */
export function stopwatch({ context }: Terminal): () => { readonly elapsedMs: number; readonly cpuMs: number } {
  const startMs = context.clock.elapsedMs();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { elapsedMs: context.clock.elapsedMs() - startMs, cpuMs: (user + system) / 1000 };
  };
}

function filter(option: string, text: string): Selection {
  const keywords = parseKeywords(text);
  if (keywords.size === 0) throw new DteError('input.option', 'no key is named', { where: { option }, hint: 'key=value/...,key=value' });
  return keywords;
}

function singleValues(option: string, text: string): Key {
  return new Map(
    [...filter(option, text)].map(([key, values]) => {
      if (values.length === 1) return [key, values[0] as string];
      throw new DteError('input.option', `key '${key}' has ${values.length} values`, {
        where: { option },
        hint: 'one value is set in all messages',
      });
    }),
  );
}
