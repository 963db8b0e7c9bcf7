import { type Field, type Grid, maxLanes, type Tile, tileLayout } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { fourier } from './fourier.js';
import { lanesApart } from './lanes-apart.js';
import { legendre } from './legendre.js';
import { groupsAtOnce, paddedWidth, type TransformTables, transformTables } from './legendre-table.js';
import { checkSpectral, checkTruncation, nameOf } from './triangle.js';

export interface SynthesisOptions {
  /**
   * The coefficients are of a vector component times the cosine of latitude (U, V): divide by it. At a pole the limit is
   * taken, so that a wind across the pole is kept. Default false.
   */
  readonly perCosine?: boolean;
  /** Take points of which there are too few for the truncation: wavenumbers beyond half a row's points are left out. Default false. */
  readonly coarse?: boolean;
}

/** Takes spectral coefficients to the points of a grid. Its tables stay on the device until `release`. */
export interface Synthesis {
  readonly truncation: number;
  readonly grid: Grid;
  /** Records the transform of a field of type `sh`; layers keep what they are. */
  apply<Layer>(pass: Pass, field: Field<Layer>): Field<Layer>;
  release(): void;
}

/**
 * Prepares the transform of spectral coefficients to a grid whose points lie on parallels. Reduced rows leave out wavenumbers
 * above half their points. Errors: `input.grid` for the truncation, `input.option` for a truncation above what the grid
 * can show (see `coarse`), `unsupported.grid` for a grid without parallels.
 */
export async function prepareSynthesis(engine: Engine, truncation: number, grid: Grid, options: SynthesisOptions = {}): Promise<Synthesis> {
  checkTruncation(truncation);
  const { rows } = grid;
  if (rows === undefined) {
    throw new DteError('unsupported.grid', `${nameOf(grid)} has no rows along parallels, which a spectral transform needs`, {
      hint: 'transform to a Gaussian grid and interpolate from there',
    });
  }
  const carried = (length: number): number => Math.floor(length / 2) + 1;
  const tables = await transformTables(engine, truncation, rows, { perCosine: options.perCosine ?? false, carried });
  try {
    if (options.coarse !== true) checkResolution(tables, grid, truncation);
  } catch (error) {
    tables.release();
    throw error;
  }
  return {
    truncation,
    grid,
    apply(pass, field) {
      checkSpectral(field, truncation);
      return { grid, layers: field.layers, tiles: synthesised(pass, tables, grid, field, options), mayBeMissing: false };
    },
    release: tables.release,
  };
}

function checkResolution({ fourier: plan }: TransformTables, grid: Grid, truncation: number): void {
  if (grid.points === 0 || 2 * truncation <= plan.longestCircle) return;
  throw new DteError(
    'input.option',
    `truncation ${truncation} is above what ${nameOf(grid)} supports: its longest circle has ${plan.longestCircle} points, enough for ${Math.floor(plan.longestCircle / 2)}`,
    { hint: 'truncate the coefficients first, choose a finer grid, or give the option coarse', where: { option: 'truncation' } },
  );
}

function synthesised(pass: Pass, tables: TransformTables, grid: Grid, field: Field, { perCosine = false }: SynthesisOptions): Tile[] {
  const { complexes } = tables.fourier;
  const layout = tileLayout(Math.max(grid.points, 2 * complexes), field.layers.length, pass.maxBindingBytes);
  const width = paddedWidth(tables, layout[0]?.[1] ?? 1);
  const groups = groupsAtOnce(pass, tables, field.grid.points, width);
  const tiles: Tile[] = [];
  for (let first = 0; first < layout.length; first += groups) {
    const batch = layout.slice(first, first + groups);
    const firstLayer = batch[0]?.[0] ?? 0;
    const lanes = batch.reduce((sum, [, count]) => sum + count, 0);
    const coefficients = apart(pass, field, { firstLayer, lanes, takeMean: !perCosine });
    const array = pass.allocate('f32', wholeQuads(batch.length * 2 * complexes * width));
    for (const { tasks, plan, start, segmentsAt, placesAt, restAt } of tables.blocks) {
      pass.run(legendre, {
        ...{ tasks, lanes, width, truncation: tables.truncation, points: field.grid.points, complexes, segmentsAt, placesAt, restAt },
        ...{ plan, start, sine: tables.sine, factor: tables.factor, coefficient: coefficients.apart, fourier: array },
      });
    }
    for (const [group, [layer, count]] of batch.entries()) {
      const values = pass.allocate('f32', grid.points * count);
      const { longestRow, longestCircle } = tables.fourier;
      pass.run(fourier, {
        ...{ rows: tables.rows, longestRow, longestCircle, lanes: count, width, group, complexes },
        ...{ plan: tables.rowPlan, root: tables.root, mean: coefficients.mean, fourier: array, values },
      });
      tiles.push({ values, firstLayer: layer, lanes: count });
    }
  }
  return tiles;
}

/** The shader reads four numbers at a time. */
function wholeQuads(length: number): number {
  return Math.ceil(length / 4) * 4;
}

interface Range {
  readonly firstLayer: number;
  readonly lanes: number;
  readonly takeMean: boolean;
}

/** The coefficients of some layers, each layer's side by side, and their means. */
function apart(
  pass: Pass,
  field: Field,
  { firstLayer, lanes, takeMean }: Range,
): { readonly apart: DeviceArray<'f32'>; readonly mean: DeviceArray<'f32'> } {
  const { points } = field.grid;
  const target = pass.allocate('f32', points * lanes);
  const mean = pass.allocate('f32', Math.ceil(lanes / maxLanes) * maxLanes);
  for (const tile of field.tiles) {
    const begin = Math.max(firstLayer, tile.firstLayer);
    const end = Math.min(firstLayer + lanes, tile.firstLayer + tile.lanes);
    if (begin >= end) continue;
    pass.run(lanesApart, {
      ...{ points, count: end - begin, lanes: tile.lanes, firstLane: begin - tile.firstLayer },
      ...{ lanesApart: lanes, firstApart: begin - firstLayer, takeMean: takeMean ? 1 : 0, together: tile.values, apart: target, mean },
    });
  }
  return { apart: target, mean };
}
