// Cases of the kernels of function spaces and finite-volume operators.
import { type Kernel, missingValue } from '../../../src/compute/index.js';
import { addPoints } from '../../../src/atlas/functionspace/add-points.js';
import { checksumMerge } from '../../../src/atlas/functionspace/checksum-merge.js';
import { checksumPoints } from '../../../src/atlas/functionspace/checksum.js';
import { momentsMerge } from '../../../src/atlas/functionspace/moments-merge.js';
import { moments } from '../../../src/atlas/functionspace/moments.js';
import { movePoints } from '../../../src/atlas/functionspace/move-points.js';
import { divergenceKernel } from '../../../src/atlas/fvm/divergence.js';
import { divergenceQuads } from '../../../src/atlas/fvm/divergence-quads.js';
import { gradientKernel } from '../../../src/atlas/fvm/gradient.js';
import { gradientQuads } from '../../../src/atlas/fvm/gradient-quads.js';
import type { KernelCase } from '../kernel-cases.js';

type Make = KernelCase['make'];
type Random = () => number;

const lanes = 5;
const turned = 0x80000000;

const each = (kernel: unknown, make: Make): KernelCase => ({ kernel: kernel as Kernel, make });

/** Multiples of 2^-10 within +-256: exact in f32. */
function reals(count: number, random: Random, missingShare = 0): Float64Array {
  return Float64Array.from({ length: count }, () =>
    random() < missingShare ? missingValue : Math.round((random() - 0.5) * 2 ** 19) / 2 ** 10,
  );
}

function words(count: number, random: Random, below = 2 ** 32): Uint32Array {
  return Uint32Array.from({ length: count }, () => Math.floor(random() * below));
}

/** The numbers below `count`, shuffled. */
function order(count: number, random: Random): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [numbers[index], numbers[other]] = [numbers[other]!, numbers[index]!];
  }
  return numbers;
}

/** Lists of 0 to `most` entries. */
function starts(rows: number, random: Random, most: number): Uint32Array {
  const start = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) start[row + 1] = start[row]! + Math.floor(random() * (most + 1));
  return start;
}

const pointsOf = (count: number, random: Random, below: number): Uint32Array =>
  words(count, random, Math.max(1, below)).map((point) => (random() < 0.2 ? (point | turned) >>> 0 : point));

function moveCase(vector: number): Make {
  return (points, random) => {
    const count = points - (points >> 2);
    const destinationPoint = order(points, random).slice(0, count);
    const source = reals(points * lanes, random, 0.2);
    return {
      inputs: { count, lanes, vector, sourcePoint: pointsOf(count, random, points), destinationPoint, source },
      outputs: { destination: points * lanes },
    };
  };
}

function addCase(vector: number): Make {
  return (points, random) => {
    const count = points - (points >> 2);
    const start = starts(count, random, 3);
    const entry = pointsOf(start[count]!, random, points);
    const inputs = {
      count,
      lanes,
      vector,
      point: order(points, random).slice(0, count),
      start,
      entry,
      source: reals(Math.max(1, points) * lanes, random),
    };
    return { inputs, outputs: { values: points * lanes } };
  };
}

/** Tiny, ordinary and large magnitudes, a constant and a lane that is all missing. */
function momentsCase(weighted: number, width: number): Make {
  return (points, random) => {
    const chunks = Math.ceil(points / 256);
    const scales = [1, 2 ** -110, 2 ** 110, 0, Number.NaN];
    const values = reals(points * width, random, 0.2).map((value, index) => {
      const scale = scales[index % width]!;
      return Number.isNaN(scale) ? missingValue : value === missingValue ? value : value * scale;
    });
    const minimum = new Float64Array(width).fill(-missingValue);
    const maximum = new Float64Array(width).fill(missingValue);
    values.forEach((value, index) => {
      if (value === missingValue) return;
      minimum[index % width] = Math.min(minimum[index % width]!, value);
      maximum[index % width] = Math.max(maximum[index % width]!, value);
    });
    const inputs = { chunks, points, lanes: width, weighted, chunkStart: 2, values, weight: words(points, random), minimum, maximum };
    return { inputs, outputs: { moments: (chunks + 2) * width * 9 } };
  };
}

function checksumCase(points: number, random: Random): ReturnType<Make> {
  const chunks = Math.ceil(points / 256);
  const inputs = { chunks, points, lanes, chunkStart: 1, values: reals(points * lanes, random, 0.1), item: words(points, random) };
  return { inputs, outputs: { sums: (chunks + 1) * lanes * 2 } };
}

function mergeCase(each: number, output: string): Make {
  return (chunks, random) => {
    const merged = Math.ceil(chunks / 64);
    return {
      inputs: { merged, chunks, lanes, partSums: words(chunks * lanes * each, random) },
      outputs: { [output]: merged * lanes * each },
    };
  };
}

/** Coefficients are multiples of 2^-6 below 1: products are exact in f32. */
const coefficients = (count: number, random: Random): Float64Array =>
  Float64Array.from({ length: count }, () => Math.round((random() - 0.5) * 128) / 64);

function stencil(nodes: number, random: Random): { start: Uint32Array; neighbour: Uint32Array; coefficient: Float64Array } {
  const start = starts(nodes, random, 7);
  const entries = start[nodes]!;
  return { start, neighbour: words(entries, random, Math.max(1, nodes)), coefficient: coefficients(2 * entries, random) };
}

function gradientCase(width: number, gaps: number): Make {
  return (nodes, random) => {
    const values = reals(Math.max(1, nodes) * width, random, gaps === 1 ? 0.1 : 0);
    return {
      inputs: { nodes, lanes: width, gaps, ...stencil(nodes, random), values },
      outputs: { east: nodes * width, north: nodes * width },
    };
  };
}

function divergenceCase(width: number, curl: number, gaps: number): Make {
  return (nodes, random) => {
    const size = Math.max(1, nodes) * width;
    const missing = gaps === 1 ? 0.1 : 0;
    const u = reals(size, random, missing);
    const v = reals(size, random, missing);
    const own = coefficients(2 * nodes, random);
    return { inputs: { nodes, lanes: width, curl, gaps, ...stencil(nodes, random), own, u, v }, outputs: { result: nodes * width } };
  };
}

export const atlasCases: readonly KernelCase[] = [
  ...[0, 1].map((vector) => each(movePoints, moveCase(vector))),
  ...[0, 1].map((vector) => each(addPoints, addCase(vector))),
  ...[
    [0, 5],
    [1, 5],
    [1, 1],
  ].map(([weighted, width]) => each(moments, momentsCase(weighted!, width!))),
  each(momentsMerge, mergeCase(9, 'moments')),
  each(checksumPoints, checksumCase),
  each(checksumMerge, mergeCase(2, 'sums')),
  ...[5, 3].map((width, gaps) => each(gradientKernel, gradientCase(width, gaps))),
  ...[
    [4, 0],
    [8, 0],
    [8, 1],
  ].map(([width, gaps]) => each(gradientQuads, inQuads(gradientCase(width!, gaps!)))),
  each(divergenceKernel, divergenceCase(5, 0, 1)),
  each(divergenceKernel, divergenceCase(3, 1, 0)),
  ...[
    [4, 0, 0],
    [8, 1, 0],
    [8, 1, 1],
  ].map(([width, curl, gaps]) => each(divergenceQuads, inQuads(divergenceCase(width!, curl!, gaps!)))),
];

function inQuads(make: Make): Make {
  return (points, random) => {
    const { inputs, outputs } = make(points, random);
    return { inputs: { ...inputs, quads: (inputs['lanes'] as number) / 4 }, outputs };
  };
}
