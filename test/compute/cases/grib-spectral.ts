import type { KernelCase } from '../kernel-cases.js';

const lanes = 5;

type Made = ReturnType<KernelCase['make']>;

/** Multiples of 2^-10 within +-256, times powers of two: exact in f32 products. */
function reals(count: number, random: () => number): Float64Array {
  return Float64Array.from({ length: count }, () => Math.round((random() - 0.5) * 2 ** 12) / 2 ** 4);
}

/** The greatest truncation with about so many coefficients. */
const truncationOf = (pairs: number): number => Math.max(0, Math.floor(Math.sqrt(2 * pairs)) - 1);

/** A lane in simple packing, then complex ones with a subset of one coefficient, a small, a large one, and of everything. */
export function expandCase(points: number, random: () => number): Made {
  const truncation = truncationOf(points);
  const pairs = ((truncation + 1) * (truncation + 2)) / 2;
  const subs = [0, 1, Math.min(4, truncation + 1), Math.max(1, truncation), truncation + 1];
  const laneTable = new Uint32Array(lanes * 3);
  let floats = 0;
  for (const [lane, sub] of subs.entries()) {
    laneTable.set([sub, sub === 0 ? 1 : 0, floats], lane * 3);
    floats += sub === 0 ? 1 : sub * (sub + 1);
  }
  const factors = Float64Array.from({ length: lanes * (truncation + 1) * 2 }, (_, i) => (i % 2 === 0 ? 2 ** -(i % 9) : 0));
  return {
    inputs: {
      pairs,
      lanes,
      truncation,
      coded: reals(2 * pairs * lanes, random),
      unpacked: reals(floats, random),
      laneTable,
      factors,
    },
    outputs: { values: 2 * pairs * lanes },
  };
}

/** Lanes 1, 3 and 4 of five are packed; a subset of `sub` - 1 stays, or with `lead` the first number. */
export function flattenCase(sub: number, lead: 0 | 1): KernelCase['make'] {
  return (points, random) => {
    const truncation = truncationOf(points);
    const pairs = ((truncation + 1) * (truncation + 2)) / 2;
    const own = Math.min(sub, truncation + 1);
    const codedLanes = 3;
    const count = 2 * pairs - (lead === 1 ? 1 : own * (own + 1));
    const factors = Float64Array.from({ length: codedLanes * (truncation + 1) }, (_, i) => 2 ** (i % 9));
    return {
      inputs: {
        pairs,
        lanes,
        codedLanes,
        truncation,
        sub: own,
        lead,
        values: reals(2 * pairs * lanes, random),
        laneTable: Uint32Array.of(1, 3, 4),
        factors,
      },
      outputs: { coded: count * codedLanes },
    };
  };
}

export function normsCase(points: number, random: () => number): Made {
  const rows = truncationOf(points) + 1;
  return { inputs: { rows, lanes, values: reals(rows * (rows + 1) * lanes, random) }, outputs: { norms: rows * lanes } };
}
