import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Grid, gridFromSpec } from '../../src/atlas/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type Matrix, prepareWeights, readNpz, type WeightsOptions } from '../../src/regrid/index.js';

const directory = join('..', 'shared', 'data', 'regrid', 'db');

/** False, or why the tests against the published matrices are left out. */
export const referenceAbsent: string | false = existsSync(join(directory, 'index.json'))
  ? false
  : 'skipped: the earthkit-regrid matrices are not at ../shared/data/regrid/db';

export interface MatrixPair {
  readonly name: string;
  readonly source: Grid;
  readonly target: Grid;
  readonly expected: Matrix;
  readonly ours: Matrix;
}

interface IndexEntry {
  readonly input: { readonly grid: string | readonly [number, number]; readonly ordering?: string };
  readonly output: { readonly grid: string | readonly [number, number] };
  readonly interpolation: { readonly method: string };
}

/**
 * Matrices "mir 16" published with earthkit-regrid, for the inputs 5x5 degrees, O32, N32, H4 ring and nested and the output
 * 10x10 degrees, beside ours. Left out: eORCA025_T, whose coordinates are not published with it.
 */
export async function matrixPairs(method: string, options: WeightsOptions = {}): Promise<readonly MatrixPair[]> {
  const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')) as { matrix: Record<string, IndexEntry> };
  const pairs: MatrixPair[] = [];
  for (const [hash, { input, output, interpolation }] of Object.entries(index.matrix)) {
    const { grid, ordering } = input;
    const name = `${String(grid)}${ordering === undefined ? '' : ` ${ordering}`}`;
    if (interpolation.method !== method || !['5,5', 'O32', 'N32', 'H4 ring', 'H4 nested'].includes(name)) continue;
    const source = gridFromSpec(ordering === undefined ? { grid } : { grid, order: ordering });
    const target = gridFromSpec({ grid: output.grid });
    const expected = readNpz(readFileSync(join(directory, `mir_16_${method}`, `${hash}.npz`)));
    pairs.push({ name, source, target, expected, ours: await prepareWeights(nodeContext(), source, target, { ...options, method }) });
  }
  return pairs;
}

export function rowOf(
  { rowStart, column, weight }: Matrix,
  row: number,
): { readonly columns: readonly number[]; readonly weights: readonly number[] } {
  return {
    columns: [...column.subarray(rowStart[row], rowStart[row + 1])],
    weights: [...weight.subarray(rowStart[row], rowStart[row + 1])],
  };
}

/** Rows of two matrices that differ in a column, or in a weight by more than `tolerance`. */
export function differingRows(a: Matrix, b: Matrix, tolerance: number): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < Math.max(a.rows, b.rows); row++) {
    const x = rowOf(a, row);
    const y = rowOf(b, row);
    const same = x.columns.join() === y.columns.join() && x.weights.every((weight, k) => Math.abs(weight - y.weights[k]) <= tolerance);
    if (!same) rows.push(row);
  }
  return rows;
}

/** Unit vectors of the points of a grid. */
export function unitVectors(grid: Grid): { readonly x: Float64Array; readonly y: Float64Array; readonly z: Float64Array } {
  const { lat, lon } = grid.coordinates();
  const radians = Math.PI / 180;
  return {
    x: lat.map((value, point) => Math.cos(value * radians) * Math.cos(lon[point] * radians)),
    y: lat.map((value, point) => Math.cos(value * radians) * Math.sin(lon[point] * radians)),
    z: lat.map((value) => Math.sin(value * radians)),
  };
}

/** Points that are uniform on the sphere, from a seeded generator. */
export function randomPoints(count: number, random: () => number): { readonly lat: Float64Array; readonly lon: Float64Array } {
  return {
    lat: Float64Array.from({ length: count }, () => (Math.asin(2 * random() - 1) * 180) / Math.PI),
    lon: Float64Array.from({ length: count }, () => 360 * random() - 180),
  };
}
