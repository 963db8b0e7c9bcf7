import { type Field, type Grid, maxLanes, spectralGrid, type Tile, tileLayout } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { Engine, Pass } from '../compute/index.js';
import { fourier } from './fourier.js';
import { lanesApart } from './lanes-apart.js';
import { type LayersApart, tooManyLayers } from './layers-apart.js';
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
  /** As `apply`, of layers whose coefficients lie apart already: one set of dispatches for all. `limit.binding` where they are too many. */
  applyApart(pass: Pass, layers: LayersApart): readonly Tile[];
  /** How many layers `applyApart` takes on a device that binds so many octets. */
  mostApart(maxBindingBytes: number): number;
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
    applyApart(pass, source) {
      const layout = layoutOf(tables, grid, source.layers, pass);
      const points = spectralGrid(truncation).points;
      const width = paddedWidth(tables, layout[0]?.[1] ?? 1);
      if (layout.length > groupsAtOnce(pass, tables, points, width)) throw tooManyLayers(source.layers, grid);
      return synthesisedBatch(pass, tables, grid, layout, source);
    },
    mostApart(maxBindingBytes) {
      const lanes = layoutOf(tables, grid, maxLanes, { maxBindingBytes })[0]?.[1] ?? 1;
      return lanes * groupsAtOnce({ maxBindingBytes }, tables, spectralGrid(truncation).points, paddedWidth(tables, lanes));
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
  const layout = layoutOf(tables, grid, field.layers.length, pass);
  const width = paddedWidth(tables, layout[0]?.[1] ?? 1);
  const groups = groupsAtOnce(pass, tables, field.grid.points, width);
  const tiles: Tile[] = [];
  for (let first = 0; first < layout.length; first += groups) {
    const batch = layout.slice(first, first + groups);
    const firstLayer = batch[0]?.[0] ?? 0;
    const layers = batch.reduce((sum, [, count]) => sum + count, 0);
    const source = apart(pass, field, { firstLayer, layers, takeMean: !perCosine });
    tiles.push(...synthesisedBatch(pass, tables, grid, batch, source));
  }
  return tiles;
}

/** Tiles that can be bound whole, as points and as waves. */
function layoutOf({ fourier: plan }: TransformTables, grid: Grid, layers: number, { maxBindingBytes }: Pick<Pass, 'maxBindingBytes'>) {
  return tileLayout(Math.max(grid.points, 2 * plan.complexes), layers, maxBindingBytes);
}

/** Tiles of some layers, of the width of the first. */
function synthesisedBatch(
  pass: Pass,
  tables: TransformTables,
  grid: Grid,
  batch: readonly (readonly [number, number])[],
  source: LayersApart,
): Tile[] {
  const { complexes, longestRow, longestCircle } = tables.fourier;
  const width = paddedWidth(tables, batch[0]?.[1] ?? 1);
  const points = spectralGrid(tables.truncation).points;
  const array = pass.allocate('f32', wholeQuads(batch.length * 2 * complexes * width));
  for (const { tasks, plan, start, segmentsAt, placesAt, restAt } of tables.blocks) {
    pass.run(legendre, {
      ...{ tasks, lanes: source.layers, width, truncation: tables.truncation, points, complexes, segmentsAt, placesAt, restAt },
      ...{ plan, start, sine: tables.sine, factor: tables.factor, coefficient: source.coefficients, fourier: array },
    });
  }
  return batch.map(([firstLayer, lanes], group) => {
    const values = pass.allocate('f32', grid.points * lanes);
    pass.run(fourier, {
      ...{ rows: tables.rows, longestRow, longestCircle, lanes, width, group, complexes },
      ...{ plan: tables.rowPlan, root: tables.root, mean: source.mean, fourier: array, values },
    });
    return { values, firstLayer, lanes };
  });
}

/** The shader reads four numbers at a time. */
function wholeQuads(length: number): number {
  return Math.ceil(length / 4) * 4;
}

interface Range {
  readonly firstLayer: number;
  readonly layers: number;
  readonly takeMean: boolean;
}

/** The coefficients of some layers, each layer's side by side, and their means. */
function apart(pass: Pass, field: Field, { firstLayer, layers, takeMean }: Range): LayersApart {
  const { points } = field.grid;
  const target = pass.allocate('f32', points * layers);
  const mean = pass.allocate('f32', Math.ceil(layers / maxLanes) * maxLanes);
  for (const tile of field.tiles) {
    const begin = Math.max(firstLayer, tile.firstLayer);
    const end = Math.min(firstLayer + layers, tile.firstLayer + tile.lanes);
    if (begin >= end) continue;
    pass.run(lanesApart, {
      ...{ points, count: end - begin, lanes: tile.lanes, firstLane: begin - tile.firstLayer },
      ...{ lanesApart: layers, firstApart: begin - firstLayer, takeMean: takeMean ? 1 : 0, together: tile.values, apart: target, mean },
    });
  }
  return { coefficients: target, mean, layers };
}
