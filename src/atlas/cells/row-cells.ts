import { gaussianWeights } from '../gaussian-latitudes.js';
import type { CellPolygons, Rows } from '../grid.js';
import { progression } from '../progression.js';
import { countPoints, rowStarts } from '../rows.js';

const degree = Math.PI / 180;
/** An edge along a parallel longer than this gets vertices in between, so that no cell spans half the circle. */
const longestEdge = 90;

/**
 * Boxes around the points of rows: edges along parallels half-way between rows (Gaussian: where the quadrature weights put them)
 * and along meridians half-way between points. A row that ends at most one spacing from a pole reaches it when the rows close
 * around the globe; else, and at the ends of open rows, a box reaches half a step beyond its point. Boxes at a pole have one
 * vertex there, at the longitude of their point.
 */
export function rowCells(rows: Rows, gaussianNumber?: number): CellPolygons {
  const edges = rowEdges(rows, gaussianNumber);
  const starts = rowStarts(rows);
  const sizes = Int32Array.from(rows.counts, (_, row) => boxSize(rows, edges, row));
  const start = new Uint32Array(countPoints(rows) + 1);
  for (let row = 0; row < sizes.length; row++) {
    for (let point = starts[row]; point < starts[row + 1]; point++) start[point + 1] = start[point] + sizes[row];
  }
  const vertices = start[start.length - 1];
  const cells = { start, lat: new Float64Array(vertices), lon: new Float64Array(vertices) };
  for (let row = 0; row < sizes.length; row++) fillRow(cells, rows, edges, row, starts[row]);
  return cells;
}

/** Latitudes of the edges between rows of boxes, north to south, degrees. `[rows + 1]` */
export function rowEdges(rows: Rows, gaussianNumber?: number): Float64Array {
  const { lats } = rows;
  const last = lats.length - 1;
  if (gaussianNumber !== undefined) return gaussianEdges(lats, gaussianNumber);
  const edges = new Float64Array(lats.length + 1);
  for (let row = 1; row <= last; row++) edges[row] = (lats[row - 1] + lats[row]) / 2;
  const [first, final] = last > 0 ? [lats[0] - lats[1], lats[last - 1] - lats[last]] : [180, 180];
  const reaches = (distance: number, spacing: number): boolean => rows.periodic && distance <= spacing * (1 + 1e-6);
  edges[0] = reaches(90 - lats[0], first) ? 90 : Math.min(90, lats[0] + first / 2);
  edges[last + 1] = reaches(90 + lats[last], final) ? -90 : Math.max(-90, lats[last] - final / 2);
  return edges;
}

/** sin(edge k) = 1 - the sum of the weights of the k rows north of it; weights sum to 2. The part of the edges around `lats`. */
function gaussianEdges(lats: Float64Array, gaussianNumber: number): Float64Array {
  const weights = gaussianWeights(gaussianNumber);
  const edges = new Float64Array(2 * gaussianNumber + 1);
  let above = 0;
  for (let row = 0; row < gaussianNumber; row++) {
    // Near the pole 1 - sum loses digits of the latitude; the colatitude 2 asin(sqrt(sum / 2)) does not.
    edges[row] = 90 - (2 * Math.asin(Math.sqrt(above / 2))) / degree;
    edges[2 * gaussianNumber - row] = -edges[row];
    above += weights[row];
  }
  let skipped = 0;
  while (edges[skipped + 1] >= lats[0]) skipped++;
  return edges.slice(skipped, skipped + lats.length + 1);
}

/** Pieces of an edge along a parallel. */
function pieces(rows: Rows, row: number): number {
  return Math.max(1, Math.ceil(rows.lonStep[row] / longestEdge - 1e-9));
}

function boxSize(rows: Rows, edges: Float64Array, row: number): number {
  const side = pieces(rows, row) + 1;
  return (edges[row] === 90 ? 1 : side) + (edges[row + 1] === -90 ? 1 : side);
}

function fillRow(
  cells: { lat: Float64Array; lon: Float64Array; start: Uint32Array },
  rows: Rows,
  edges: Float64Array,
  row: number,
  first: number,
) {
  const count = rows.counts[row];
  const parts = pieces(rows, row);
  const step = rows.lonStep[row];
  const meridian = progression(rows.lonFirst[row] - step / 2, step / parts);
  const middle = progression(rows.lonFirst[row], step);
  // The last edge of a closed row is the first: one meridian, one number.
  const edgeLon = (index: number): number => meridian.at(rows.periodic && index === count * parts && count > 1 ? 0 : index);
  for (let i = 0; i < count; i++) {
    let at = cells.start[first + i];
    const put = (lat: number, lon: number) => {
      cells.lat[at] = lat;
      cells.lon[at] = lon;
      at++;
    };
    if (edges[row + 1] === -90) put(-90, middle.at(i));
    else for (let part = 0; part <= parts; part++) put(edges[row + 1], edgeLon(i * parts + part));
    if (edges[row] === 90) put(90, middle.at(i));
    else for (let part = parts; part >= 0; part--) put(edges[row], edgeLon(i * parts + part));
  }
}
