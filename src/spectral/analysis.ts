import { type Field, gaussianWeights, type Grid, maxLanes, type Rows, spectralGrid, type Tile, tileLayout } from '../atlas/index.js';
import { assert, DteError } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { fourierAnalysis } from './fourier-analysis.js';
import { lanesTogether } from './lanes-together.js';
import { type LayersApart, tooManyLayers } from './layers-apart.js';
import { legendreAnalysis } from './legendre-analysis.js';
import { groupsAtOnce, paddedWidth, type TransformTables, transformTables } from './legendre-table.js';
import { lostWaves } from './lost-waves.js';
import { checkTruncation, nameOf } from './triangle.js';

export interface AnalysisOptions {
  /** Divide the values by the cosine of latitude: for the components of vectors. Default false. */
  readonly perCosine?: boolean;
}

/** Takes values on a Gaussian grid to spectral coefficients. Its tables stay on the device until `release`. */
export interface Analysis {
  readonly grid: Grid;
  readonly truncation: number;
  /** Records the transform of a field without missing values; layers keep what they are. */
  apply<Layer>(pass: Pass, field: Field<Layer>): Field<Layer>;
  /**
   * As `apply`, without taking the layers of tiles together: one set of dispatches for all. Means are left among the coefficients.
   * `limit.binding` where they are too many.
   */
  applyApart(pass: Pass, tiles: readonly Tile[]): LayersApart;
  /** How many layers `applyApart` takes on a device that binds so many octets. */
  mostApart(maxBindingBytes: number): number;
  release(): void;
}

/**
 * Prepares the transform of a global Gaussian grid to spectral coefficients: Gaussian quadrature over latitudes, which is exact for
 * what the truncation holds. Errors: `unsupported.grid` for other grids, `input.option` for a truncation above what
 * the grid can tell apart.
 */
export async function prepareAnalysis(engine: Engine, grid: Grid, truncation: number, options: AnalysisOptions = {}): Promise<Analysis> {
  checkTruncation(truncation);
  const { perCosine = false } = options;
  const { rows, gaussianNumber } = gaussianRows(grid);
  // Integrated by parts, components of vectors need one degree more than what comes of them.
  checkAnalysis(grid, perCosine ? truncation - 1 : truncation);
  const tables = await transformTables(engine, truncation, rows, { perCosine, carried: carriedBack });
  const weight = await engine.upload(
    'f32',
    gaussianWeights(gaussianNumber).map((value) => value / 2),
  );
  const target = spectralGrid(truncation);
  return {
    grid,
    truncation,
    apply(pass, field) {
      checkField(field, grid);
      return { grid: target, layers: field.layers, tiles: analysed(pass, tables, weight, field, !perCosine), mayBeMissing: false };
    },
    applyApart(pass, tiles) {
      const width = paddedWidth(tables, tiles[0]?.lanes ?? 1);
      const areFull = tiles.slice(0, -1).every((tile) => tile.lanes === width);
      assert(areFull, 'every tile but the last fills its group');
      if (tiles.length > groupsAtOnce(pass, tables, target.points, width)) throw tooManyLayers(maxLanes * tiles.length, grid);
      return apartBatch(pass, tables, weight, tiles, false);
    },
    mostApart(maxBindingBytes) {
      const lanes = tileLayout(grid.points, maxLanes, maxBindingBytes)[0]?.[1] ?? 1;
      return lanes * groupsAtOnce({ maxBindingBytes }, tables, target.points, paddedWidth(tables, lanes));
    },
    release() {
      tables.release();
      weight.release();
    },
  };
}

/** The rows of a global Gaussian grid. */
function gaussianRows(grid: Grid): { readonly rows: Rows; readonly gaussianNumber: number } {
  const { rows, gaussianNumber } = grid;
  if (rows !== undefined && gaussianNumber !== undefined && rows.lats.length === 2 * gaussianNumber && rows.periodic) {
    return { rows, gaussianNumber };
  }
  throw new DteError('unsupported.grid', `${nameOf(grid)} is not a global Gaussian grid, which spectral analysis needs`, {
    hint: 'interpolate to a Gaussian grid first',
  });
}

/**
 * The part of a wave's amplitude that reduced rows may be unable to carry. Classic grids lose up to 0.17 of it at their nominal
 * truncation 2 N - 1 (N1600), octahedral ones 0.22, but 1e-5 at theirs, N - 1.
 */
const mostLost = 0.18;

/** Throws `input.option` unless the grid tells the waves of the truncation apart. */
export function checkAnalysis(grid: Grid, truncation: number): void {
  const { rows, gaussianNumber } = gaussianRows(grid);
  const longest = rows.counts.reduce((most, count) => Math.max(most, count), 0);
  const fits = (T: number): boolean => lostWaves(T, rows, carriedBack) <= mostLost * Math.sqrt(2 * T + 1);
  let highest = Math.min(2 * gaussianNumber - 1, carriedBack(longest) - 1);
  if (truncation <= highest && fits(truncation)) return;
  let low = 0;
  while (low < highest) {
    const middle = Math.ceil((low + highest) / 2);
    if (fits(middle)) low = middle;
    else highest = middle - 1;
  }
  throw new DteError('input.option', `truncation ${truncation} is above what ${nameOf(grid)} supports, ${highest}`, {
    hint: `give a truncation up to ${highest}, or a finer grid`,
    where: { option: 'truncation' },
  });
}

