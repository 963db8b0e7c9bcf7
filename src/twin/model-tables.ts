import type { Grid } from '../atlas/index.js';
import type { DeviceArray, Engine } from '../compute/index.js';
import { coefficientCount, coefficientIndex, epsilon } from '../spectral/index.js';
import { type Diffusion, radius, type ShallowWaterCase } from './cases/index.js';
import { noCoefficient } from './components.js';
import { type LinearPart, type SchemeName, schemeTables } from './time-scheme.js';

/** What the kernels of a step read beside the state. */
export interface ModelTables {
  readonly neighbour: DeviceArray<'u32'>;
  readonly windFactor: DeviceArray<'f32'>;
  readonly place: DeviceArray<'u32'>;
  /** One for each stage: factors of derivatives, then matrices. */
  readonly stageFactors: readonly DeviceArray<'f32'>[];
  readonly schemeAt: number;
  /** `[points, 3]` */
  readonly geometry: DeviceArray<'f32'>;
  release(): void;
}

export interface ModelProblem {
  readonly shallowWater: ShallowWaterCase;
  readonly truncation: number;
  readonly grid: Grid;
  readonly seconds: number;
  readonly scheme: SchemeName;
  readonly diffusion: Diffusion | undefined;
}

export async function modelTables(engine: Engine, problem: ModelProblem): Promise<ModelTables> {
  const { truncation } = problem;
  const derivatives = derivativeFactors(truncation);
  const stages = schemeTables({ truncation, seconds: problem.seconds, linearOf: linearPart(problem) });
  const uploads = {
    neighbour: await engine.upload('u32', neighbours(truncation)),
    windFactor: await engine.upload('f32', windFactors(truncation)),
    place: await engine.upload('u32', places(truncation)),
    geometry: await engine.upload('f32', geometryOf(problem)),
  };
  const stageFactors: DeviceArray<'f32'>[] = [];
  for (const matrices of stages) stageFactors.push(await engine.upload('f32', joined(derivatives, matrices)));
  return {
    ...uploads,
    stageFactors,
    schemeAt: derivatives.length,
    release() {
      for (const array of [...Object.values(uploads), ...stageFactors]) array.release();
    },
  };
}

function joined(one: Float64Array, other: Float64Array): Float64Array {
  const both = new Float64Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/**
 * 1/s: (n (n + 1) - 2) / a^2 to the power of the order, of all three fields alike. The 2 leaves solid rotation alone, as the Laplacian of
 * a vector does, and with it the angular momentum.
 */
export function dampingOf(n: number, diffusion: Diffusion | undefined): number {
  if (diffusion === undefined) return 0;
  return diffusion.coefficient * (Math.max(0, n * (n + 1) - 2) / (radius * radius)) ** diffusion.order;
}

/** The explicit scheme has gravity waves among its products. */
function linearPart({ scheme, diffusion, shallowWater: { meanPhi } }: ModelProblem): (n: number) => LinearPart {
  return (n) => {
    const damping = dampingOf(n, diffusion);
    return scheme === 'explicit' ? { laplacian: 0, damping, meanPhi } : { laplacian: (n * (n + 1)) / (radius * radius), damping, meanPhi };
  };
}

function forCoefficients(truncation: number, use: (m: number, n: number, index: number) => void): void {
  for (let m = 0, index = 0; m <= truncation; m++) for (let n = m; n <= truncation; n++, index++) use(m, n, index);
}

/** For (m, n) of truncation T + 1 the places of n - 1, n, n + 1 in truncation T. `[coefficients, 3]` */
function neighbours(truncation: number): Uint32Array {
  const table = new Uint32Array(3 * coefficientCount(truncation + 1)).fill(noCoefficient);
  forCoefficients(truncation + 1, (m, n, index) => {
    for (let offset = -1; offset <= 1; offset++) {
      const other = n + offset;
      if (other >= m && other <= truncation) table[3 * index + 1 + offset] = coefficientIndex(truncation, m, other);
    }
  });
  return table;
}

function windFactors(truncation: number): Float64Array {
  const table = new Float64Array(3 * coefficientCount(truncation + 1));
  forCoefficients(truncation + 1, (m, n, index) => {
    const along = n === 0 ? 0 : (m * radius) / (n * (n + 1));
    const below = n === 0 ? 0 : (radius * epsilon(n, m)) / n;
    table.set([along, below, (radius * epsilon(n + 1, m)) / (n + 1)], 3 * index);
  });
  return table;
}

/** For (m, n) of truncation T its place in truncation T + 1, and n. `[coefficients, 2]` */
function places(truncation: number): Uint32Array {
  const table = new Uint32Array(2 * coefficientCount(truncation));
  forCoefficients(truncation, (m, n, index) => table.set([coefficientIndex(truncation + 1, m, n), n], 2 * index));
  return table;
}

function derivativeFactors(truncation: number): Float64Array {
  const table = new Float64Array(4 * coefficientCount(truncation));
  forCoefficients(truncation, (m, n, index) => {
    const below = n === 0 ? 0 : ((n + 1) * epsilon(n, m)) / radius;
    table.set([m / radius, below, (n * epsilon(n + 1, m)) / radius, (n * (n + 1)) / (radius * radius)], 4 * index);
  });
  return table;
}

function geometryOf({ grid, shallowWater }: ModelProblem): Float64Array {
  const { lat, lon } = grid.coordinates();
  const table = new Float64Array(3 * grid.points);
  for (let point = 0; point < grid.points; point++) {
    const [y, x] = [lat[point] as number, lon[point] as number];
    const cosine = Math.cos((y * Math.PI) / 180);
    table.set([shallowWater.coriolis(y, x), 1 / (cosine * cosine), shallowWater.ground?.(y, x) ?? 0], 3 * point);
  }
  return table;
}
