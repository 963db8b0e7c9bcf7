import { DteError } from '../base/index.js';
import { type AreaInput, checkArea, formatArea } from './area.js';
import { gaussianPart } from './gaussian-grid.js';
import type { Area, Grid, Rows } from './grid.js';
import { progression } from './progression.js';
import { regularLatLon } from './regular-lat-lon.js';
import { rowStarts } from './rows.js';

export interface Cropped {
  readonly grid: Grid;
  /** For every point of `grid` its index in the grid that was cropped. `[grid.points]` */
  readonly indices: Uint32Array;
}

const sameDegree = 1e-8;

/**
 * The points of a regular_ll, regular_gg or reduced_gg grid inside an area (edges included), as a grid of its own.
 * `input.area` when the area is malformed, holds no point, or would be torn in two by the edge of a grid that does not go
 * round the globe; `unsupported.grid` for other grids.
 */
export function crop(grid: Grid, area: AreaInput): Cropped {
  const wanted = checkArea(area);
  if (grid.rows === undefined || grid.type === 'healpix' || grid.type === 'reduced_ll') {
    throw new DteError('unsupported.grid', `a grid of type ${grid.type} cannot be cropped`, {
      hint: 'regular_ll, regular_gg and reduced_gg can',
    });
  }
  const part = grid.type === 'regular_ll' ? latLonPart(grid, grid.rows, wanted) : gaussianPart(grid, onSameTurn(grid, grid.rows, wanted));
  return { grid: part.grid, indices: pointIndices(grid.rows, part.grid.rows as Rows, part.parentRow) };
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
