import { delaunay } from '../../atlas/index.js';
import { kept, type Layout } from '../layout.js';
import type { Prepared, Problem } from '../method.js';
import { pointTree, unitVector } from '../search/point-tree.js';

/** No triangle, no point. */
export const none = 0xffffffff;

/** Triangles between the points of a source, as plain data for every thread. */
export interface Triangulation {
  /** Unit vectors of the source points. `[points, 3]` */
  readonly vectors: Float64Array;
  /** Counter-clockwise seen from outside. `[triangles, 3]` */
  readonly triangles: Uint32Array;
  /** The triangle beyond the edge from corner k to corner k + 1, or `none`. `[triangles, 3]` */
  readonly neighbours: Uint32Array;
  /** A triangle of each point, or `none`: points that share the place of another have none. `[points]` */
  readonly triangleAt: Uint32Array;
}

/** Triangles of a source without rows, and for lists of points a tree that finds the one to begin a search at. */
export function prepareTriangulation({ source, shared }: Problem): Prepared {
  const { lat, lon, points } = source as Layout & { lat: Float64Array; lon: Float64Array };
  const triangles = source.plane === undefined ? delaunay(lat, lon, { duplicates: 'skip' }) : planeTriangles(source.plane, lat, lon);
  const vectors = new Float64Array(3 * points);
  for (let point = 0; point < points; point++) vectors.set(unitVector(lat[point], lon[point]), 3 * point);
  const triangleAt = new Uint32Array(points).fill(none);
  for (let corner = triangles.length - 1; corner >= 0; corner--) triangleAt[triangles[corner]] = Math.floor(corner / 3);
  return {
    ...(source.plane === undefined ? pointTree(lat, lon, shared) : {}),
    vectors: kept(vectors, shared),
    triangles: kept(triangles, shared),
    neighbours: kept(neighboursOf(triangles, points), shared),
    triangleAt: kept(triangleAt, shared),
  };
}

/**
 * Every cell of a plane is cut by a diagonal, as atlas' structured mesh generator does it where rows are aligned: both diagonals
 * are equally long, so they alternate like the colours of a chess board.
 */
function planeTriangles(
  { columns, rows }: { readonly columns: number; readonly rows: number },
  lat: Float64Array,
  lon: Float64Array,
): Uint32Array {
  const triangles = new Uint32Array(6 * (columns - 1) * (rows - 1));
  let at = 0;
  const add = (a: number, b: number, c: number): void => {
    triangles[at++] = a;
    triangles[at++] = b;
    triangles[at++] = c;
  };
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const north1 = row * columns + column;
      const [north2, south1, south2] = [north1 + 1, north1 + columns, north1 + columns + 1];
      if (((row + column) & 1) === 1) {
        add(north1, south1, south2);
        add(north1, south2, north2);
      } else {
        add(north1, south1, north2);
        add(north2, south1, south2);
      }
    }
  }
  if (at > 0 && !facesOutwards(triangles, lat, lon)) for (let k = 0; k < at; k += 3) triangles.subarray(k, k + 2).reverse();
  return triangles;
}

/** Seen from outside, a plane whose y axis points the other way turns clockwise. */
function facesOutwards(triangles: Uint32Array, lat: Float64Array, lon: Float64Array): boolean {
  const [a, b, c] = [0, 1, 2].map((k) => unitVector(lat[triangles[k]], lon[triangles[k]]));
  return a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]) > 0;
}

/** Edges meet in pairs of opposite direction: those that leave a point are kept in a list per point until their other half comes. */
function neighboursOf(triangles: Uint32Array, points: number): Uint32Array {
  const neighbours = new Uint32Array(triangles.length).fill(none);
  const firstEdge = new Uint32Array(points).fill(none);
  const nextEdge = new Uint32Array(triangles.length).fill(none);
  for (let edge = 0; edge < triangles.length; edge++) {
    nextEdge[edge] = firstEdge[triangles[edge]];
    firstEdge[triangles[edge]] = edge;
  }
  const endOf = (edge: number): number => triangles[edge % 3 === 2 ? edge - 2 : edge + 1];
  for (let edge = 0; edge < triangles.length; edge++) {
    const end = endOf(edge);
    for (let other = firstEdge[end]; other !== none; other = nextEdge[other]) {
      if (endOf(other) === triangles[edge]) {
        neighbours[edge] = Math.floor(other / 3);
        break;
      }
    }
  }
  return neighbours;
}
