import { copy, copyQuads, gather, type Kernel, missingValue, probe } from '../../src/compute/index.js';
import { valueRange } from '../../src/compute/value-range.js';
import { valueRangeMerge } from '../../src/compute/value-range-merge.js';
import { compact } from '../../src/grib/compact.js';
import { pack } from '../../src/grib/pack.js';
import { presentWords } from '../../src/grib/present-words.js';
import { spectralExpand } from '../../src/grib/spectral-expand.js';
import { spectralFlatten } from '../../src/grib/spectral-flatten.js';
import { spectralNorms } from '../../src/grib/spectral-norms.js';
import { unpack } from '../../src/grib/unpack.js';
import { unpackFloats } from '../../src/grib/unpack-floats.js';
import { wordCounts } from '../../src/grib/word-counts.js';
import { wordRanks } from '../../src/grib/word-ranks.js';
import { markStrange } from '../../src/infero/non-finite.js';
import { reorder } from '../../src/infero/reorder.js';
import { keep } from '../../src/mir/keep.js';
import { limit } from '../../src/mir/limit.js';
import { csrApply } from '../../src/regrid/csr-apply.js';
import { csrApplyQuads } from '../../src/regrid/csr-apply-quads.js';
import { markMissing } from '../../src/regrid/mark-missing.js';
import { rowStatistics } from '../../src/regrid/statistics/row-statistics.js';
import { expandCase, flattenCase, normsCase } from './cases/grib-spectral.js';
import { vectorCases } from './cases/vector.js';
import { markStrangeCase, reorderCase } from './cases/infero.js';
import { keepCase, limitCase } from './cases/mir.js';
import { markCase, statisticsCase } from './cases/regrid.js';
import { spectralCases } from './cases/spectral.js';
import { atlasCases } from './cases/atlas.js';
import { plumePluginCases } from './cases/plume-plugins.js';
import { twinCases } from './cases/twin.js';
import { statsCases } from './cases/stats.js';
import { tensorPackCases } from './cases/tensor-pack.js';
import { plumeCases } from './cases/plume.js';
import { plumeEmulatorCases } from './cases/plume-emulator.js';

export type Inputs = Readonly<Record<string, number | Float64Array | Uint32Array>>;

/** One kernel with inputs for a size: parameters and input arrays by name, lengths of the output arrays. */
export interface KernelCase {
  readonly kernel: Kernel;
  readonly make: (points: number, random: () => number) => { readonly inputs: Inputs; readonly outputs: Readonly<Record<string, number>> };
}

const lanes = 5;

/** How a lane is packed: bits (0: constant), format (0 stream, 1 elements), with a bitmap or not. */
interface LaneKind {
  readonly bits: number;
  readonly format: 0 | 1;
  readonly isMasked: boolean;
}

const lane = (bits: number, format: 0 | 1 = 0, isMasked = false): LaneKind => ({ bits, format, isMasked });
const mixedLanes = [lane(16), lane(11, 0, true), lane(32), lane(8, 1, true), lane(0, 0, true)];
const packedLanes = [lane(16), lane(11), lane(16, 1), lane(8, 1), lane(0)];
const streamLanes = Array.from({ length: 5 }, () => lane(16));
const elementLanes = Array.from({ length: 5 }, () => lane(16, 1));

