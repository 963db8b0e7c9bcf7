import type { Field } from '../atlas/index.js';
import { type Context, DteError } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { encodeInParts, type EncodeOptions, type Message } from '../grib/index.js';
import type { MirOptions } from '../mir/index.js';
import { isFdbInput } from './message-source.js';

/** Fields on their way out: messages in pieces that are still to be written, none where they have gone their way already. */
export interface OutgoingFields {
  readonly fields: number;
  readonly messages: readonly (readonly Uint8Array[])[];
  release(): void;
}

/** Where fields go: a file, or a store of fields. Nothing is there for others before `commit`. */
export interface FieldOutput {
  /** Takes fields in any order; the memory of field and messages may be used again afterwards. */
  take(field: Field<Message>): Promise<OutgoingFields>;
  /** Octets of messages of a file, in order. */
  write(bytes: Uint8Array): Promise<void>;
  /** Octets so far. */
  readonly bytes: number;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export interface FieldOutputOptions {
  readonly encode: EncodeOptions;
  /** Configuration of the fdb. */
  readonly config?: string | undefined;
}

/** What the options of a target say about its messages. */
export function encodeOptions({ packing, accuracy }: MirOptions): EncodeOptions {
  return { ...(packing === undefined ? {} : { packing }), ...(accuracy === undefined ? {} : { bits: accuracy }) };
}

/** `-`, a file, or `fdb:` with keys that every message gets: `fdb:expver=0002`. */
export async function fieldOutput(context: Context, engine: Engine, output: string, options: FieldOutputOptions): Promise<FieldOutput> {
  return isFdbInput(output) ? await fdbOutput(context, engine, output, options) : await fileOutput(context, engine, output, options);
}

async function fileOutput(context: Context, engine: Engine, path: string, { encode }: FieldOutputOptions): Promise<FieldOutput> {
  const file = await context.fs.create(path);
  let bytes = 0;
  return {
    take: async (field) => ({ fields: field.layers.length, ...(await encodeInParts(engine, field, encode)) }),
    async write(piece) {
      await file.write(piece);
      bytes += piece.length;
    },
    get bytes() {
      return bytes;
    },
    commit: () => file.commit(),
    discard: () => file.discard(),
  };
}

async function fdbOutput(context: Context, engine: Engine, output: string, { encode, config }: FieldOutputOptions): Promise<FieldOutput> {
  const { openFdb } = await import('../fdb/index.js');
  const keys = await keysOf(output);
  let bytes = 0;
  const fdb = await openFdb(context, config === undefined ? {} : { config });
  fdb.onArchive((_key, _parts, length) => {
    bytes += length;
  });
  const sink = fdb.sink(engine, { ...encode, keys });
  return {
    async take(field) {
      await sink.write(field);
      return { fields: field.layers.length, messages: [], release: () => {} };
    },
    write: async () => {},
    get bytes() {
      return bytes;
    },
    commit: () => fdb.close(),
    // What is not flushed is in no index: the store is as it was.
    discard: () => fdb.close({ flush: false }),
  };
}

export async function keysOf(output: string): Promise<ReadonlyMap<string, string>> {
  const text = output.slice('fdb:'.length);
  if (text === '') return new Map();
  const { parseKeywords } = await import('../mars/index.js');
  const keys = new Map<string, string>();
  for (const [keyword, values] of parseKeywords(text)) {
    if (values.length !== 1)
      throw new DteError('input.value', `${keyword}=${values.join('/')} as key of an output`, {
        hint: 'every message gets the key, so it has one value',
      });
    keys.set(keyword, values[0] as string);
  }
  return keys;
}
