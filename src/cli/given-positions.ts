import { type Coordinates, type Grid, gridFromText, type PointFiles, statesCoordinates, withCoordinates } from '../atlas/index.js';
import { atPlace, DteError, type Where } from '../base/index.js';
import type { ItemBatch } from '../mir/index.js';
import type { RegridTarget } from './regrid-targets.js';

/** Positions for grids that state none, and the file that they are of. */
interface GivenPositions extends Coordinates {
  readonly file: string;
}

/** Gives grids positions. */
export interface Placer {
  /** The grid itself when it states its positions; else with the given ones. `input.grid` when their number is not that of its points. */
  place(grid: Grid, where?: Where): Grid;
  /** Whether any grid took them. */
  hasPlaced(): boolean;
}

/** A placer with the positions of a file; `data.format` when it has not as many latitudes as longitudes. */
export async function placerOf(files: PointFiles, file: string): Promise<Placer> {
  const { lat, lon } = await files.pairs(file);
  if (lat.length === lon.length) return placer({ file, lat, lon });
  throw new DteError('data.format', `${lat.length} latitudes and ${lon.length} longitudes`, {
    where: { file },
    hint: 'one of each for every point',
  });
}

function placer(given: GivenPositions): Placer {
  // Messages of one grid have one grid with positions: checking and digesting millions of them is done once.
  const known = new Map<string, Grid>();
  return {
    place(grid, where = {}) {
      if (statesCoordinates(grid)) return grid;
      const before = known.get(grid.hash);
      if (before !== undefined) return before;
      if (given.lat.length !== grid.points) throw unequal(given, grid, where);
      try {
        const placedGrid = withCoordinates(grid, given);
        known.set(grid.hash, placedGrid);
        return placedGrid;
      } catch (error) {
        throw atPlace(error, { file: given.file });
      }
    },
    hasPlaced: () => known.size > 0,
  };
}

function unequal({ file, lat }: GivenPositions, grid: Grid, where: Where): DteError {
  const whose = grid.name === undefined ? `the grid of type ${grid.type}` : `grid '${grid.name}'`;
  return new DteError('input.grid', `'${file}' has ${lat.length} positions, ${whose} has ${grid.points} points`, {
    where,
    hint: 'the file of --coordinates has one for each point; a target may name its own file in its gridspec, {grid: eORCA1_T, coordinates: FILE}',
  });
}

/** A batch of messages, on the grid with positions. */
export function placed(batch: ItemBatch, placer: Placer | undefined): ItemBatch {
  if (placer === undefined) return batch;
  const grid = placer.place(batch.grid, batch.items[0]?.messages[0]?.where);
  return grid === batch.grid ? batch : { grid, items: batch.items.map((item) => ({ ...item, grid })) };
}

/** Gridspecs that name files of points, and names of grids that state none. */
const withoutPoints = /coordinates|latitudes|longitudes|orca/i;

/** Targets whose positions come from a file, their own or the given one, with their positions in the gridspec. */
export async function placedTargets(
  targets: readonly RegridTarget[],
  files: PointFiles,
  placer: Placer | undefined,
): Promise<readonly RegridTarget[]> {
  const all: RegridTarget[] = [];
  for (const target of targets) {
    const { grid: named } = target.options;
    if (typeof named !== 'string' || !withoutPoints.test(named)) {
      all.push(target);
      continue;
    }
    const stated = await gridFromText(named, files);
    const grid = placer?.place(stated, { option: '--grid' }) ?? stated;
    const { lat: latitudes, lon: longitudes } = statesCoordinates(grid) ? grid.coordinates() : {};
    all.push(
      latitudes === undefined ? target : { ...target, options: { ...target.options, grid: { ...grid.spec, latitudes, longitudes } } },
    );
  }
  return all;
}