/** Every kernel of the project; `house.test` holds this list against the shaders. */
export const kernelCases: readonly KernelCase[] = [
  entry(copy, (points, random) => ({ inputs: { points, source: reals(points, random) }, outputs: { copied: points } })),
  entry(copyQuads, (quads, random) => ({ inputs: { quads, source: reals(4 * quads, random) }, outputs: { copied: 4 * quads } })),
  entry(probe, (points, random) => ({
    inputs: { points, integers: integers(points, random, 2 ** 32), reals: reals(points, random) },
    outputs: { bits: points, sums: points },
  })),
  entry(markMissing, markCase),
  ...[0, 1, 2, 3, 4, 5, 6].map((statistic) => entry(rowStatistics, (rows, random) => statisticsCase(rows, random, statistic))),
  entry(gather, (points, random) => ({
    inputs: { points, lanes, order: integers(points, random, points), source: reals(points * lanes, random, 0.1) },
    outputs: { gathered: points * lanes },
  })),
  entry(wordCounts, (words, random) => {
    const chunks = Math.ceil(words / 64);
    return { inputs: { chunks, words, lanes, bitmap: integers(words * lanes, random, 2 ** 32) }, outputs: { counts: chunks * lanes } };
  }),
  entry(wordRanks, (words, random) => {
    const chunks = Math.ceil(words / 64);
    const bitmap = integers(words * lanes, random, 2 ** 32);
    const counts = new Uint32Array(chunks * lanes);
    bitmap.forEach((word, index) => {
      const lane = Math.floor(index / words);
      counts[lane * chunks + Math.floor((index % words) / 64)]! += ones(word);
    });
    return { inputs: { chunks, words, lanes, bitmap, counts }, outputs: { ranks: words * lanes } };
  }),
  // Mixed kinds of lanes, then those that the compiled twins do four, or one, at a time.
  ...[mixedLanes, streamLanes, elementLanes, streamLanes.slice(0, 1)].map((kinds) =>
    entry(unpack, (points, random) => unpackCase(points, random, kinds)),
  ),
  entry(unpackFloats, floatsCase),
  ...[lanes, 1].map((width) => entry(valueRange, (points, random) => rangeCase(points, random, width))),
  entry(valueRangeMerge, (chunks, random) => {
    const merged = Math.ceil(chunks / 64);
    const outputs = { minimum: merged * lanes, maximum: merged * lanes, missingCount: merged * lanes, strangeCount: merged * lanes };
    const size = chunks * lanes;
    const inputs = {
      minimumIn: reals(size, random),
      maximumIn: reals(size, random),
      missingIn: integers(size, random, 257),
      strangeIn: integers(size, random, 3),
    };
    return { inputs: { merged, chunks, lanes, ...inputs }, outputs };
  }),
  entry(presentWords, (points, random) => {
    const words = Math.ceil(points / 32);
    return { inputs: { words, points, lanes, values: reals(points * lanes, random, 0.4) }, outputs: { bitmap: words * lanes } };
  }),
  entry(compact, (points, random) => {
    const words = Math.ceil(points / 32);
    const { bitmap, ranks } = bitmaps(points, random);
    return { inputs: { words, points, lanes, values: reals(points * lanes, random), bitmap, ranks }, outputs: { coded: points * lanes } };
  }),
  ...[packedLanes, streamLanes, elementLanes, streamLanes.slice(0, 1)].map((kinds) =>
    entry(pack, (points, random) => packCase(points, random, kinds)),
  ),
  entry(spectralExpand, expandCase),
  entry(spectralFlatten, flattenCase(4, 0)),
  entry(spectralFlatten, flattenCase(0, 1)),
  entry(spectralNorms, normsCase),
  entry(csrApply, (rows, random) => csrCase(rows, random, 0, lanes)),
  entry(csrApply, (rows, random) => csrCase(rows, random, 0, 8)),
  entry(keep, keepCase),
  entry(limit, limitCase),
  ...[1, 2, 3, 4].map((strategy) => entry(csrApply, (rows, random) => csrCase(rows, random, strategy, lanes))),
  ...[0, 1, 2, 3, 4].map((strategy) =>
    entry(csrApplyQuads, (rows, random) => {
      const { inputs, outputs } = csrCase(rows, random, strategy, strategy === 0 ? 4 : 8);
      return { inputs: { ...inputs, quads: (inputs['lanes'] as number) / 4 }, outputs };
    }),
  ),
  ...spectralCases.map(([kernel, make]) => entry(kernel, make)),
  ...vectorCases.map(([kernel, make]) => entry(kernel, make)),
  ...atlasCases,
  ...plumePluginCases,
  ...twinCases,
  ...statsCases,
  ...tensorPackCases,
  entry(reorder, reorderCase),
  entry(markStrange, markStrangeCase),
  ...plumeCases,
  ...plumeEmulatorCases,
];

function entry<K>(kernel: K, make: KernelCase['make']): KernelCase {
  return { kernel: kernel as Kernel, make };
}

/** Multiples of 2^-10 within +-256: exact in f32, so both executors start from the same numbers. */
function reals(count: number, random: () => number, missingShare = 0): Float64Array {
  return Float64Array.from({ length: count }, () =>
    random() < missingShare ? missingValue : Math.round((random() - 0.5) * 2 ** 19) / 2 ** 10,
  );
}

function integers(count: number, random: () => number, below: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => Math.floor(random() * below));
}

function ones(word: number): number {
  return [...word.toString(2)].filter((digit) => digit === '1').length;
}

