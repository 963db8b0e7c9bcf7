import { atPlace, DteError, ordered, type ReadableFile, sharedBuffer } from '../../base/index.js';
import { combinedKey, type Entry, formatKey, type Location, type OnDamage } from '../types.js';
import { OpenFiles } from './open-files.js';

export interface ReadMessagesOptions {
  /** Opens a data file. */
  readonly open: (file: string) => Promise<ReadableFile>;
  /** Open data files that others use, too. Default: files of this reading alone. */
  readonly files?: OpenFiles | undefined;
  /** Told of messages that cannot be read, which are then left out; without it the first is thrown. */
  readonly onDamage?: OnDamage | undefined;
  /** Memory for a long message, which has it for itself. */
  readonly allocate?: Allocate;
  /** Memory for short messages that are read together. */
  readonly allocateTogether?: Allocate;
  readonly signal?: AbortSignal | undefined;
  /** How much is read at once. Default: much, so that neighbours in files meet however they are asked for. */
  readonly pace?: Pace;
}

export interface Pace {
  readonly windowBytes: number;
  readonly windowsInFlight: number;
}

export type Allocate = (octets: number) => Uint8Array;

const newMemory: Allocate = (octets) => new Uint8Array(sharedBuffer(octets));

/** A message as it lies in the store, its keys not yet changed. */
export interface StoredMessage {
  readonly entry: Entry;
  readonly location: Location;
  readonly bytes: Uint8Array;
}

/** Messages that were read together, in their order; `buffers` is the memory that they lie in. */
export interface MessageWindow {
  readonly messages: readonly StoredMessage[];
  readonly buffers: readonly Uint8Array[];
}

// A window is on its way while another is used. A message longer than a window makes one of its own.
const widePace: Pace = { windowBytes: 32 << 20, windowsInFlight: 2 };
const windowMessages = 8192;
/** Octets of one read, unless a single message is longer. */
const readBytes = 8 << 20;
/** Octets between two messages that are sooner read along than gone round. */
const gapBytes = 64 << 10;
/** From this length on a message is read alone, into memory of its own: it can be let go, or used again, without its neighbours. */
const longBytes = 256 << 10;

/** The octets of entries, in their order. Messages that lie near each other within a window are read at once, and several such reads run at a time. */
export async function* readMessages(entries: Iterable<Entry>, options: ReadMessagesOptions): AsyncGenerator<MessageWindow> {
  const files = options.files ?? new OpenFiles(options.open);
  try {
    const { windowBytes, windowsInFlight } = options.pace ?? widePace;
    yield* ordered(windowsOf(entries, windowBytes), (window) => readWindow(window, files, options), windowsInFlight);
  } finally {
    if (files !== options.files) await files.close();
  }
}

interface Wanted {
  readonly entry: Entry;
  readonly location: Location;
}

/** Neighbours in one file that are read at once: [start, end). */
interface Span {
  readonly file: string;
  readonly start: number;
  end: number;
  /** Places in the window. */
  readonly wanted: number[];
}

function* windowsOf(entries: Iterable<Entry>, windowBytes: number): Generator<readonly Wanted[]> {
  let window: Wanted[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const { location } = entry;
    if (window.length > 0 && (bytes + location.length > windowBytes || window.length === windowMessages)) {
      yield window;
      window = [];
      bytes = 0;
    }
    window.push({ entry, location });
    bytes += location.length;
  }
  if (window.length > 0) yield window;
}

async function readWindow(window: readonly Wanted[], files: OpenFiles, options: ReadMessagesOptions): Promise<MessageWindow> {
  options.signal?.throwIfAborted();
  const { allocate = newMemory, allocateTogether = newMemory } = options;
  const buffers: Uint8Array[] = [];
  const bytes: (Uint8Array | undefined)[] = new Array(window.length);
  await allDone(
    spansOf(window).map(async (span) => {
      const octets = span.end - span.start;
      const buffer = octets >= longBytes && span.wanted.length === 1 ? allocate(octets) : allocateTogether(octets);
      buffers.push(buffer);
      const got = await files.read(span.file, span.start, buffer).catch((error: unknown) => error);
      for (const place of span.wanted) {
        const wanted = window[place] as Wanted;
        const start = wanted.location.offset - span.start;
        if (typeof got === 'number' && got >= start + wanted.location.length)
          bytes[place] = buffer.subarray(start, start + wanted.location.length);
        else unreadable(wanted, got, options.onDamage);
      }
    }),
  );
  const messages: StoredMessage[] = [];
  for (const [place, wanted] of window.entries()) {
    const found = bytes[place];
    if (found !== undefined) messages.push({ ...wanted, bytes: found });
  }
  return { messages, buffers };
}

/** Rejects only when nothing runs on behind. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function spansOf(window: readonly Wanted[]): readonly Span[] {
  const order = Array.from(window.keys()).sort((a, b) => byLocation((window[a] as Wanted).location, (window[b] as Wanted).location));
  const spans: Span[] = [];
  for (const place of order) {
    const { file, offset, length } = (window[place] as Wanted).location;
    const end = offset + length;
    const span = spans.at(-1);
    const isNear =
      span !== undefined && span.file === file && offset <= span.end + gapBytes && Math.max(end, span.end) - span.start <= readBytes;
    const isLong = length >= longBytes || (span !== undefined && span.end - span.start >= longBytes && span.wanted.length === 1);
    if (isNear && !isLong) {
      span.end = Math.max(span.end, end);
      span.wanted.push(place);
    } else spans.push({ file, start: offset, end, wanted: [place] });
  }
  return spans;
}

/** Order of storage. */
export function byLocation(a: Location, b: Location): number {
  return a.file === b.file ? a.offset - b.offset : a.file < b.file ? -1 : 1;
}

function unreadable({ entry, location }: Wanted, got: unknown, onDamage: OnDamage | undefined): void {
  const { file, offset, length } = location;
  const what = formatKey(combinedKey(entry));
  let error: unknown;
  if (typeof got === 'number') {
    error = new DteError('data.truncated', `the ${length} octets of ${what} are not in its data file, which ends before`, {
      where: { file, offset },
      hint: 'the file was cut short; dte fdb check tells what else is lost',
    });
  } else if (got instanceof DteError && got.code === 'absent.file') {
    error = new DteError('absent.file', `the data file of ${what} does not exist`, {
      where: { file, offset },
      hint: 'it was removed behind the index; dte fdb check tells what else is lost',
      cause: got,
    });
  } else error = atPlace(got, { file, offset });
  if (onDamage === undefined || !(error instanceof DteError)) throw error;
  onDamage(error);
}
