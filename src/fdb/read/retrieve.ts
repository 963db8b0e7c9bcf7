import { type Context, type DteError, ordered, type ReadableFile, Recycler } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { Field } from '../../atlas/index.js';
import { batchesOf, decode, type GribTables, gribTables, type Message, parseMessage } from '../../grib/index.js';
import type { FdbConfig } from '../config/index.js';
import { diskOf } from '../disk-of.js';
import type { Entry, OnDamage, Selection } from '../types.js';
import { type PlanOptions, planRetrieve, type RetrievePlan } from './plan-retrieve.js';
import type { ReadCache } from './read-cache.js';
import { type Allocate, byLocation, type MessageWindow, type Pace, readMessages, type StoredMessage } from './read-messages.js';
import { remapped } from './remapped.js';
import { checkExpected, type Shortfall } from './shortfall.js';

export interface RetrieveOptions {
  /** `request` (default): keywords of the schema in its order, the first slowest, each with its values in the order of the request. `storage`: as they lie in files. */
  readonly order?: 'request' | 'storage';
  /** Fields that must be there: all that are asked for, or so many; otherwise `absent.field`. */
  readonly expect?: 'all' | number;
  /** Told of locked databases and of damage, which are gone past; without it the first is thrown. */
  readonly onDamage?: OnDamage;
  /** Finds the messages; default: `planRetrieve` in the folders of the configuration. */
  readonly plan?: (request: Selection, options: PlanOptions) => Promise<RetrievePlan>;
  /** Opens data files; default: those of the context's disk. */
  readonly open?: (file: string) => Promise<ReadableFile>;
  /** What an open store knows from earlier calls. */
  readonly cache?: ReadCache | undefined;
}

export interface RetrievedMessage {
  readonly entry: Entry;
  /** A short message is a view of memory that holds its neighbours, too: copy what is to be kept for long. */
  readonly bytes: Uint8Array;
}

/** A retrieval: nothing is read before something is asked of it; the search is done once. */
export interface Retrieval {
  readonly plan: Promise<RetrievePlan>;
  readonly shortfall: Promise<Shortfall>;
  messages(): AsyncGenerator<RetrievedMessage>;
  /** All messages, one after the other, in pieces whose memory is used again when `write` is done with them. */
  copyTo(write: (bytes: Uint8Array) => Promise<void>): Promise<{ readonly messages: number; readonly bytes: number }>;
  /** Headers read, nothing decoded. `allocate`: memory for messages, for a caller that uses that of long ones (256 KiB) again. */
  gribMessages(allocate?: Allocate): AsyncGenerator<Message>;
  /** Decoded on the device, one field for consecutive messages of one grid. The next one is read and decoded while one is used; the caller releases each. */
  fields(engine: Engine): AsyncGenerator<Field<Message>>;
}

/**
 * Retrieves what a request asks for: one message for each cell. Errors, when something is read: see `planRetrieve`; `absent.field`,
 * `absent.database` and `auth.locked` by `expect`; `absent.file` and `data.truncated` for a data file that is gone or cut short.
 */