function bitmaps(points: number, random: () => number): { readonly bitmap: Uint32Array; readonly ranks: Uint32Array } {
  const words = Math.ceil(points / 32);
  const bitmap = new Uint32Array(words * lanes);
  const ranks = new Uint32Array(words * lanes);
  for (let lane = 0; lane < lanes; lane++) {
    let rank = 0;
    for (let point = 0; point < points; point++) {
      const word = lane * words + (point >>> 5);
      if (point % 32 === 0) ranks[word] = rank;
      if (random() < 0.6) {
        bitmap[word] = (bitmap[word]! | (1 << (31 - (point & 31)))) >>> 0;
        rank++;
      }
    }
  }
  return { bitmap, ranks };
}

function rangeCase(points: number, random: () => number, width: number): ReturnType<KernelCase['make']> {
  const chunks = Math.ceil(points / 256);
  const outputs = { minimum: chunks * width, maximum: chunks * width, missingCount: chunks * width, strangeCount: chunks * width };
  return { inputs: { chunks, points, lanes: width, values: reals(points * width, random, 0.3) }, outputs };
}

function unpackCase(points: number, random: () => number, kinds: readonly LaneKind[]): ReturnType<KernelCase['make']> {
  const blocks = Math.ceil(points / 32);
  const width = kinds.length;
  const { bitmap, ranks } = bitmaps(points, random);
  const laneTable = new Uint32Array(width * 5);
  const laneReals = new Float64Array(width * 4);
  let words = 0;
  for (const [lane, { bits, format, isMasked }] of kinds.entries()) {
    laneTable.set([words, bits, format, isMasked ? lane * blocks : 0xffffffff, points], lane * 5);
    laneReals.set([Math.round(random() * 1000), 2 ** (8 - Math.max(bits, 1)), 1, 0], lane * 4);
    words += blocks * bits + 1;
  }
  return {
    inputs: { blocks, points, lanes: width, packed: integers(words, random, 2 ** 32), laneTable, laneReals, bitmap, ranks },
    outputs: { values: points * width },
  };
}

/** Lanes 1, 3 and 4 of five are floats, the last of them with a bitmap. */
function floatsCase(points: number, random: () => number): ReturnType<KernelCase['make']> {
  const words = Math.ceil(points / 32);
  const { bitmap, ranks } = bitmaps(points, random);
  const packed = new Uint32Array(3 * points + 1);
  const view = new DataView(packed.buffer);
  for (const [index, value] of reals(3 * points, random).entries()) view.setFloat32(index * 4, value);
  const laneTable = Uint32Array.of(1, 0, 4, 0xffffffff, 3, points, 4, 0xffffffff, 4, 2 * points, 4, 4 * words);
  return { inputs: { points, lanes, floatLanes: 3, packed, laneTable, bitmap, ranks }, outputs: { values: points * lanes } };
}

function packCase(points: number, random: () => number, kinds: readonly LaneKind[]): ReturnType<KernelCase['make']> {
  const blocks = Math.ceil(points / 32);
  const width = kinds.length;
  const laneTable = new Uint32Array(width * 5);
  const laneReals = new Float64Array(width * 3);
  let words = 0;
  for (const [lane, { bits, format }] of kinds.entries()) {
    laneTable.set([words, bits, format, points, 2 ** bits - 1], lane * 5);
    laneReals.set([-256, bits === 0 ? 1 : 2 ** (bits - 10), 1], lane * 3);
    words += blocks * bits;
  }
  return {
    inputs: { blocks, lanes: width, pointStride: width, laneStride: 1, values: reals(points * width, random), laneTable, laneReals },
    outputs: { packed: words },
  };
}

function csrCase(rows: number, random: () => number, strategy: number, width: number): ReturnType<KernelCase['make']> {
  const columns = Math.max(1, rows);
  const rowStart = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) rowStart[row + 1] = rowStart[row]! + Math.floor(random() * 5);
  const entries = rowStart[rows]!;
  const weight = new Float64Array(entries);
  for (let row = 0; row < rows; row++) {
    const first = rowStart[row]!;
    const last = rowStart[row + 1]!;
    // Multiples of 1/64 that sum to one.
    let rest = 64;
    for (let index = first; index < last; index++) {
      const share = index === last - 1 ? rest : Math.floor(random() * rest);
      weight[index] = share / 64;
      rest -= share;
    }
  }
  const source = reals(columns * width, random, strategy === 0 ? 0 : 0.3);
  return {
    inputs: { rows, lanes: width, strategy, rowStart, column: integers(entries, random, columns), weight, source },
    outputs: { result: rows * width },
  };
}
