import { DteError } from '../base/index.js';
import type { CellPolygons, Coordinates, Grid, GridSpec } from './grid.js';
import { gridHash } from './grid-hash.js';
import { scanOrder } from './scan-order.js';

/** Orders of points beside the canonical one, with their GRIB scanning mode. */
const orders: Readonly<Record<string, number>> = { 'i+j-': 0, 'i-j-': 0x80, 'i+j+': 0x40, 'i-j+': 0xc0 };

/**
 * The grid with its points in another order (`i+j+`: rows from south to north). It keeps its type and has no rows of its own;
 * `asRows` leads to the grid in canonical order. `input.grid` for an order that is none, `unsupported.grid` for a grid without
 * rows or columns.
 */
export function orderedGrid(grid: Grid, order: string): Grid {
  const scanningMode = orders[order];
  if (scanningMode === undefined) {
    throw new DteError('input.grid', `gridspec order '${order}' is not known`, {
      hint: `orders are ${Object.keys(orders).join(', ')}, and ring or nested for HEALPix`,
    });
  }
  if (scanningMode === 0) return grid;
  const counts = (grid.rows ?? grid.rotated?.rows)?.counts ?? planeCounts(grid);
  if (counts === undefined) throw new DteError('unsupported.grid', `order '${order}' of a grid of type ${grid.type} is not implemented`);
  // Canonical point -> its place in the new order; undefined where the two are the same.
  const index = scanOrder({ scanningMode, counts });
  if (index === undefined) return grid;
  const spec: GridSpec = { ...grid.spec, order };
  const { northAngle, cells } = grid;
  return {
    type: grid.type,
    points: grid.points,
    spec,
    hash: gridHash(spec),
    ...(grid.area === undefined ? {} : { area: grid.area }),
    coordinates: () => scatteredPoints(grid.coordinates(), index),
    ...(northAngle === undefined ? {} : { northAngle: () => scattered(northAngle(), index) }),
    ...(cells === undefined ? {} : { cells: () => scatteredCells(cells(), index) }),
    asRows: () => ({ grid, index: index.slice() }),
  };
}

function planeCounts({ projected }: Grid): Int32Array | undefined {
  return projected === undefined ? undefined : new Int32Array(projected.rows).fill(projected.columns);
}

function scattered(values: Float64Array, index: Uint32Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let point = 0; point < index.length; point++) result[index[point]] = values[point];
  return result;
}

function scatteredPoints({ lat, lon }: Coordinates, index: Uint32Array): Coordinates {
  return { lat: scattered(lat, index), lon: scattered(lon, index) };
}

function scatteredCells(cells: CellPolygons, index: Uint32Array): CellPolygons {
  const points = index.length;
  const start = new Uint32Array(points + 1);
  for (let point = 0; point < points; point++) start[index[point] + 1] = cells.start[point + 1] - cells.start[point];
  for (let point = 0; point < points; point++) start[point + 1] += start[point];
  const lat = new Float64Array(cells.lat.length);
  const lon = new Float64Array(cells.lon.length);
  for (let point = 0; point < points; point++) {
    const [first, end] = [cells.start[point], cells.start[point + 1]];
    lat.set(cells.lat.subarray(first, end), start[index[point]]);
    lon.set(cells.lon.subarray(first, end), start[index[point]]);
  }
  return { start, lat, lon };
}
