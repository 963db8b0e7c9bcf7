import type { Context, DteError } from '../base/index.js';
import { gribTables, type Message, messages } from '../grib/index.js';

/** The messages of all inputs, one after the other. */
export interface MessageSource {
  /** Octets of all of them; undefined where that is not known, as of standard input. */
  readonly totalBytes: number | undefined;
  readonly messages: AsyncIterable<Message>;
}

export interface MessageSourceOptions {
  /** Damaged messages are reported and passed over; without it the first is thrown. */
  readonly onDamage?: ((error: DteError) => void) | undefined;
  /** Memory for long messages. */
  readonly allocate?: (octets: number) => Uint8Array;
  /** Of the fdb, for inputs `fdb:REQUEST`. */
  readonly config?: string | undefined;
}

/** Files, `-` for standard input, and `fdb:REQUEST` for what a store of fields has. Nothing is read before a message is taken. */
export async function messageSource(context: Context, inputs: readonly string[], options: MessageSourceOptions): Promise<MessageSource> {
  const sources: MessageSource[] = [];
  for (const input of inputs)
    sources.push(await (isFdbInput(input) ? fdbMessages(context, input, options) : fileMessages(context, input, options)));
  const totalBytes = sources.reduce<number | undefined>(
    (sum, source) => (sum === undefined || source.totalBytes === undefined ? undefined : sum + source.totalBytes),
    0,
  );
  return { totalBytes, messages: allOf(sources) };
}

/** Whether an input or output names a store of fields and not a file. */
export function isFdbInput(input: string): boolean {
  return input.startsWith('fdb:');
}

async function* allOf(sources: readonly MessageSource[]): AsyncGenerator<Message> {
  for (const source of sources) yield* source.messages;
}

async function fdbMessages(context: Context, input: string, { onDamage, config, allocate }: MessageSourceOptions): Promise<MessageSource> {
  // Loaded only here: most runs have files.
  const { fdbSource } = await import('../fdb/index.js');
  return await fdbSource(context, input, {
    ...(onDamage === undefined ? {} : { onDamage }),
    ...(config === undefined ? {} : { config }),
    ...(allocate === undefined ? {} : { allocate }),
  });
}

async function fileMessages(context: Context, input: string, options: MessageSourceOptions): Promise<MessageSource> {
  const info = input === '-' ? undefined : await context.fs.info(input);
  return { totalBytes: info?.sizeBytes, messages: messagesInFile(context, input, options) };
}

async function* messagesInFile(context: Context, input: string, { onDamage, allocate }: MessageSourceOptions): AsyncGenerator<Message> {
  const tables = await gribTables(context);
  const file = await context.fs.open(input);
  try {
    yield* messages(file, {
      tables,
      ...(onDamage === undefined ? {} : { onDamage }),
      ...(allocate === undefined ? {} : { allocate }),
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    });
  } finally {
    await file.close();
  }
}
