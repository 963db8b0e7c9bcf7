import { DteError } from '../../base/index.js';
import type { Partition } from '../mesh/index.js';

/** The items of each part, ascending. Without a partition one part has them all. `input.option` for one of another size. */
export function itemsOfParts(items: number, partition: Partition | undefined): readonly Uint32Array[] {
  if (partition === undefined) return [Uint32Array.from({ length: items }, (_, item) => item)];
  const { parts, partOf } = partition;
  if (partOf.length !== items) {
    throw new DteError('input.option', `the partition is of ${partOf.length} items, the space has ${items}`, {
      where: { option: 'partition' },
    });
  }
  const counts = new Uint32Array(parts);
  for (const part of partOf) {
    if (part >= parts) {
      throw new DteError('input.option', `the partition names part ${part}`, {
        hint: `it has parts 0 to ${parts - 1}`,
        where: { option: 'partition' },
      });
    }
    counts[part]!++;
  }
  const lists = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let item = 0; item < items; item++) {
    const part = partOf[item] as number;
    (lists[part] as Uint32Array)[counts[part]!++] = item;
  }
  return lists;
}

/** Levels of a space, 0 for any. `input.option` for anything else. */
export function checkLevelCount(levels = 0): number {
  if (Number.isInteger(levels) && levels >= 0) return levels;
  throw new DteError('input.option', `${levels} levels`, { hint: 'accepted are whole numbers from 0', where: { option: 'levels' } });
}

/** A halo's width. `input.option` for a negative or fractional one. */
export function checkHalo(halo: number): number {
  if (Number.isInteger(halo) && halo >= 0) return halo;
  throw new DteError('input.option', `a halo of ${halo}`, { hint: 'accepted are whole numbers from 0', where: { option: 'halo' } });
}
