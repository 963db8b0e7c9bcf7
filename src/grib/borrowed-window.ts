import { DteError } from '../base/index.js';
import type { ReadWindow } from './read-window.js';

/** Read at once while messages are short. */
const blockBytes = 2 << 20;
/** From this length on messages are read ahead one by one: blocks end where the next one ends, if it is as long. */
const longBytes = 1 << 20;
/** Enough of the message after next to know its length. */
const headBytes = 16;
/** What a block does not hold whole is moved in front of the next; room for more is made when it is needed. */
const firstRoomBytes = 1 << 20;

interface BlockSource {
  readonly path: string;
  readonly sizeBytes: number;
  readInto(position: number, target: Uint8Array): Promise<number>;
}

interface Slot {
  memory: Uint8Array;
  /** Octets of `memory` in front of those that are read into it. */
  room: number;
}

interface Block {
  readonly slot: Slot;
  readonly position: number;
  readonly length: number;
  readonly filled: Promise<number>;
}

/**
 * A window of views: what `take` gives holds only until octets behind it are asked for. Two memories take turns, one is worked on while
 * the other is read into; both are used again and again, which for long messages costs half of what new memory does.
 */
export function borrowedWindow(file: BlockSource): ReadWindow {
  let current: Slot = { memory: new Uint8Array(0), room: firstRoomBytes };
  /** Position in the file and place in the memory of what is held. */
  let start = 0;
  let at = 0;
  let end = 0;
  /** Where the next block should end; 0 for one of the usual length. */
  let readTo = 0;

  const readAll = async (position: number, target: Uint8Array): Promise<number> => {
    let have = 0;
    while (have < target.length) {
      const got = await file.readInto(position + have, have === 0 ? target : target.subarray(have));
      if (got === 0) break;
      have += got;
    }
    return have;
  };
  const fill = (slot: Slot, position: number): Block => {
    const wanted = readTo === 0 ? blockBytes : Math.max(headBytes, readTo - position);
    const length = Math.max(0, Math.min(wanted, file.sizeBytes - position));
    if (slot.memory.length < slot.room + length) slot.memory = new Uint8Array(slot.room + length);
    const filled = length === 0 ? Promise.resolve(0) : readAll(position, slot.memory.subarray(slot.room, slot.room + length));
    // A failure is met when the block is used.
    filled.catch(() => {});
    return { slot, position, length, filled };
  };
  let next = fill({ memory: new Uint8Array(0), room: firstRoomBytes }, 0);

  const windowEnd = (): number => start + (end - at);
  /** Goes on by one block, and keeps what is held from `position` on. */
  const advance = async (position: number): Promise<void> => {
    if (position > next.position + next.length) {
      await next.filled;
      next = fill(next.slot, position);
    }
    const { slot, position: nextStart, filled } = next;
    const count = await filled;
    if (count < next.length) throw new DteError('fault.read', `'${file.path}' became shorter while it was read`);
    const kept = current.memory.subarray(Math.min(end, at + (position - start)), end);
    if (kept.length > slot.room) {
      const read = slot.memory.subarray(slot.room, slot.room + count);
      slot.room = kept.length + (kept.length >> 1);
      slot.memory = new Uint8Array(slot.room + count);
      slot.memory.set(read, slot.room);
    }
    slot.memory.set(kept, slot.room - kept.length);
    const old = current;
    current = slot;
    start = nextStart - kept.length;
    at = slot.room - kept.length;
    end = slot.room + count;
    next = fill(old, nextStart + count);
  };
  const holdMore = async (position: number, length: number): Promise<boolean> => {
    while (position + length > windowEnd() && next.length > 0) await advance(position);
    return position + length <= windowEnd();
  };
  const view: ReadWindow['view'] = (position, length) => current.memory.subarray(at + (position - start), at + (position - start) + length);
  return {
    hold: (position, length) => position + length <= windowEnd() || holdMore(position, length),
    take(position, length) {
      readTo = length < longBytes ? 0 : position + 2 * length + headBytes;
      if (position + length <= windowEnd()) return view(position, length);
      return holdMore(position, length).then((isHeld) => (isHeld ? view(position, length) : undefined));
    },
    view,
    held: (position) => current.memory.subarray(at + (position - start), end),
    end: windowEnd,
    settle: async () => void (await Promise.allSettled([next.filled])),
  };
}

/** Octets in memory as a window of views. */
export function memoryWindow(bytes: Uint8Array): ReadWindow {
  const view: ReadWindow['view'] = (position, length) => bytes.subarray(position, position + length);
  const holds = (position: number, length: number): boolean => position + length <= bytes.length;
  return {
    hold: holds,
    take: (position, length) => (holds(position, length) ? view(position, length) : undefined),
    view,
    held: (position) => bytes.subarray(position),
    end: () => bytes.length,
    settle: async () => {},
  };
}
