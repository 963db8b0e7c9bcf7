import { gaussianWeights, type Grid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { gravity, type ShallowWaterCase } from './cases/index.js';
import type { ModelProblem } from './model-tables.js';
import { type GridState, lanesOf, type Model } from './model.js';
import { rowPlaces, rowReals, rowSums } from './row-sums.js';

/** A value and where it is, degrees. */
export interface Extremum {
  readonly value: number;
  readonly lat: number;
  readonly lon: number;
}

/** Integrals over the sphere, by area, and extremes of one member. */
export interface Diagnostics {
  /** Of the member; 0 is not perturbed. */
  readonly number: number;
  readonly timeSeconds: number;
  /** Mean depth, m. */
  readonly mass: number;
  /** Mean of depth times kinetic energy, plus potential energy, m^3/s^2. */
  readonly energy: number;
  /** The same less what the layer has at rest: what can change. */
  readonly availableEnergy: number;
  /** Mean of (vo + f)^2 / (2 depth), 1/(m s^2). */
  readonly potentialEnstrophy: number;
  /** m/s */
  readonly greatestWind: number;
  /** Relative vorticity, 1/s. */
  readonly leastVorticity: Extremum;
  readonly greatestVorticity: Extremum;
}

/** What a row sum needs beside the state. */
export interface RowTables {
  readonly rowStart: DeviceArray<'u32'>;
  readonly rows: number;
  /** Half the Gaussian weights: their sum is 1. */
  readonly shares: Float64Array;
  readonly coordinates: ReturnType<Grid['coordinates']>;
  /** Means of the ground's geopotential and of its square. */
  readonly ground: number;
  readonly groundSquare: number;
  release(): void;
}

export async function rowTables(engine: Engine, { grid, shallowWater }: ModelProblem): Promise<RowTables> {
  const counts = grid.rows?.counts ?? new Int32Array(0);
  const starts = new Uint32Array(counts.length + 1);
  for (let row = 0; row < counts.length; row++) starts[row + 1] = (starts[row] as number) + (counts[row] as number);
  const shares = gaussianWeights(grid.gaussianNumber ?? 1).map((weight) => weight / 2);
  const coordinates = grid.coordinates();
  const meanOf = (power: number): number => groundMean(shallowWater, coordinates, starts, shares, power);
  const rowStart = await engine.upload('u32', starts);
  return {
    rowStart,
    rows: counts.length,
    ...{ shares, coordinates, ground: meanOf(1), groundSquare: meanOf(2) },
    release: () => rowStart.release(),
  };
}

/** Mean over the sphere of a power of the ground's geopotential. */
function groundMean(
  { ground }: ShallowWaterCase,
  { lat, lon }: ReturnType<Grid['coordinates']>,
  starts: Uint32Array,
  shares: Float64Array,
  power: number,
): number {
  if (ground === undefined) return 0;
  let mean = 0;
  for (let row = 0; row < shares.length; row++) {
    const [first, last] = [starts[row] as number, starts[row + 1] as number];
    let sum = 0;
    for (let point = first; point < last; point++) sum += ground(lat[point] as number, lon[point] as number) ** power;
    mean += ((shares[row] as number) * sum) / (last - first);
  }
  return mean;
}

/** Sums of every row and member on the device. */
export interface RowSums {
  readonly sums: DeviceArray<'f32'>;
  readonly places: DeviceArray<'u32'>;
  readonly members: number;
}

export function recordRowSums(pass: Pass, model: Model, tables: RowTables, state: GridState): RowSums {
  const { rows, rowStart } = tables;
  const { members } = state;
  const [u, v, vorticity, phi] = [lanesOf(state, 'u'), lanesOf(state, 'v'), lanesOf(state, 'vorticity'), lanesOf(state, 'phi')];
  const sums = pass.allocate('f32', rows * members * rowReals);
  const places = pass.allocate('u32', rows * members * rowPlaces);
  pass.run(rowSums, {
    ...{ rows, members, stride: u.stride, uAt: u.at, vAt: v.at, vorticityAt: vorticity.at, phiAt: phi.at },
    ...{ meanPhi: model.problem.shallowWater.meanPhi, rowStart, geometry: model.tables.geometry },
    ...{ u: u.values, v: v.values, vorticity: vorticity.values, phi: phi.values, sums, places },
  });
  return { sums, places, members };
}

/** One group of members, of which the first has number `firstNumber`. */
export interface ReadSums {
  readonly sums: Float32Array | Float64Array;
  readonly places: Uint32Array;
  readonly members: number;
  readonly firstNumber: number;
}

/** Diagnostics of a group's members. `limit.range` where the model has left the numbers. */
export function diagnosticsOf(model: Model, tables: RowTables, read: ReadSums, timeSeconds: number): readonly Diagnostics[] {
  return Array.from({ length: read.members }, (_, member) => {
    const found = memberDiagnostics(model, tables, read, member, timeSeconds);
    if (Number.isFinite(found.energy) && Number.isFinite(found.greatestWind)) return found;
    throw new DteError('limit.range', `member ${found.number} is not finite after ${timeSeconds} s: the model has become unstable`, {
      hint: `choose a time step below ${model.problem.seconds} s, more diffusion, or a smaller perturbation`,
      where: { option: 'stepSeconds' },
    });
  });
}

function memberDiagnostics(model: Model, tables: RowTables, read: ReadSums, member: number, timeSeconds: number): Diagnostics {
  const { meanPhi } = model.problem.shallowWater;
  const { rows, shares } = tables;
  const real = (row: number, index: number): number => read.sums[(row * read.members + member) * rowReals + index] as number;
  const mean = (index: number): number => shares.reduce((sum, share, row) => sum + share * real(row, index), 0);
  const rowOf = (isBetter: (row: number, best: number) => boolean): number => {
    let best = 0;
    for (let row = 1; row < rows; row++) if (isBetter(row, best)) best = row;
    return best;
  };
  const extremum = (row: number, index: 0 | 1): Extremum => {
    const point = read.places[(row * read.members + member) * rowPlaces + index] as number;
    const { lat, lon } = tables.coordinates;
    return { value: real(row, 4 + index), lat: lat[point] as number, lon: lon[point] as number };
  };
  const phi = mean(0);
  const energy = mean(1);
  return {
    number: read.firstNumber + member,
    timeSeconds,
    mass: (meanPhi + phi - tables.ground) / gravity,
    energy: (energy + (meanPhi * meanPhi - tables.groundSquare) / 2) / gravity,
    // With the same volume at rest, phi is everywhere its mean.
    availableEnergy: (energy - phi * (meanPhi + phi / 2)) / gravity,
    potentialEnstrophy: gravity * mean(2),
    greatestWind: Math.sqrt(Array.from({ length: rows }, (_, row) => real(row, 3)).reduce((most, value) => Math.max(most, value), 0)),
    leastVorticity: extremum(
      rowOf((row, best) => real(row, 4) < real(best, 4)),
      0,
    ),
    greatestVorticity: extremum(
      rowOf((row, best) => real(row, 5) > real(best, 5)),
      1,
    ),
  };
}
