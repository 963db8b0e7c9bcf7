import { DteError } from '../../base/index.js';
import { type DeviceArray, type Engine, missingValue, type Pass, recordValueRanges, type ValueRanges } from '../../compute/index.js';
import { binaryExponent, moments, momentWords, pointsPerChunk } from './moments.js';
import { chunksPerMerge, momentsMerge } from './moments-merge.js';

/** Of the present values of a layer, each counted with its weight w. `missingValue` where no value is present. */
export interface Statistics {
  readonly minimum: number;
  readonly maximum: number;
  /** Sum of w x. */
  readonly sum: number;
  /** Sum of w x over sum of w. */
  readonly mean: number;
  /** Square root of the weighted mean of (x - mean)². */
  readonly standardDeviation: number;
  /** Sum of w x². */
  readonly sumOfSquares: number;
  readonly present: number;
  readonly missing: number;
}

/** The items that one part owns, as reductions see them. */
export interface ReducedPart {
  readonly owned: number;
  readonly weight: DeviceArray<'u32'>;
}

/** Values of one tile in all parts. */
export interface ReducedTile {
  readonly lanes: number;
  /** `[parts]` */
  readonly values: readonly DeviceArray<'f32'>[];
}

/** How weights are read: `weight` words times `unit`, or 1 for each item. */
export interface Weighting {
  readonly weighted: boolean;
  readonly unit: number;
}

/** Integer sums of one lane. */
interface Moments {
  readonly weight: bigint;
  readonly first: bigint;
  readonly second: bigint;
}

/**
 * Statistics of every layer. Sums are made of integers (`moments`), so any division into parts, any number of threads and any
 * executor gives the same bits for the same f32 values; a value is held to 2^-31 of the largest magnitude of its layer.
 * `limit.range` for values that are not finite.
 */
export async function tileStatistics(
  engine: Engine,
  parts: readonly ReducedPart[],
  tiles: readonly ReducedTile[],
  weighting: Weighting,
): Promise<readonly Statistics[]> {
  const recorded = await engine.run((pass) => tiles.map((tile) => recordMoments(pass, parts, tile, weighting.weighted)));
  const arrays = recorded.flatMap(({ ranges, sums }) => [ranges.minimum, ranges.maximum, ranges.missingCount, ranges.strangeCount, sums]);
  const read = await engine.read(...arrays);
  for (const array of arrays) array.release();
  const items = parts.reduce((sum, { owned }) => sum + owned, 0);
  return tiles.flatMap(({ lanes }, tile) =>
    Array.from({ length: lanes }, (_, lane) => {
      const [minimum, maximum, missing, strange, words] = read.slice(5 * tile, 5 * tile + 5) as [
        Float32Array,
        Float32Array,
        Uint32Array,
        Uint32Array,
        Uint32Array,
      ];
      checkFinite(strange[lane] as number);
      const counts = { present: items - (missing[lane] as number), missing: missing[lane] as number };
      return statisticsOf(minimum[lane] as number, maximum[lane] as number, momentsIn(words, lane), counts, weighting.unit);
    }),
  );
}

function checkFinite(strange: number): void {
  if (strange === 0) return;
  throw new DteError('limit.range', `${strange} values are not finite: they have no statistics`, {
    hint: 'missing values do not count, and are told apart from NaN and infinity',
  });
}

function recordMoments(
  pass: Pass,
  parts: readonly ReducedPart[],
  { lanes, values }: ReducedTile,
  weighted: boolean,
): { readonly ranges: ValueRanges; readonly sums: DeviceArray<'u32'> } {
  const reduced = parts.map(({ owned }, index) => ({ values: values[index] as DeviceArray<'f32'>, points: owned }));
  const ranges = recordValueRanges(pass, reduced, lanes);
  const { minimum, maximum } = ranges;
  const counts = parts.map(({ owned }) => Math.ceil(owned / pointsPerChunk));
  let chunks = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  let sums = pass.allocate('u32', chunks * lanes * momentWords);
  pass.clear(sums);
  let chunkStart = 0;
  for (const [index, { owned: points, weight }] of parts.entries()) {
    const own = counts[index] as number;
    const params = { chunks: own, points, lanes, weighted: weighted ? 1 : 0, chunkStart };
    pass.run(moments, { ...params, values: values[index] as DeviceArray<'f32'>, weight, minimum, maximum, moments: sums });
    chunkStart += own;
  }
  while (chunks > 1) {
    const merged = Math.ceil(chunks / chunksPerMerge);
    const partSums = sums;
    sums = pass.allocate('u32', merged * lanes * momentWords);
    pass.run(momentsMerge, { merged, chunks, lanes, partSums, moments: sums });
    chunks = merged;
  }
  return { ranges, sums };
}

function momentsIn(words: Uint32Array, lane: number): Moments {
  const number = (start: number, count: number): bigint => {
    let value = 0n;
    for (let word = count - 1; word >= 0; word--) value = (value << 32n) + BigInt(words[lane * momentWords + start + word] as number);
    return value;
  };
  return { weight: number(0, 2), first: number(2, 3), second: number(5, 4) };
}

function statisticsOf(
  minimum: number,
  maximum: number,
  { weight, first, second }: Moments,
  counts: Pick<Statistics, 'present' | 'missing'>,
  unit: number,
): Statistics {
  if (counts.present === 0) {
    const none = missingValue;
    return { minimum: none, maximum: none, sum: 0, mean: none, standardDeviation: none, sumOfSquares: 0, ...counts };
  }
  // Back from U = X + 2^30 to X = x 2^(30 - E): exact, hence nothing cancels.
  const offset = 2n ** 30n;
  const sum = first - offset * weight;
  const squares = second - 2n * offset * first + offset * offset * weight;
  const quantum = 2 ** (binaryExponent(minimum, maximum) - 30);
  const variance = weight * squares - sum * sum;
  return {
    minimum,
    maximum,
    sum: Number(sum) * quantum * unit,
    mean: ratio(sum, weight) * quantum,
    standardDeviation: Math.sqrt(ratio(variance, weight * weight)) * quantum,
    sumOfSquares: Number(squares) * quantum * quantum * unit,
    ...counts,
  };
}

/** The quotient of integers of any size, to the precision of a number; 0 for no weight at all. */
function ratio(dividend: bigint, divisor: bigint): number {
  if (divisor === 0n) return 0;
  return Number((dividend << 80n) / divisor) / 2 ** 80;
}