/** Wavenumbers that analysis finds on a circle of so many points: the one at half their number has no phase. */
function carriedBack(length: number): number {
  return Math.floor((length - 1) / 2) + 1;
}

function checkField(field: Field, grid: Grid): void {
  if (field.grid.hash !== grid.hash) {
    throw new DteError('input.field', `the field is on ${nameOf(field.grid)}, the analysis is for ${nameOf(grid)}`);
  }
  if (field.mayBeMissing) {
    throw new DteError('input.field', `a field on ${nameOf(grid)} may have missing values, which spectral analysis cannot take`, {
      hint: 'fill the missing values first',
    });
  }
}

/** The analysed layers, in tiles of the field's own width where the device can bind them. */
function analysed(pass: Pass, tables: TransformTables, weight: DeviceArray<'f32'>, field: Field, takeMean: boolean): Tile[] {
  const points = (tables.truncation + 1) * (tables.truncation + 2);
  const width = paddedWidth(tables, field.tiles[0]?.lanes ?? 1);
  // Lanes are counted through only where every tile but the last fills its group.
  const areFull = field.tiles.slice(0, -1).every((tile) => tile.lanes === width);
  const groups = areFull ? groupsAtOnce(pass, tables, points, width) : 1;
  const tiles: Tile[] = [];
  for (let first = 0; first < field.tiles.length; first += groups) {
    const batch = field.tiles.slice(first, first + groups);
    tiles.push(...analysedBatch(pass, tables, weight, batch, takeMean));
  }
  return tiles;
}

function analysedBatch(pass: Pass, tables: TransformTables, weight: DeviceArray<'f32'>, batch: readonly Tile[], takeMean: boolean): Tile[] {
  const { coefficients, mean, layers: lanes } = apartBatch(pass, tables, weight, batch, takeMean);
  const points = (tables.truncation + 1) * (tables.truncation + 2);
  return together(pass, coefficients, mean, { points, lanes, firstLayer: batch[0]?.firstLayer ?? 0 });
}

function apartBatch(
  pass: Pass,
  tables: TransformTables,
  weight: DeviceArray<'f32'>,
  batch: readonly Tile[],
  takeMean: boolean,
): LayersApart {
  const { truncation, fourier: plan } = tables;
  const points = (truncation + 1) * (truncation + 2);
  const width = paddedWidth(tables, batch[0]?.lanes ?? 1);
  const lanes = batch.reduce((sum, tile) => sum + tile.lanes, 0);
  const fourier = pass.allocate('f32', batch.length * 2 * plan.complexes * width);
  const mean = pass.allocate('f32', batch.length * width);
  for (const [group, tile] of batch.entries()) {
    pass.run(fourierAnalysis, {
      ...{ rows: tables.rows, mostHeld: plan.mostHeld, longestCircle: plan.longestCircle, lanes: tile.lanes, width, group },
      ...{ complexes: plan.complexes, takeMean: takeMean ? 1 : 0, plan: tables.rowPlan, root: tables.root, weight, values: tile.values },
      ...{ fourier, mean },
    });
  }
  const coefficient = pass.allocate('f32', points * lanes);
  if (tables.wavenumbers <= truncation) pass.clear(coefficient);
  for (const block of tables.blocks) {
    const { wavenumbers, firstWavenumber, wavenumbersAt, plan: tasks, start, segmentsAt, placesAt, restAt } = block;
    pass.run(legendreAnalysis, {
      ...{
        wavenumbers,
        lanes,
        width,
        truncation,
        points,
        complexes: plan.complexes,
        firstWavenumber,
        segmentsAt,
        placesAt,
        wavenumbersAt,
        restAt,
      },
      ...{ plan: tasks, start, sine: tables.sine, factor: tables.factor, fourier, coefficient },
    });
  }
  return { coefficients: coefficient, mean, layers: lanes };
}

interface Range {
  readonly points: number;
  readonly lanes: number;
  readonly firstLayer: number;
}

function together(pass: Pass, apart: DeviceArray<'f32'>, mean: DeviceArray<'f32'>, { points, lanes, firstLayer }: Range): Tile[] {
  return tileLayout(points, lanes, pass.maxBindingBytes).map(([firstApart, count]) => {
    const values = pass.allocate('f32', points * count);
    pass.run(lanesTogether, { points, lanes: count, lanesApart: lanes, firstApart, apart, mean, together: values });
    return { values, firstLayer: firstLayer + firstApart, lanes: count };
  });
}
