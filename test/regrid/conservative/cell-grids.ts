// Grids of polygons made of simple parts, for tests of what needs cells.
import type { CellPolygons, Grid } from '../../../src/atlas/index.js';

type Vector = readonly [number, number, number];

/** A grid of the polygons given as lists of unit vectors; its points are their mean directions. */
export function polygonGrid(name: string, polygons: readonly (readonly Vector[])[]): Grid {
  const start = new Uint32Array(polygons.length + 1);
  polygons.forEach((polygon, cell) => (start[cell + 1] = start[cell]! + polygon.length));
  const corners = polygons.flat().map(degreesOf);
  const cells: CellPolygons = {
    start,
    lat: Float64Array.from(corners, ([lat]) => lat),
    lon: Float64Array.from(corners, ([, lon]) => lon),
  };
  return cellGrid(name, cells);
}

export function cellGrid(name: string, cells: CellPolygons): Grid {
  const points = cells.start.length - 1;
  return {
    type: 'unstructured',
    points,
    spec: { grid: name },
    hash: name,
    coordinates() {
      const centres = Array.from({ length: points }, (_, cell) => {
        let sum: Vector = [0, 0, 0];
        for (let k = cells.start[cell]!; k < cells.start[cell + 1]!; k++) sum = add(sum, vectorOf(cells.lat[k]!, cells.lon[k]!));
        return degreesOf(sum);
      });
      return { lat: Float64Array.from(centres, ([lat]) => lat), lon: Float64Array.from(centres, ([, lon]) => lon) };
    },
    cells: () => ({ start: cells.start.slice(), lat: cells.lat.slice(), lon: cells.lon.slice() }),
  };
}

/** Triangles of an octahedron, each cut into n^2; turned by `tilt` radians about the axis (1, 1, 0) so that no pole is a corner. */
export function octahedronGrid(n: number, tilt = 0): Grid {
  const turned = (v: Vector): Vector => turnAbout([Math.SQRT1_2, Math.SQRT1_2, 0], v, tilt);
  const polygons: Vector[][] = [];
  for (const sx of [1, -1])
    for (const sy of [1, -1])
      for (const sz of [1, -1]) {
        // Counter-clockwise from outside.
        const axes: Vector[] = [
          [sx, 0, 0],
          [0, sy, 0],
          [0, 0, sz],
        ];
        const [a, b, c] = sx * sy * sz > 0 ? axes : [axes[1], axes[0], axes[2]];
        const corner = (i: number, j: number): Vector => turned(unit(add(add(scale(a!, n - i - j), scale(b!, i)), scale(c!, j))));
        for (let i = 0; i < n; i++) {
          for (let j = 0; i + j < n; j++) {
            polygons.push([corner(i, j), corner(i + 1, j), corner(i, j + 1)]);
            if (i + j + 1 < n) polygons.push([corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)]);
          }
        }
      }
  return polygonGrid(`octahedron ${n} ${tilt}`, polygons);
}

/** Boxes of a turned globe with `rows` rows of 2 rows cells, their edges great circles; triangles around the turned poles. */
export function turnedBoxes(rows: number, tilt: number): Grid {
  const axis = unit([0.3, -0.5, 0.4]);
  const polygons: Vector[][] = [];
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < 2 * rows; i++) {
      const at = (edge: number, side: number): Vector => turnAbout(axis, vectorOf(90 - (180 * edge) / rows, (180 * side) / rows), tilt);
      const quad = [at(row, i), at(row + 1, i), at(row + 1, i + 1), at(row, i + 1)];
      polygons.push(row === 0 ? quad.slice(0, 3) : row === rows - 1 ? [quad[0]!, quad[1]!, quad[3]!] : quad);
    }
  }
  return polygonGrid(`turned boxes ${rows} ${tilt}`, polygons);
}

export function vectorOf(lat: number, lon: number): Vector {
  if (Math.abs(lat) === 90) return [0, 0, Math.sign(lat)];
  const [phi, lambda] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function degreesOf([x, y, z]: Vector): readonly [number, number] {
  return [(Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI, (Math.atan2(y, x) * 180) / Math.PI];
}

function add(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

function unit(a: Vector): Vector {
  return scale(a, 1 / Math.hypot(...a));
}

/** Rodrigues' formula. */
function turnAbout(k: Vector, v: Vector, angle: number): Vector {
  const dot = k[0] * v[0] + k[1] * v[1] + k[2] * v[2];
  const cross: Vector = [k[1] * v[2] - k[2] * v[1], k[2] * v[0] - k[0] * v[2], k[0] * v[1] - k[1] * v[0]];
  return add(add(scale(v, Math.cos(angle)), scale(cross, Math.sin(angle))), scale(k, dot * (1 - Math.cos(angle))));
}