export function retrieve(context: Context, config: FdbConfig, request: Selection, options: RetrieveOptions = {}): Retrieval {
  const { order = 'request', expect, onDamage, open = (file) => diskOf(context).open(file), cache } = options;
  const files = options.open === undefined ? cache?.files : undefined;
  const find = options.plan ?? ((asked: Selection, given: PlanOptions) => planRetrieve(context, config, asked, given));
  let planned: Promise<RetrievePlan> | undefined;
  const plan = (): Promise<RetrievePlan> => (planned ??= find(request, { cache, ...(onDamage === undefined ? {} : { onDamage }) }));
  const windows = async function* (
    memory: { readonly allocate?: Allocate; readonly allocateTogether?: Allocate; readonly pace?: Pace } = {},
  ): AsyncGenerator<MessageWindow> {
    const { entries, shortfall } = await plan();
    checkExpected(expect, entries.length, shortfall);
    const inOrder = order === 'request' ? entries : byStorage(entries);
    yield* readMessages(inOrder, { open, files, onDamage, signal: context.signal, ...memory });
  };
  const gribMessages = async function* (allocate?: Allocate): AsyncGenerator<Message> {
    const tables = await gribTables(context);
    let number = 0;
    for await (const window of windows(allocate === undefined ? {} : { allocate }))
      for (const message of window.messages) {
        const { file, offset } = message.location;
        try {
          for (const field of parseMessage(remapped(message, tables), tables, { file, offset }))
            yield { ...field, messageNumber: ++number };
        } catch (error) {
          if (onDamage === undefined) throw error;
          onDamage(error as DteError);
        }
      }
  };
  return {
    get plan() {
      return plan();
    },
    get shortfall() {
      return plan().then(({ shortfall }) => shortfall);
    },
    async *messages() {
      const tables = await tablesFor(context, (await plan()).entries);
      for await (const { messages } of windows())
        for (const message of messages)
          yield { entry: message.entry, bytes: tables === undefined ? message.bytes : remapped(message, tables) };
    },
    async copyTo(write) {
      const memory = new Recycler();
      const tables = await tablesFor(context, (await plan()).entries);
      const done = { messages: 0, bytes: 0 };
      // Powers of two, so that memory of one read fits the next; what is not touched costs nothing.
      const allocate: Allocate = (octets) => memory.take(2 ** Math.ceil(Math.log2(Math.max(octets, leastBytes)))).subarray(0, octets);
      for await (const { messages, buffers } of windows({ allocate, allocateTogether: allocate, pace: copyPace })) {
        for await (const piece of piecesOf(messages, tables, memory)) {
          await write(piece);
          done.bytes += piece.length;
        }
        done.messages += messages.length;
        for (const buffer of buffers) memory.give(buffer);
      }
      return done;
    },
    gribMessages,
    async *fields(engine) {
      const batches = batchesOf(gribMessages(), onDamage === undefined ? {} : { onDamage });
      yield* ordered(batches, ({ messages, grid }) => decode(engine, messages, grid), fieldsInFlight);
    },
  };
}

/** One is decoded while another is used. */
const fieldsInFlight = 2;

function byStorage(entries: readonly Entry[]): readonly Entry[] {
  return entries
    .map((entry) => ({ entry, location: entry.location }))
    .sort((a, b) => byLocation(a.location, b.location))
    .map(({ entry }) => entry);
}

/** GRIB tables, where headers have to be changed. */
async function tablesFor(context: Context, entries: readonly Entry[]): Promise<GribTables | undefined> {
  return entries.some(({ location }) => location.remap !== undefined) ? await gribTables(context) : undefined;
}

/** What is only passed on stays in the caches of the processor, and little memory is touched for the first time. */
const copyPace: Pace = { windowBytes: 4 << 20, windowsInFlight: 4 };
const leastBytes = 1 << 18;
const pieceBytes = 4 << 20;
/** From this length on a write of its own costs less than a copy. */
const longPieceBytes = 1 << 20;

/** Messages as few pieces: neighbours in memory become one, short ones are copied together. */
function* piecesOf(messages: readonly StoredMessage[], tables: GribTables | undefined, memory: Recycler): Generator<Uint8Array> {
  const gathered = memory.take(pieceBytes);
  let have = 0;
  try {
    for (const run of runsOf(messages, tables)) {
      if (have > 0 && (run.length >= longPieceBytes || have + run.length > pieceBytes)) {
        yield gathered.subarray(0, have);
        have = 0;
      }
      if (run.length >= longPieceBytes) yield run;
      else {
        gathered.set(run, have);
        have += run.length;
      }
    }
    if (have > 0) yield gathered.subarray(0, have);
  } finally {
    memory.give(gathered);
  }
}

function* runsOf(messages: readonly StoredMessage[], tables: GribTables | undefined): Generator<Uint8Array> {
  let run: Uint8Array | undefined;
  for (const message of messages) {
    const bytes = tables === undefined ? message.bytes : remapped(message, tables);
    if (run !== undefined && run.buffer === bytes.buffer && run.byteOffset + run.length === bytes.byteOffset) {
      run = new Uint8Array(run.buffer, run.byteOffset, run.length + bytes.length);
    } else {
      if (run !== undefined) yield run;
      run = bytes;
    }
  }
  if (run !== undefined) yield run;
}
