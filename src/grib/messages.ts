import { DteError, type ReadableFile, type Where } from '../base/index.js';
import { borrowedWindow, memoryWindow } from './borrowed-window.js';
import { type Message, parseMessage } from './message.js';
import { unsignedAt } from './octets.js';
import { type AllocateMessage, type ReadWindow, readWindow } from './read-window.js';
import type { GribTables } from './tables.js';

export interface MessagesOptions {
  readonly tables: GribTables;
  /** Called for each damaged message, which is then skipped; without it the first damage is thrown. */
  readonly onDamage?: (error: DteError) => void;
  readonly signal?: AbortSignal;
  /** Memory for long messages, for a caller that uses it again. Default: new shared memory for each. */
  readonly allocate?: AllocateMessage;
  /**
   * The octets of a message hold only until the next one is asked for, or, of octets in memory, as long as those do: nothing is copied,
   * and memory is used again. Streams are copied nevertheless.
   */
  readonly borrow?: boolean;
}

/** No message is longer; a stated length beyond it is damage. A field of 256 million points in f64 has 2 GB. */
const LONGEST = 2 ** 32 - 1;

/**
 * The fields of a file, or of octets in memory, in order, read from front to back in blocks, so that streams work and memory stays bounded by one message.
 * Bytes between messages are skipped. After a damaged message the search goes on 4 octets after its "GRIB". Every "GRIB" that
 * begins a message, good or damaged, takes a number.
 *
 * Errors, with file, message number and byte offset: `data.truncated`, `data.message` (no end mark, no message at all),
 * `data.section`, `unsupported.edition`, and those of reading.
 */
export function messages(source: ReadableFile | Uint8Array, options: MessagesOptions): AsyncGenerator<Message> {
  // Not a generator around the other: that would double what each message waits.
  if (!(source instanceof Uint8Array)) return messagesIn(source, options, () => fileWindow(source, options));
  const file = { path: 'octets in memory', sizeBytes: source.length };
  return messagesIn(file, options, () => octetsWindow(source, options));
}

function octetsWindow(bytes: Uint8Array, { borrow }: MessagesOptions): ReadWindow {
  const views = memoryWindow(bytes);
  return borrow === true ? views : { ...views, take: async (position, length) => (await views.take(position, length))?.slice() };
}

function fileWindow(file: ReadableFile, { borrow, allocate }: MessagesOptions): ReadWindow {
  const { path, sizeBytes, readInto } = file;
  return borrow !== true || sizeBytes === undefined || readInto === undefined
    ? readWindow(file, allocate)
    : borrowedWindow({ path, sizeBytes, readInto: readInto.bind(file) });
}

type Source = Pick<ReadableFile, 'path' | 'sizeBytes'>;

async function* messagesIn(file: Source, options: MessagesOptions, open: () => ReadWindow): AsyncGenerator<Message> {
  const window = open();
  try {
    let message = 0;
    let position = 0;
    for (;;) {
      options.signal?.throwIfAborted();
      const offset = await nextMark(window, position);
      if (offset === undefined) break;
      message++;
      const where: Where = { file: file.path, message, offset };
      try {
        const length = await messageLength(window, file, offset, where);
        const bytes = await window.take(offset, length);
        if (bytes === undefined) throw truncated(length, window.end() - offset, where);
        checkEndMark(bytes, where);
        const fields = parseMessage(bytes, options.tables, where);
        position = offset + length;
        yield* fields;
      } catch (error) {
        if (!(error instanceof DteError) || options.onDamage === undefined || error.code.startsWith('fault.')) throw error;
        options.onDamage(error);
        position = offset + 4;
      }
    }
    if (message > 0) return;
    const sizeBytes = window.end();
    const error = new DteError(
      'data.message',
      sizeBytes === 0 ? 'the file is empty: no GRIB message' : `no GRIB message in ${sizeBytes} bytes`,
      {
        where: { file: file.path, offset: 0 },
        hint: 'a message begins with "GRIB" and its edition, 1 or 2, in octet 8',
      },
    );
    if (options.onDamage === undefined) throw error;
    options.onDamage(error);
  } finally {
    await window.settle();
  }
}

