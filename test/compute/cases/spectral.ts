import { combine, noCoefficient } from '../../../src/spectral/combine.js';
import { fourier } from '../../../src/spectral/fourier.js';
import { fourierAnalysis } from '../../../src/spectral/fourier-analysis.js';
import { type Circle, fourierPlan } from '../../../src/spectral/fourier-plan.js';
import { denseStarts } from '../../../src/spectral/dense-starts.js';
import { lanesApart } from '../../../src/spectral/lanes-apart.js';
import { lanesTogether } from '../../../src/spectral/lanes-together.js';
import { legendre } from '../../../src/spectral/legendre.js';
import { legendreAnalysis } from '../../../src/spectral/legendre-analysis.js';
import { blockLatitudes, noRow } from '../../../src/spectral/latitude-blocks.js';
import { legendreStarts } from '../../../src/spectral/legendre-starts.js';
import { realPairs, valuesThenRests } from '../../../src/spectral/real-pairs.js';
import { recurrenceFactors } from '../../../src/spectral/recurrence.js';
import type { KernelCase } from '../kernel-cases.js';

type Made = ReturnType<KernelCase['make']>;
type Random = () => number;

/** Multiples of 2^-10 within +-1. */
function reals(count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, () => Math.round((random() - 0.5) * 2 ** 11) / 2 ** 10);
}

interface Tables {
  readonly tasks: number;
  readonly wavenumbers: number;
  readonly truncation: number;
  readonly points: number;
  readonly complexes: number;
  readonly segmentsAt: number;
  readonly placesAt: number;
  readonly wavenumbersAt: number;
  readonly restAt: number;
  readonly plan: Uint32Array;
  readonly start: Float64Array;
  readonly sine: Float64Array;
  readonly factor: Float64Array;
}

/**
 * About `size` coefficients on one block of latitudes, both hemispheres, and one more that has a southern row only: with all
 * polynomials (`span` 2) or some of them, as a GPU gets them, or (0) with the recurrence alone, which is only good for few degrees in f32.
 */
function polynomialTables(size: number, span: number): Tables {
  const truncation = Math.min(span > 0 ? 40 : 10, Math.max(0, Math.floor(Math.sqrt(2 * size)) - 2));
  const blocks = size === 0 ? 0 : 2;
  const lats = Float64Array.from({ length: blocks * blockLatitudes }, (_, i) => Math.max(5, 90 - 4 * i));
  const factors = recurrenceFactors(truncation);
  const limits = new Uint32Array(blocks).fill(truncation + 1);
  const sine = lats.map((lat) => Math.sin((lat * Math.PI) / 180));
  const sparse = legendreStarts({ truncation, lats, wavenumbers: limits, factors, perCosine: false });
  const starts = span > 0 ? denseStarts(sparse, { truncation, sine, factors, span }) : sparse;
  const tasks = starts.wavenumber.length;
  const segmentsAt = 3 * (tasks + 1);
  const placesAt = segmentsAt + starts.degree.length;
  const wavenumbers = Math.max(0, ...starts.wavenumber.map((m) => m + 1));
  const wavenumbersAt = placesAt + 4 * lats.length;
  const plan = new Uint32Array(wavenumbersAt + wavenumbers + 1).fill(noRow);
  for (let task = 0; task <= tasks; task++) {
    plan.set([starts.wavenumber[task] ?? 0, starts.block[task] ?? 0, starts.segmentStart[task]!], 3 * task);
  }
  plan.set(starts.degree, segmentsAt);
  for (let m = 0; m <= wavenumbers; m++) plan[wavenumbersAt + m] = starts.wavenumber.filter((own) => own < m).length;
  let complexes = 0;
  for (let latitude = 0; latitude < (blocks === 0 ? 0 : 17); latitude++) {
    for (let side = latitude === 16 ? 1 : 0; side < 2; side++) {
      plan.set([complexes, truncation + 1 - side], placesAt + 4 * latitude + 2 * side);
      complexes += truncation + 1;
    }
  }
  return {
    ...{ tasks, wavenumbers, truncation, points: (truncation + 1) * (truncation + 2), complexes },
    ...{ segmentsAt, placesAt, wavenumbersAt, restAt: starts.values.length },
    ...{ plan, start: valuesThenRests(starts.values), sine: realPairs(sine, false), factor: realPairs(factors, false) },
  };
}

function legendreCase(size: number, random: Random, span: number): Made {
  const { wavenumbers, wavenumbersAt, ...tables } = polynomialTables(size, span);
  const { points, complexes } = tables;
  const [lanes, width] = [5, 4];
  return {
    inputs: { ...tables, lanes, width, coefficient: reals(lanes * points, random) },
    outputs: { fourier: 2 * complexes * 2 * width },
  };
}

