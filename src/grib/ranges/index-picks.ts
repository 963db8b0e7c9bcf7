import { DteError } from '../../base/index.js';
import type { IndexRanges } from './values-at.js';

/** Indices in any order, as ranges to read and as places of what was read. */
export interface IndexPicks {
  readonly ranges: IndexRanges;
  /** For each index that was asked for: where its value stands among those of all ranges. */
  readonly places: Uint32Array;
}

/** Ranges that hold the indices, which may come in any order and more than once. Errors: `input.option` for one outside the field. */
export function indexPicks(indices: ArrayLike<number>, points: number): IndexPicks {
  const sorted = Float64Array.from(indices).sort();
  const ranges: [number, number][] = [];
  const firsts: number[] = [];
  let before = 0;
  for (const index of sorted) {
    if (!Number.isInteger(index) || index < 0 || index >= points) {
      throw new DteError('input.option', `index ${index} in a field of ${points} points`, { hint: `accepted are 0 to ${points - 1}` });
    }
    const last = ranges.at(-1);
    if (last !== undefined && index < last[1]) continue;
    if (last !== undefined && index === last[1]) last[1]++;
    else {
      ranges.push([index, index + 1]);
      firsts.push(before);
    }
    before++;
  }
  const places = new Uint32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    let low = 0;
    let high = ranges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((ranges[middle] as [number, number])[0] <= index) low = middle;
      else high = middle - 1;
    }
    places[i] = (firsts[low] as number) + index - (ranges[low] as [number, number])[0];
  }
  return { ranges, places };
}
