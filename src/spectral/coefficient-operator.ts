import { type Field, type Grid, spectralGrid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { combine, noCoefficient } from './combine.js';
import { checkSpectral, checkTruncation, coefficientCount, coefficientIndex } from './triangle.js';

/** What one coefficient of the result takes: (real + i imaginary) times its own, and real shares of n - 1 and n + 1. */
export interface Factors {
  readonly real?: number;
  readonly imaginary?: number;
  readonly below?: number;
  readonly above?: number;
}

/** A linear operator on spectral coefficients that joins neighbouring n. Its tables stay on the device until `release`. */
export interface CoefficientOperator {
  readonly source: Grid;
  readonly target: Grid;
  /** Records the operator; `beside` gives the neighbours where it is another field than the one itself. */
  apply<Layer>(pass: Pass, field: Field<Layer>, beside?: Field): Field<Layer>;
  release(): void;
}

/** The operator that takes a field of truncation `from` to `to`, with these factors for every (m, n). */
export async function coefficientOperator(
  engine: Engine,
  from: number,
  to: number,
  factorsOf: (m: number, n: number) => Factors,
): Promise<CoefficientOperator> {
  checkTruncation(from);
  checkTruncation(to);
  const source = spectralGrid(from);
  const target = spectralGrid(to);
  const coefficients = coefficientCount(to);
  const tables = tablesOf(from, to, factorsOf);
  const neighbour = await engine.upload('u32', tables.neighbour);
  const factor = await engine.upload('f32', tables.factor);
  return {
    source,
    target,
    apply(pass, field, beside = field) {
      checkSpectral(field, from);
      checkSpectral(beside, from);
      const tiles = field.tiles.map(({ values, firstLayer, lanes }, index) => {
        const other = besideOf(beside, index, firstLayer, lanes);
        const combined = pass.allocate('f32', target.points * lanes);
        pass.run(combine, { coefficients, lanes, neighbour, factor, same: values, beside: other, combined });
        return { values: combined, firstLayer, lanes };
      });
      return { grid: target, layers: field.layers, tiles, mayBeMissing: false };
    },
    release() {
      neighbour.release();
      factor.release();
    },
  };
}

function besideOf(beside: Field, index: number, firstLayer: number, lanes: number): DeviceArray<'f32'> {
  const tile = beside.tiles[index];
  if (tile !== undefined && tile.firstLayer === firstLayer && tile.lanes === lanes) return tile.values;
  throw new DteError(
    'input.field',
    `the second field of a pair has ${beside.layers.length} layers in tiles that do not match those of the first`,
    {
      hint: 'give both fields the same layers in the same order',
    },
  );
}

function tablesOf(
  from: number,
  to: number,
  factorsOf: (m: number, n: number) => Factors,
): { readonly neighbour: Uint32Array; readonly factor: Float64Array } {
  const neighbour = new Uint32Array(3 * coefficientCount(to)).fill(noCoefficient);
  const factor = new Float64Array(4 * coefficientCount(to));
  let at = 0;
  for (let m = 0; m <= to; m++) {
    for (let n = m; n <= to; n++, at++) {
      const { real = 0, imaginary = 0, below = 0, above = 0 } = factorsOf(m, n);
      factor.set([real, imaginary, below, above], 4 * at);
      if (n > m && n - 1 <= from && below !== 0) neighbour[3 * at] = coefficientIndex(from, m, n - 1);
      if (n <= from && (real !== 0 || imaginary !== 0)) neighbour[3 * at + 1] = coefficientIndex(from, m, n);
      if (n + 1 <= from && above !== 0) neighbour[3 * at + 2] = coefficientIndex(from, m, n + 1);
    }
  }
  return { neighbour, factor };
}
