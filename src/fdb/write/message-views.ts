import { DteError, type ReadableFile, type Where } from '../../base/index.js';
import { type Message, messages, type MessagesOptions, parseMessage } from '../../grib/index.js';

/** The first field of a message. */
export interface MessageView {
  readonly message: Message;
  /** False when the octets hold only until the next message is asked for. */
  readonly isOwned: boolean;
}

/** Read at once, while the messages of the block before are worked on. */
const blockBytes = 1 << 21;
/** After a long message little is read ahead: the next one will be read straight to its place. */
const shortBlockBytes = 1 << 16;
/** Enough to know how long a message is. */
const headBytes = 16;
/** A message that ends in the next block is moved in front of it when it is shorter; longer ones get memory of their own. */
const roomBytes = 1 << 20;

/**
 * The messages of a file for a reader that is done with each before it asks for the next: octets are not copied, and memory is
 * used again, which halves the time that archiving takes. Streams, and files from the first octets on that are not a plain
 * message, are read by `messages`, which knows what to do about them; so errors are the same.
 */
export async function* messageViews(file: ReadableFile, options: MessagesOptions): AsyncGenerator<MessageView> {
  const { sizeBytes } = file;
  if (sizeBytes === undefined || file.readInto === undefined) return yield* firstFields(messages(file, options));
  const blocks = blockReader(file, sizeBytes);
  /** Where the last message begins, from which `messages` can take over. */
  let lastStart = 0;
  let count = 0;
  try {
    for (let position = 0; position < sizeBytes; ) {
      options.signal?.throwIfAborted();
      const head = await blocks.octets(position, Math.min(headBytes, sizeBytes - position));
      const length = plainLength(head.bytes);
      const whole = length === undefined || position + length > sizeBytes ? undefined : await blocks.octets(position, length);
      if (whole === undefined || !endsPlainly(whole.bytes)) return yield* theRest(file, options, lastStart, count);
      const where = { file: file.path, message: count + 1, offset: position };
      let fields: readonly Message[];
      try {
        fields = parseMessage(whole.bytes, options.tables, where);
      } catch {
        return yield* theRest(file, options, lastStart, count);
      }
      yield { message: fields[0] as Message, isOwned: whole.isOwned };
      lastStart = position;
      count++;
      position += whole.bytes.length;
    }
    if (count === 0) yield* theRest(file, options, 0, 0);
  } finally {
    await blocks.settle();
  }
}

async function* firstFields(all: AsyncIterable<Message>): AsyncGenerator<MessageView> {
  for await (const message of all) if (message.fieldNumber === 1) yield { message, isOwned: true };
}

/** From the last message on, which is not given again. */
async function* theRest(file: ReadableFile, options: MessagesOptions, start: number, count: number): AsyncGenerator<MessageView> {
  const before = Math.max(0, count - 1);
  const moved = (where: Where): Where => ({
    ...where,
    ...(where.message === undefined ? {} : { message: where.message + before }),
    ...(where.offset === undefined ? {} : { offset: where.offset + start }),
  });
  const movedError = (error: unknown): unknown =>
    error instanceof DteError
      ? new DteError(error.code, error.reason, {
          where: moved(error.where),
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          ...(error.cause === undefined ? {} : { cause: error.cause }),
        })
      : error;
  const { onDamage } = options;
  const given = onDamage === undefined ? options : { ...options, onDamage: (error: DteError) => onDamage(movedError(error) as DteError) };
  let isFirst = count > 0;
  try {
    for await (const { message } of firstFields(messages(from(file, start), given))) {
      if (!isFirst)
        yield { message: { ...message, where: moved(message.where), messageNumber: message.messageNumber + before }, isOwned: true };
      isFirst = false;
    }
  } catch (error) {
    throw movedError(error);
  }
}

function from(file: ReadableFile, start: number): ReadableFile {
  const readInto = file.readInto?.bind(file);
  return {
    path: file.path,
    sizeBytes: file.sizeBytes === undefined ? undefined : file.sizeBytes - start,
    read: (position, length) => file.read(position + start, length),
    ...(readInto === undefined ? {} : { readInto: (position: number, target: Uint8Array) => readInto(position + start, target) }),
    close: () => file.close(),
  };
}