/** Offset of the next "GRIB" whose eighth octet may be an edition number; other text with these letters is no message. */
async function nextMark(window: ReadWindow, from: number): Promise<number | undefined> {
  for (let position = from; ; ) {
    if (!(await window.hold(position, 8))) {
      // Fewer than 8 octets are left: a "GRIB" at the very end is a message that was cut off.
      const rest = window.view(position, Math.max(0, window.end() - position));
      const at = rest.length >= 4 ? markIn(rest) : -1;
      return at < 0 ? undefined : position + at;
    }
    const bytes = window.held(position);
    const at = markIn(bytes);
    if (at < 0) {
      position += bytes.length - 3;
      continue;
    }
    position += at;
    if (!(await window.hold(position, 8)) || (window.view(position + 7, 1)[0] as number) < 10) return position;
    position += 4;
  }
}

function markIn(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0x47); at >= 0; at = bytes.indexOf(0x47, at + 1)) {
    if (bytes[at + 1] === 0x52 && bytes[at + 2] === 0x49 && bytes[at + 3] === 0x42) return at;
  }
  return -1;
}

/** Stated length of the message at `offset`. */
async function messageLength(window: ReadWindow, file: Source, offset: number, where: Where): Promise<number> {
  if (!(await window.hold(offset, 16))) throw truncated(16, window.end() - offset, where);
  const head = window.view(offset, 16);
  const edition = head[7] as number;
  if (edition !== 1 && edition !== 2)
    throw new DteError('unsupported.edition', `GRIB edition ${edition}`, { where, hint: 'editions 1 and 2 are read' });
  const length = edition === 2 ? unsignedAt(head, 8, 8) : await grib1Length(window, offset, unsignedAt(head, 4, 3), where);
  const shortest = edition === 2 ? 16 + 21 + 14 + 9 + 11 + 6 + 5 + 4 : 8 + 28 + 11 + 4;
  if (length < shortest || length > LONGEST) {
    throw new DteError('data.message', `the message states a length of ${length} octets`, {
      where,
      hint: `between ${shortest} and ${LONGEST} octets are possible`,
    });
  }
  // A stated length is checked against the file before memory is given to it.
  const left = file.sizeBytes === undefined ? undefined : file.sizeBytes - offset;
  if (left !== undefined && length > left) throw truncated(length, left, where);
  return length;
}

/** GRIB1 states lengths in 3 octets; beyond 8 MiB in units of 120, with the remainder in the length of section 4. */
async function grib1Length(window: ReadWindow, offset: number, stated: number, where: Where): Promise<number> {
  if ((stated & 0x800000) === 0) return stated;
  let at = offset + 8;
  const sectionLength = async (): Promise<number> => {
    if (!(await window.hold(offset, at - offset + 8))) throw truncated(at - offset + 8, window.end() - offset, where);
    return unsignedAt(window.view(at, 3), 0, 3);
  };
  const first = await sectionLength();
  const flags = window.view(at + 7, 1)[0] as number;
  at += first;
  if (flags & 0x80) at += await sectionLength();
  if (flags & 0x40) at += await sectionLength();
  const section4 = await sectionLength();
  return section4 < 120 ? (stated & 0x7fffff) * 120 - section4 + 4 : stated;
}

function checkEndMark(bytes: Uint8Array, where: Where): void {
  const end = bytes.subarray(bytes.length - 4);
  if (end.every((octet) => octet === 0x37)) return;
  throw new DteError('data.message', `the message does not end with "7777" after its ${bytes.length} octets`, {
    where,
    hint: 'its stated length is wrong, or it is damaged',
  });
}

function truncated(wanted: number, have: number, where: Where): DteError {
  return new DteError('data.truncated', `the message states ${wanted} octets and the file ends after ${have} of them`, {
    where,
    hint: 'the rest of the file is missing',
  });
}