function legendreAnalysisCase(size: number, random: Random, span: number): Made {
  const { tasks, ...tables } = polynomialTables(size, span);
  const { points, complexes } = tables;
  const [lanes, width] = [5, 4];
  return {
    inputs: { ...tables, lanes, width, firstWavenumber: 0, fourier: reals(2 * complexes * 2 * width, random) },
    outputs: { coefficient: lanes * points },
  };
}

/** Rows of all kinds of length, with a shift, a stride and wavenumbers left out. */
function fourierCase(size: number, random: Random): Made {
  const [lanes, width, group] = [3, 4, 1];
  const lengths = [24, 25, 1, 2, 62, 30, 3, 16].slice(0, Math.ceil(size / 8));
  const circles: Circle[] = lengths.map((length, row) => ({
    length,
    fine: row === 5 ? 2 * length : length,
    shift: row === 5 ? 7 : 0,
    stride: row === 4 ? 5 : 1,
  }));
  const counts = Int32Array.from(lengths, (length, row) => (row === 4 ? 9 : length));
  const rows = {
    lats: new Float64Array(lengths.length),
    counts,
    lonFirst: new Float64Array(0),
    lonStep: new Float64Array(0),
    periodic: false,
  };
  const held = Uint32Array.from(lengths, (length, row) => Math.floor(length / 2) + (row === 1 ? -3 : 1));
  const { table, roots, complexes, longestRow, longestCircle } = fourierPlan(rows, circles, held);
  const points = counts.reduce((sum, count) => sum + count, 0);
  return {
    inputs: {
      ...{ rows: lengths.length, longestRow, longestCircle, lanes, width, group, complexes, plan: table, root: roots },
      ...{ mean: reals(2 * width, random), fourier: reals(2 * complexes * 2 * width, random) },
    },
    outputs: { values: points * lanes },
  };
}

/** Whole circles of all kinds of length. */
function fourierAnalysisCase(size: number, random: Random): Made {
  const [lanes, width, group] = [3, 4, 1];
  const lengths = [24, 25, 1, 2, 62, 30, 3, 16].slice(0, Math.ceil(size / 8));
  const circles: Circle[] = lengths.map((length, row) => ({
    length,
    fine: row === 5 ? 2 * length : length,
    shift: row === 5 ? 7 : 0,
    stride: 1,
  }));
  const counts = Int32Array.from(lengths);
  const rows = {
    lats: new Float64Array(lengths.length),
    counts,
    lonFirst: new Float64Array(0),
    lonStep: new Float64Array(0),
    periodic: true,
  };
  const held = Uint32Array.from(lengths, (length) => Math.floor((length - 1) / 2) + 1);
  const { table, roots, complexes, mostHeld, longestCircle } = fourierPlan(rows, circles, held);
  const points = counts.reduce((sum, count) => sum + count, 0);
  return {
    inputs: {
      ...{ rows: lengths.length, mostHeld, longestCircle, lanes, width, group, complexes, takeMean: 1, plan: table, root: roots },
      ...{ weight: reals(lengths.length, random), values: reals(points * lanes, random) },
    },
    outputs: { fourier: 2 * complexes * 2 * width, mean: 2 * width },
  };
}

function lanesTogetherCase(points: number, random: Random): Made {
  return {
    inputs: { points, lanes: 3, lanesApart: 4, firstApart: 1, apart: reals(4 * points, random), mean: reals(4, random) },
    outputs: { together: points * 3 },
  };
}

function lanesApartCase(points: number, random: Random): Made {
  return {
    inputs: { points, count: 2, lanes: 5, firstLane: 3, lanesApart: 4, firstApart: 1, takeMean: 1, together: reals(points * 5, random) },
    outputs: { apart: 4 * points, mean: 8 },
  };
}

function combineCase(coefficients: number, random: Random): Made {
  const lanes = 5;
  const neighbour = Uint32Array.from({ length: 3 * coefficients }, () =>
    random() < 0.2 ? noCoefficient : Math.floor(random() * coefficients),
  );
  return {
    inputs: {
      ...{ coefficients, lanes, neighbour, factor: reals(4 * coefficients, random) },
      ...{ same: reals(2 * coefficients * lanes, random), beside: reals(2 * coefficients * lanes, random) },
    },
    outputs: { combined: 2 * coefficients * lanes },
  };
}

/** Every kernel of the spectral transforms with its cases. */
export const spectralCases: readonly (readonly [unknown, KernelCase['make']])[] = [
  [combine, combineCase],
  [fourier, fourierCase],
  [fourierAnalysis, fourierAnalysisCase],
  [lanesApart, lanesApartCase],
  [lanesTogether, lanesTogetherCase],
  ...[2, 8, 0].flatMap((span) => [
    [legendre, (size: number, random: Random) => legendreCase(size, random, span)] as const,
    [legendreAnalysis, (size: number, random: Random) => legendreAnalysisCase(size, random, span)] as const,
  ]),
];
