import { type Grid, maxLanes } from '../atlas/index.js';
import type { DteError } from '../base/index.js';
import { gridOf } from './grid-of.js';
import { find } from './keys.js';
import type { Message } from './message.js';

/** Consecutive messages that are decoded together: one grid, one order of points. */
export interface Batch {
  readonly grid: Grid;
  readonly messages: readonly Message[];
}

export interface BatchesOptions {
  /** Called for a message whose grid is damaged or not supported, which is then left out; without it that is thrown. */
  readonly onDamage?: (error: DteError) => void;
  /** Octets handed out so far. */
  readonly progress?: (bytes: number) => void;
}

// A batch is one tile of layers, or several where fields are small: enough work to be worth a pass.
const pointsWanted = 1 << 22;
const mostMessages = 256;

/** The messages in order, in batches that are decoded in one pass each. Reading goes on only as batches are taken. */
export async function* batchesOf(source: AsyncIterable<Message>, { onDamage, progress }: BatchesOptions = {}): AsyncGenerator<Batch> {
  let bytes = 0;
  let pending: Message[] = [];
  let pendingKey = '';
  let pendingGrid: Grid | undefined;
  let mostPending = 0;
  const taken = (): Batch => {
    const batch = { grid: pendingGrid as Grid, messages: pending };
    pending = [];
    progress?.(bytes);
    return batch;
  };
  for await (const message of source) {
    const grid = tryGrid(message, onDamage);
    if (grid === undefined) continue;
    const key = `${grid.hash} ${find(message, 'scanningMode')}`;
    if (pending.length > 0 && (key !== pendingKey || pending.length >= mostPending)) yield taken();
    if (pending.length === 0) {
      pendingKey = key;
      pendingGrid = grid;
      mostPending = Math.min(mostMessages, maxLanes * Math.max(1, Math.floor(pointsWanted / (maxLanes * Math.max(1, grid.points)))));
    }
    pending.push(message);
    if (message.fieldNumber === message.fields) bytes += message.bytes.length;
  }
  if (pending.length > 0) yield taken();
}

function tryGrid(message: Message, onDamage: BatchesOptions['onDamage']): Grid | undefined {
  try {
    return gridOf(message);
  } catch (error) {
    if (onDamage === undefined) throw error;
    onDamage(error as DteError);
    return undefined;
  }
}
