import { type Grid, maxLanes } from '../atlas/index.js';
import { batchesOf, find, type Message } from '../grib/index.js';
import { type Item, type ItemsOptions, itemsOf, type Pairing, singleItem } from './items.js';

/** Consecutive items that are decoded together: one grid, one order of points. */
export interface ItemBatch {
  readonly grid: Grid;
  readonly items: readonly Item[];
}

// As many values as one batch of messages has: a tile of layers, or several where fields are small.
const pointsWanted = 1 << 22;
const mostItems = 128;

/** The messages as batches of items, see `itemsOf`. Reading goes on only as batches are taken. */
export async function* itemBatches(messages: AsyncIterable<Message>, pairing: Pairing, options: ItemsOptions): AsyncGenerator<ItemBatch> {
  if (!pairing.vectors && !pairing.vorticity) {
    for await (const { grid, messages: batch } of batchesOf(messages, options))
      yield { grid, items: batch.map((message) => singleItem(message, grid)) };
    return;
  }
  let bytes = 0;
  async function* counted(): AsyncGenerator<Message> {
    for await (const message of messages) {
      if (message.fieldNumber === message.fields) bytes += message.bytes.length;
      yield message;
    }
  }
  let pending: Item[] = [];
  let pendingKey = '';
  for await (const item of itemsOf(counted(), pairing, options)) {
    const key = `${item.grid.hash} ${find(item.messages[0] as Message, 'scanningMode')}`;
    const most = Math.min(mostItems, maxLanes * Math.max(1, Math.floor(pointsWanted / (maxLanes * Math.max(1, item.grid.points)))));
    if (pending.length > 0 && (key !== pendingKey || pending.length >= most)) {
      yield { grid: (pending[0] as Item).grid, items: pending };
      pending = [];
      options.progress?.(bytes);
    }
    pendingKey = key;
    pending.push(item);
  }
  if (pending.length > 0) yield { grid: (pending[0] as Item).grid, items: pending };
  options.progress?.(bytes);
}
