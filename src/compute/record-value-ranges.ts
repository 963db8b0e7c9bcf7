import type { DeviceArray } from './device-array.js';
import type { Pass } from './pass.js';
import { pointsPerChunk, valueRange } from './value-range.js';
import { chunksPerMerge, valueRangeMerge } from './value-range-merge.js';

/** Of each lane: extremes of the present values, how many are missing and how many are not finite. `[lanes]` each. */
export interface ValueRanges {
  readonly minimum: DeviceArray<'f32'>;
  readonly maximum: DeviceArray<'f32'>;
  readonly missingCount: DeviceArray<'u32'>;
  readonly strangeCount: DeviceArray<'u32'>;
}

/** The first `points` points of an array [points or more, lanes]. */
export interface Reduced {
  readonly values: DeviceArray<'f32'>;
  readonly points: number;
}

/** Records the ranges of lanes whose points lie in one array or in several. A lane without present values: minimum > maximum. */
export function recordValueRanges(pass: Pass, arrays: readonly Reduced[], lanes: number): ValueRanges {
  const counts = arrays.map(({ points }) => Math.ceil(points / pointsPerChunk));
  const total = Math.max(
    1,
    counts.reduce((sum, chunks) => sum + chunks, 0),
  );
  const partial = arrays.map(({ values, points }, index) => {
    const chunks = arrays.length === 1 ? total : (counts[index] as number);
    const ranges = newRanges(pass, chunks * lanes);
    pass.run(valueRange, { chunks, points, lanes, values, ...ranges });
    return ranges;
  });
  return mergeRanges(pass, arrays.length === 1 ? (partial[0] as ValueRanges) : joined(pass, partial, total * lanes), total, lanes);
}

function mergeRanges(pass: Pass, partial: ValueRanges, total: number, lanes: number): ValueRanges {
  let ranges = partial;
  for (let chunks = total; chunks > 1; ) {
    const merged = Math.ceil(chunks / chunksPerMerge);
    const { minimum: minimumIn, maximum: maximumIn, missingCount: missingIn, strangeCount: strangeIn } = ranges;
    ranges = newRanges(pass, merged * lanes);
    pass.run(valueRangeMerge, { merged, chunks, lanes, minimumIn, maximumIn, missingIn, strangeIn, ...ranges });
    chunks = merged;
  }
  return ranges;
}

function joined(pass: Pass, partial: readonly ValueRanges[], length: number): ValueRanges {
  const whole = newRanges(pass, length);
  let start = 0;
  for (const part of partial) {
    pass.copy(part.minimum, whole.minimum, start);
    pass.copy(part.maximum, whole.maximum, start);
    pass.copy(part.missingCount, whole.missingCount, start);
    pass.copy(part.strangeCount, whole.strangeCount, start);
    start += part.minimum.length;
  }
  return whole;
}

function newRanges(pass: Pass, length: number): ValueRanges {
  return {
    minimum: pass.allocate('f32', length),
    maximum: pass.allocate('f32', length),
    missingCount: pass.allocate('u32', length),
    strangeCount: pass.allocate('u32', length),
  };
}