/** Length of a message of edition 2, or a short one of edition 1; undefined for anything else. */
function plainLength(head: Uint8Array): number | undefined {
  if (head.length < headBytes || head[0] !== 0x47 || head[1] !== 0x52 || head[2] !== 0x49 || head[3] !== 0x42) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, headBytes);
  const length = head[7] === 2 ? (view.getUint32(8) === 0 ? view.getUint32(12) : 0) : head[7] === 1 ? view.getUint32(4) >>> 8 : 0;
  return length < 50 || (head[7] === 1 && length >= 0x800000) ? undefined : length;
}

function endsPlainly(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 4; at < bytes.length; at++) if (bytes[at] !== 0x37) return false;
  return true;
}

interface Octets {
  readonly bytes: Uint8Array;
  readonly isOwned: boolean;
}

interface BlockReader {
  /** Octets of the file, within it. They hold until octets behind them are asked for, unless they are owned. */
  octets(position: number, length: number): Octets | Promise<Octets>;
  /** Waits for reads that are under way. */
  settle(): Promise<unknown>;
}

interface Block {
  readonly memory: Uint8Array;
  /** Position in the file of `memory[roomBytes]`. */
  readonly position: number;
  readonly length: number;
  readonly filled: Promise<number>;
}

/** Two blocks: one is worked on, the other is being read. */
function blockReader(file: ReadableFile, sizeBytes: number): BlockReader {
  const readInto = (position: number, target: Uint8Array): Promise<number> =>
    (file.readInto as NonNullable<typeof file.readInto>)(position, target);
  const fill = (memory: Uint8Array, position: number): Block => {
    const count = Math.max(0, Math.min(ahead, sizeBytes - position));
    const filled = count === 0 ? Promise.resolve(0) : readAll(position, memory.subarray(roomBytes, roomBytes + count));
    // A failure is met when the block is used.
    filled.catch(() => {});
    return { memory, position, length: count, filled };
  };
  const readAll = async (position: number, target: Uint8Array): Promise<number> => {
    let have = 0;
    while (have < target.length) {
      const got = await readInto(position + have, target.subarray(have));
      if (got === 0) break;
      have += got;
    }
    return have;
  };
  const memories = (): Uint8Array => new Uint8Array(roomBytes + Math.min(blockBytes, sizeBytes));
  let ahead = blockBytes;
  let next = fill(memories(), 0);
  let memory = memories();
  /** Position in the file and in `memory` of what is worked on. */
  let start = 0;
  let at = 0;
  let end = 0;

  const advance = async (position: number): Promise<void> => {
    if (position > next.position + next.length) {
      await next.filled;
      next = fill(next.memory, position);
    }
    const { memory: filledMemory, position: nextStart, filled } = next;
    const count = await filled;
    const rest = Math.max(0, start + (end - at) - position);
    filledMemory.set(memory.subarray(end - rest, end), roomBytes - rest);
    const old = memory;
    memory = filledMemory;
    start = nextStart - rest;
    at = roomBytes - rest;
    end = roomBytes + count;
    next = fill(old, nextStart + count);
  };
  const own = async (position: number, length: number): Promise<Octets> => {
    const bytes = new Uint8Array(length);
    const held = memory.subarray(at + (position - start), Math.min(end, at + (position - start) + length));
    bytes.set(held);
    const got = await readAll(position + held.length, bytes.subarray(held.length));
    if (held.length + got < length) throw new DteError('fault.read', `'${file.path}' became shorter while it was read`);
    return { bytes, isOwned: true };
  };
  const later = async (position: number, length: number): Promise<Octets> => {
    if (length >= roomBytes) {
      ahead = shortBlockBytes;
      return own(position, length);
    }
    if (length > headBytes) ahead = blockBytes;
    while (at + (position - start) + length > end) {
      const before = start + (end - at);
      await advance(position);
      if (start + (end - at) <= Math.max(before, position))
        throw new DteError('fault.read', `'${file.path}' became shorter while it was read`);
    }
    const from = at + (position - start);
    return { bytes: memory.subarray(from, from + length), isOwned: false };
  };
  return {
    octets(position, length) {
      const from = at + (position - start);
      return from + length <= end ? { bytes: memory.subarray(from, from + length), isOwned: false } : later(position, length);
    },
    settle: () => Promise.allSettled([next.filled]),
  };
}
