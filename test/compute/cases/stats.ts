import { type Kernel, missingValue } from '../../../src/compute/index.js';
import { windowCount } from '../../../src/stats/window-count.js';
import { windowExtreme } from '../../../src/stats/window-extreme.js';
import { windowResult } from '../../../src/stats/window-result.js';
import { windowSum } from '../../../src/stats/window-sum.js';
import type { KernelCase } from '../kernel-cases.js';

/** Multiples of 2^-10 within +-256, some missing. */
const reals = (count: number, random: () => number, missingShare = 0.2): Float64Array =>
  Float64Array.from({ length: count }, () => (random() < missingShare ? missingValue : Math.round((random() - 0.5) * 2 ** 19) / 2 ** 10));

const entry = <K>(kernel: K, make: KernelCase['make']): KernelCase => ({ kernel: kernel as Kernel, make });

/** Gathered arrays begin as zeros, so that updates meet present values there; what follows a missing one is tested with windows. */
export const statsCases: readonly KernelCase[] = [
  ...[0, 1].map((isNew) =>
    entry(windowSum, (count, random) => ({
      inputs: { count, isNew, source: reals(count, random) },
      outputs: { first: count, sum: count },
    })),
  ),
  ...[0, 1].map((largest) =>
    entry(windowExtreme, (count, random) => ({
      inputs: { count, isNew: 0, largest, source: reals(count, random) },
      outputs: { extreme: count },
    })),
  ),
  entry(windowExtreme, (count, random) => ({
    inputs: { count, isNew: 1, largest: 0, source: reals(count, random) },
    outputs: { extreme: count },
  })),
  ...[0, 1].map((isNew) =>
    entry(windowCount, (count, random) => ({
      inputs: { count, isNew, before: 3, source: reals(count, random) },
      outputs: { present: count },
    })),
  ),
  ...[0, 1, 2].flatMap((kind) =>
    [0, 1].map((counted) =>
      entry(windowResult, (count, random) => ({
        inputs: {
          ...{ count, kind, samples: 4, counted, least: 2, first: reals(count, random), sum: reals(count, random, 0) },
          present: Uint32Array.from({ length: counted === 1 ? count : 1 }, () => Math.floor(random() * 5)),
        },
        outputs: { result: count },
      })),
    ),
  ),
];
