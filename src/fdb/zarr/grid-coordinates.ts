import { type Grid, rowLongitudes } from '../../atlas/index.js';
import { type ArrayNode, numberArray } from './nodes.js';

/** Dimensions that the points of a grid make in an array, and the arrays that place them. */
export interface GridCoordinates {
  readonly points: readonly { readonly name: string; readonly size: number }[];
  readonly nodes: readonly ArrayNode[];
  /** Of `coordinates`: names of arrays that are no dimensions themselves. */
  readonly auxiliary: readonly string[];
}

const northward = { standard_name: 'latitude', long_name: 'latitude', units: 'degrees_north' } as const;
const eastward = { standard_name: 'longitude', long_name: 'longitude', units: 'degrees_east' } as const;

/** `suffix` tells apart the grids of a hierarchy: empty for the first, then `_2`, ... */
export function gridCoordinates(grid: Grid, suffix: string): GridCoordinates {
  const [latitude, longitude, values] = ['latitude', 'longitude', 'values'].map((name) => name + suffix) as [string, string, string];
  const { rows, points } = grid;
  const columns = rows?.counts[0] ?? 0;
  if (rows !== undefined && (grid.type === 'regular_ll' || grid.type === 'regular_gg') && columns * rows.counts.length === points) {
    const lons = new Float64Array(columns);
    rowLongitudes(rows, 0, lons);
    const dimensions = [
      { name: latitude, size: rows.counts.length },
      { name: longitude, size: columns },
    ] as const;
    return {
      points: dimensions,
      nodes: [
        numberArray(latitude, rows.lats, [dimensions[0]], { ...northward, axis: 'Y' }),
        numberArray(longitude, lons, [dimensions[1]], { ...eastward, axis: 'X' }),
      ],
      auxiliary: [],
    };
  }
  const dimension = { name: values, size: points };
  if (grid.area === undefined) return { points: [dimension], nodes: [], auxiliary: [] };
  const { lat, lon } = grid.coordinates();
  return {
    points: [dimension],
    nodes: [numberArray(latitude, lat, [dimension], northward), numberArray(longitude, lon, [dimension], eastward)],
    auxiliary: [latitude, longitude],
  };
}
