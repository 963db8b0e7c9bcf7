import { DteError } from '../base/index.js';
import { type AreaInput, checkArea, formatArea } from './area.js';
import { gaussianPart } from './gaussian-grid.js';
import type { Area, Grid, RotatedFrame, Rows } from './grid.js';
import { unstructuredGrid } from './point-grids.js';
import { progression } from './progression.js';
import { regularLatLon } from './regular-lat-lon.js';
import { rotateGrid } from './rotated-lat-lon.js';
import { rowStarts, rowsArea } from './rows.js';

export interface Cropped {
  readonly grid: Grid;
  /** For every point of `grid` its index in the grid that was cropped. `[grid.points]` */
  readonly indices: Uint32Array;
}

const sameDegree = 1e-8;

/**
 * The points of a grid inside an area (edges included), as a grid of its own: regular_ll, regular_gg and reduced_gg grids, rotated
 * ones (the area is then one of the rotated frame, as in MIR), and lists of points.
 * `input.area` when the area is malformed, holds no point, or would be torn in two by the edge of a grid that does not go
 * round the globe; `unsupported.grid` for other grids.
 */
export function crop(grid: Grid, area: AreaInput): Cropped {
  const wanted = checkArea(area);
  if (grid.type === 'unstructured') return listPart(grid, wanted);
  if (grid.rotated !== undefined) return rotatedPart(grid, grid.rotated, wanted);
  if (grid.rows === undefined || !['regular_ll', 'regular_gg', 'reduced_gg'].includes(grid.type)) {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} cannot be cropped`, {
      hint: 'regular_ll, regular_gg, reduced_gg, rotated_ll, rotated_gg and unstructured can',
    });
  }
  return rowsPart(grid, grid.rows, wanted);
}

function rowsPart(grid: Grid, rows: Rows, wanted: Area): Cropped {
  const part = grid.type === 'regular_ll' ? latLonPart(grid, rows, wanted) : gaussianPart(grid, onSameTurn(grid, rows, wanted));
  return { grid: part.grid, indices: pointIndices(rows, part.grid.rows as Rows, part.parentRow) };
}

/** Cropped in its frame as if that were the globe, then turned back. */
function rotatedPart(grid: Grid, { rows, southPoleLat, southPoleLon }: RotatedFrame, wanted: Area): Cropped {
  const { rotation: _, ...spec } = grid.spec;
  const regular = typeof spec.grid === 'string' && spec.grid.startsWith('F');
  const type = grid.type === 'rotated_ll' ? 'regular_ll' : regular ? 'regular_gg' : 'reduced_gg';
  const { grid: part, indices } = rowsPart({ ...grid, type, spec, rows, area: rowsArea(rows) }, rows, wanted);
  const { gaussianNumber } = part;
  const frame = {
    type: grid.type as 'rotated_ll' | 'rotated_gg',
    rows: part.rows as Rows,
    spec: part.spec,
    ...(gaussianNumber === undefined ? {} : { gaussianNumber }),
  };
  return { grid: rotateGrid(frame, { southPoleLat, southPoleLon }) as Grid, indices };
}

function listPart(grid: Grid, wanted: Area): Cropped {
  const { lat, lon } = grid.coordinates();
  const inside = (point: number): boolean => {
    const east = lon[point] - wanted.west - 360 * Math.floor((lon[point] - wanted.west + sameDegree) / 360);
    return (
      lat[point] <= wanted.north + sameDegree && lat[point] >= wanted.south - sameDegree && east <= wanted.east - wanted.west + sameDegree
    );
  };
  const indices = Uint32Array.from(Array.from(lat.keys()).filter(inside));
  if (indices.length === 0) throw new DteError('input.area', `area ${formatArea(wanted)} holds no point of the list`);
  const take = (values: Float64Array): Float64Array => Float64Array.from(indices, (point) => values[point]);
  return { grid: unstructuredGrid({ points: indices.length, coordinates: { lat: take(lat), lon: take(lon) } }), indices };
}

function latLonPart(grid: Grid, rows: Rows, wanted: Area): { readonly grid: Grid; readonly parentRow: number } {
  const area = onSameTurn(grid, rows, wanted);
  const [dlon, dlat] = grid.spec.grid as readonly [number, number];
  let rowStart = 0;
  while (rowStart < rows.lats.length && rows.lats[rowStart] > area.north + sameDegree) rowStart++;
  let rowEnd = rowStart;
  while (rowEnd < rows.lats.length && rows.lats[rowEnd] >= area.south - sameDegree) rowEnd++;
  const columns = rows.counts[0];
  let first = Math.ceil((area.west - rows.lonFirst[0] - sameDegree) / dlon);
  let last = Math.floor((area.east - rows.lonFirst[0] + sameDegree) / dlon);
  if (!rows.periodic) [first, last] = [Math.max(first, 0), Math.min(last, columns - 1)];
  const width = Math.min(last - first + 1, columns);
  if (width < 1 || rowEnd === rowStart) throw outside(area, grid);
  const west = progression(rows.lonFirst[0], dlon).at(first);
  const part = regularLatLon({ north: rows.lats[rowStart], west, dlon, dlat, columns: width, rows: rowEnd - rowStart });
  return { grid: part, parentRow: rowStart };
}

/** The area turned to where a grid that does not close has its points. */
function onSameTurn(grid: Grid, rows: Rows, area: Area): Area {
  if (rows.periodic) return area;
  const own = grid.area as Area;
  const turned = [-360, 0, 360].map((turn) => ({ ...area, west: area.west + turn, east: area.east + turn }));
  const touching = turned
    .map((candidate) => ({ ...candidate, west: Math.max(candidate.west, own.west), east: Math.min(candidate.east, own.east) }))
    .filter((candidate) => candidate.west <= candidate.east + sameDegree);
  if (touching.length === 0 || area.north < own.south - sameDegree || area.south > own.north + sameDegree) throw outside(area, grid);
  const widest = touching.reduce((best, candidate) => (candidate.east - candidate.west > best.east - best.west ? candidate : best));
  const others = touching.filter((candidate) => candidate !== widest && candidate.east - candidate.west > sameDegree);
  if (others.length > 0) {
    throw new DteError('input.area', `area ${formatArea(area)} is torn in two by the edge of the grid`, {
      hint: `the grid covers ${formatArea(own)}; crop in two steps`,
    });
  }
  return widest;
}

function outside(area: Area, grid: Grid): DteError {
  return new DteError('input.area', `area ${formatArea(area)} lies outside the grid`, {
    hint: `the grid covers ${formatArea(grid.area as Area)}`,
  });
}

function pointIndices(parent: Rows, part: Rows, parentRow: number): Uint32Array {
  const starts = rowStarts(parent);
  const partStarts = rowStarts(part);
  const indices = new Uint32Array(partStarts[part.counts.length]);
  for (let row = 0; row < part.counts.length; row++) {
    const own = parentRow + row;
    const count = parent.counts[own];
    const east = (((part.lonFirst[row] - parent.lonFirst[own]) % 360) + 360) % 360;
    // A hair west of the parent's first point is that point, not the end of the circle.
    const first = east > 360 - sameDegree ? 0 : Math.round(east / parent.lonStep[own]);
    for (let i = 0; i < part.counts[row]; i++)
      indices[partStarts[row] + i] = starts[own] + (parent.periodic ? (first + i) % count : first + i);
  }
  return indices;
}
