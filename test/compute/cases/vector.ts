import { type Kernel, missingValue } from '../../../src/compute/index.js';
import { vectorApply } from '../../../src/regrid/vector-apply.js';
import { vectorTurn } from '../../../src/regrid/vector-turn.js';
import type { KernelCase } from '../kernel-cases.js';

const lanes = 5;

type Made = ReturnType<KernelCase['make']>;

function reals(count: number, random: () => number, missingShare: number): Float64Array {
  return Float64Array.from({ length: count }, () =>
    random() < missingShare ? missingValue : Math.round((random() - 0.5) * 2 ** 12) / 2 ** 4,
  );
}

/** Turns whose cosine and sine are exact in f32: multiples of a quarter turn, and one of 3, 4, 5. */
function turns(count: number, random: () => number): Float64Array {
  const choices = [1, 0, 0, 1, -1, 0, 0, -1, 0.75, -0.625];
  return Float64Array.from(
    Array.from({ length: count }, () => Math.floor(random() * 5)).flatMap((choice) => choices.slice(2 * choice, 2 * choice + 2)),
  );
}

/** Rows of up to four entries with weights that are multiples of 1/64 and sum to 1. */
function vectorApplyCase(rows: number, random: () => number, strategy: number): Made {
  const columns = Math.max(1, rows);
  const rowStart = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) rowStart[row + 1] = rowStart[row]! + Math.floor(random() * 5);
  const entries = rowStart[rows]!;
  const weight = new Float64Array(entries);
  for (let row = 0; row < rows; row++) {
    let rest = 64;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      const share = entry === rowStart[row + 1]! - 1 ? rest : Math.floor(random() * rest);
      weight[entry] = share / 64;
      rest -= share;
    }
  }
  const share = strategy === 0 ? 0 : 0.2;
  return {
    inputs: {
      rows,
      lanes,
      strategy,
      rowStart,
      column: Uint32Array.from({ length: entries }, () => Math.floor(random() * columns)),
      weight,
      turn: turns(entries, random),
      u: reals(columns * lanes, random, share),
      v: reals(columns * lanes, random, share),
    },
    outputs: { resultU: rows * lanes, resultV: rows * lanes },
  };
}

function vectorTurnCase(points: number, random: () => number): Made {
  return {
    inputs: { points, lanes, turn: turns(points, random), u: reals(points * lanes, random, 0.1), v: reals(points * lanes, random, 0.1) },
    outputs: { resultU: points * lanes, resultV: points * lanes },
  };
}

/** The kernels of vectors, with every treatment of missing ones. */
export const vectorCases: readonly (readonly [Kernel, KernelCase['make']])[] = [
  ...[0, 1, 2, 3, 4].map((strategy): readonly [Kernel, KernelCase['make']] => [
    vectorApply as unknown as Kernel,
    (rows, random) => vectorApplyCase(rows, random, strategy),
  ]),
  [vectorTurn as unknown as Kernel, vectorTurnCase],
];
