import { type Field, type Grid, releaseField } from '../atlas/index.js';
import type { Engine } from '../compute/index.js';
import { coefficientCount, prepareAnalysis, prepareWindAnalysis } from '../spectral/index.js';
import { radius, type ShallowWaterCase } from './cases/index.js';
import { perturbationOf } from './perturbation.js';

/** Spectral vorticity, divergence and geopotential perturbation of one member on the host, `[3, coefficients, 2]`, and what its values reach. */
export interface InitialState {
  readonly coefficients: Float64Array;
  /** m/s */
  readonly greatestWind: number;
  /** m^2/s^2 */
  readonly greatestPhi: number;
}

/** The initial state of a case: its values at the points of the grid, analysed on the device. */
export async function initialState(engine: Engine, shallowWater: ShallowWaterCase, grid: Grid, truncation: number): Promise<InitialState> {
  const { u, v, phi, ...reached } = valuesAt(shallowWater, grid);
  const windAnalysis = await prepareWindAnalysis(engine, grid, truncation, { radius });
  const analysis = await prepareAnalysis(engine, grid, truncation);
  const fields = await engine.run((pass) => {
    const field = (values: Float64Array): Field<number> => ({
      grid,
      layers: [0],
      tiles: [{ values: pass.upload('f32', values), firstLayer: 0, lanes: 1 }],
      mayBeMissing: false,
    });
    const { vorticity, divergence } = windAnalysis.apply(pass, field(u), field(v));
    return [vorticity, divergence, analysis.apply(pass, field(phi))];
  });
  const tiles = await engine.read(...fields.map(({ tiles: [tile] }) => (tile as NonNullable<typeof tile>).values));
  const size = 2 * coefficientCount(truncation);
  const coefficients = new Float64Array(3 * size);
  for (const [index, values] of tiles.entries()) coefficients.set(values, index * size);
  for (const part of [windAnalysis, analysis]) part.release();
  for (const field of fields) releaseField(field);
  return { coefficients, ...reached };
}

interface Values extends Omit<InitialState, 'coefficients'> {
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Less its mean. */
  readonly phi: Float64Array;
}

function valuesAt(shallowWater: ShallowWaterCase, grid: Grid): Values {
  const { lat, lon } = grid.coordinates();
  const [u, v, phi] = [new Float64Array(grid.points), new Float64Array(grid.points), new Float64Array(grid.points)];
  let greatestWind = 0;
  let greatestPhi = Number.NEGATIVE_INFINITY;
  for (let point = 0; point < grid.points; point++) {
    const [y, x] = [lat[point] as number, lon[point] as number];
    const values = shallowWater.initial(y, x);
    u[point] = values.u;
    v[point] = values.v;
    phi[point] = values.phi - shallowWater.meanPhi;
    greatestWind = Math.max(greatestWind, Math.hypot(values.u, values.v));
    greatestPhi = Math.max(greatestPhi, values.phi);
  }
  return { u, v, phi, greatestWind, greatestPhi };
}

export interface EnsembleOptions {
  readonly truncation: number;
  readonly seed: number;
  /** m/s */
  readonly perturbation: number;
}

/** States of members `first` to `first + count - 1`, `[3 count, coefficients, 2]`; member 0 is the state itself. */
export function memberStates(state: InitialState, first: number, count: number, options: EnsembleOptions): Float64Array {
  const { truncation, seed, perturbation } = options;
  const size = 2 * coefficientCount(truncation);
  const states = new Float64Array(3 * count * size);
  for (let member = 0; member < count; member++) {
    for (let field = 0; field < 3; field++) {
      states.set(state.coefficients.subarray(field * size, (field + 1) * size), (field * count + member) * size);
    }
    if (first + member === 0 || perturbation === 0) continue;
    const { vorticity, phi } = perturbationOf(truncation, seed, first + member, perturbation);
    add(states, member * size, vorticity);
    add(states, (2 * count + member) * size, phi);
  }
  return states;
}

function add(target: Float64Array, start: number, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) target[start + i] = (target[start + i] as number) + (values[i] as number);
}
