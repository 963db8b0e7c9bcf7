import { type Mesh, cellCount } from './mesh.js';
import { unitVectors } from './unit-vectors.js';

/** Area of every cell on the unit sphere between great circles, steradians: a whole sphere is 4 pi. `[cells]` */
export function cellAreas(mesh: Mesh): Float64Array {
  const { quads, triangles } = mesh;
  const vectors = unitVectors(mesh.lat, mesh.lon);
  const areas = new Float64Array(cellCount(mesh));
  const first = quads.length / 4;
  for (let cell = 0; cell < first; cell++) {
    const at = 4 * cell;
    areas[cell] = excess(vectors, quads[at], quads[at + 1], quads[at + 2]) + excess(vectors, quads[at], quads[at + 2], quads[at + 3]);
  }
  for (let at = 0; at < triangles.length; at += 3) {
    areas[first + at / 3] = excess(vectors, triangles[at], triangles[at + 1], triangles[at + 2]);
  }
  return areas;
}

/** Area on the unit sphere that each node stands for: a third of its triangles, a quarter of its quadrilaterals. `[nodes]` */
export function nodeAreas(mesh: Mesh): Float64Array {
  const { quads, triangles } = mesh;
  const cells = cellAreas(mesh);
  const areas = new Float64Array(mesh.nodes);
  const first = quads.length / 4;
  for (let at = 0; at < quads.length; at++) areas[quads[at]] += cells[at >>> 2] / 4;
  for (let at = 0; at < triangles.length; at++) areas[triangles[at]] += cells[first + Math.floor(at / 3)] / 3;
  return areas;
}

/** Mean of the corners of each cell as unit vectors, not on the sphere itself but below it. `[cells, 3]` */
export function cellCentres(mesh: Mesh): Float64Array {
  const { quads, triangles } = mesh;
  const vectors = unitVectors(mesh.lat, mesh.lon);
  const centres = new Float64Array(3 * cellCount(mesh));
  const fill = (list: Uint32Array, width: number, from: number): void => {
    for (let at = 0; at < list.length; at++) {
      const centre = 3 * (from + Math.floor(at / width));
      for (let axis = 0; axis < 3; axis++) centres[centre + axis] += vectors[3 * list[at] + axis] / width;
    }
  };
  fill(quads, 4, 0);
  fill(triangles, 3, quads.length / 4);
  return centres;
}

/** Signed area of a spherical triangle (A. van Oosterom and J. Strackee, 1983), from differences that keep the digits of small ones. */
export function excess(v: Float64Array, a: number, b: number, c: number): number {
  const ax = v[3 * a];
  const ay = v[3 * a + 1];
  const az = v[3 * a + 2];
  const bx = v[3 * b];
  const by = v[3 * b + 1];
  const bz = v[3 * b + 2];
  const cx = v[3 * c];
  const cy = v[3 * c + 1];
  const cz = v[3 * c + 2];
  const ux = bx - ax;
  const uy = by - ay;
  const uz = bz - az;
  const wx = cx - ax;
  const wy = cy - ay;
  const wz = cz - az;
  const volume = ax * (uy * wz - uz * wy) + ay * (uz * wx - ux * wz) + az * (ux * wy - uy * wx);
  const cosines = 1 + ax * bx + ay * by + az * bz + bx * cx + by * cy + bz * cz + cx * ax + cy * ay + cz * az;
  return 2 * Math.atan2(volume, cosines);
}
