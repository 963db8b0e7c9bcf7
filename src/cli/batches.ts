import { type Grid, maxLanes } from '../atlas/index.js';
import type { Context, DteError } from '../base/index.js';
import { find, gribTables, gridOf, type Message, messages } from '../grib/index.js';

/** Consecutive messages that are decoded together: one grid, one order of points. */
export interface Batch {
  readonly grid: Grid;
  readonly messages: readonly Message[];
}

export interface BatchesOptions {
  readonly onDamage: ((error: DteError) => void) | undefined;
  /** Octets handed out so far, and of all inputs where that is known. */
  readonly progress: (bytes: number, total: number | undefined) => void;
  /** Memory for long messages. */
  readonly allocate?: (octets: number) => Uint8Array;
}

// A batch is one tile of layers, or several where fields are small: enough work to be worth a pass.
const pointsWanted = 1 << 22;
const mostMessages = 256;

/** The messages of all inputs in order, in batches. Reading goes on only as batches are taken. */
export async function* batchesOf(
  context: Context,
  inputs: readonly string[],
  { onDamage, progress, allocate }: BatchesOptions,
): AsyncGenerator<Batch> {
  const tables = await gribTables(context);
  const total = await totalBytes(context, inputs);
  let bytes = 0;
  let pending: Message[] = [];
  let pendingKey = '';
  let pendingGrid: Grid | undefined;
  let mostPending = 0;
  const taken = (): Batch => {
    const batch = { grid: pendingGrid as Grid, messages: pending };
    pending = [];
    progress(bytes, total);
    return batch;
  };
  for (const input of inputs) {
    const file = await context.fs.open(input);
    try {
      const options = {
        tables,
        ...(onDamage === undefined ? {} : { onDamage }),
        ...(allocate === undefined ? {} : { allocate }),
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      };
      for await (const message of messages(file, options)) {
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
    } finally {
      await file.close();
    }
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

async function totalBytes(context: Context, inputs: readonly string[]): Promise<number | undefined> {
  let total = 0;
  for (const input of inputs) {
    const info = input === '-' ? undefined : await context.fs.info(input);
    if (info === undefined) return undefined;
    total += info.sizeBytes;
  }
  return total;
}
