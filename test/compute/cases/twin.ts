import { advance, schemeReals } from '../../../src/twin/advance.js';
import { components, noCoefficient } from '../../../src/twin/components.js';
import { products } from '../../../src/twin/products.js';
import { rowSums } from '../../../src/twin/row-sums.js';
import type { Kernel } from '../../../src/compute/index.js';
import type { KernelCase } from '../kernel-cases.js';

type Made = ReturnType<KernelCase['make']>;
type Random = () => number;

const members = 4;

/** Multiples of 2^-10 within +-1. */
function reals(count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, () => Math.round((random() - 0.5) * 2 ** 11) / 2 ** 10);
}

function integers(count: number, random: Random, below: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => Math.floor(random() * below));
}

function componentsCase(coefficients: number, random: Random): Made {
  const sourceCoefficients = coefficients + 2;
  const neighbour = integers(3 * coefficients, random, sourceCoefficients).map((place) => (random() < 0.2 ? noCoefficient : place));
  return {
    inputs: {
      ...{ coefficients, members, sourceCoefficients, neighbour },
      ...{ factor: reals(3 * coefficients, random), state: reals(6 * members * sourceCoefficients, random) },
    },
    outputs: { component: 8 * members * coefficients, mean: 4 * members },
  };
}

/** Coriolis parameter, 1 / cos^2, surface. */
function geometry(points: number, random: Random): Float64Array {
  return reals(3 * points, random).map((value, index) => (index % 3 === 1 ? 1.5 + value / 2 : value));
}

/** Lanes of four fields of four members: two in a tile. */
function gridFields(points: number, random: Random): Made['inputs'] {
  const [first, second] = [reals(8 * points, random), reals(8 * points, random)];
  return { stride: 8, uAt: 0, vAt: 4, vorticityAt: 0, phiAt: 4, u: first, v: first, vorticity: second, phi: second, meanPhi: 4 };
}

/** The last of three tiles has four of the twenty layers; the first two have the products. */
function productsCase(firstLayer: number, lanes: number): KernelCase['make'] {
  return (points, random) => ({
    inputs: { points, lanes, members, firstLayer, phiShare: 0.5, ...gridFields(points, random), geometry: geometry(points, random) },
    outputs: { product: points * lanes },
  });
}

function advanceCase(coefficients: number, random: Random): Made {
  const productCoefficients = coefficients + 2;
  const place = integers(2 * coefficients, random, 4).map((n, index) =>
    index % 2 === 1 ? n : Math.floor(random() * (productCoefficients - 1)),
  );
  const state = (): Float64Array => reals(6 * members * coefficients, random);
  return {
    inputs: {
      ...{ coefficients, members, productCoefficients, schemeAt: 4 * coefficients, middleShare: 1, place },
      ...{ product: reals(10 * members * productCoefficients, random), factor: reals(4 * coefficients + 4 * schemeReals, random) },
      ...{ base: state(), first: state(), middle: state() },
    },
    outputs: { tendency: 6 * members * coefficients, advanced: 6 * members * coefficients },
  };
}

/** Rows of 1 to 40 points: of one portion and of two. */
function rowSumsCase(rows: number, random: Random): Made {
  const rowStart = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) rowStart[row + 1] = (rowStart[row] as number) + 1 + Math.floor(40 * random());
  const points = rowStart[rows] as number;
  return {
    inputs: { rows, members, rowStart, ...gridFields(points, random), geometry: geometry(points, random) },
    outputs: { sums: 6 * rows * members, places: 2 * rows * members },
  };
}

const entry = <K>(kernel: K, make: KernelCase['make']): KernelCase => ({ kernel: kernel as Kernel, make });

export const twinCases: readonly KernelCase[] = [
  entry(components, componentsCase),
  entry(products, productsCase(0, 8)),
  entry(products, productsCase(16, 4)),
  entry(advance, advanceCase),
  entry(rowSums, rowSumsCase),
];
