/** Small geometry on the unit sphere for tests: written apart from the product's, to judge it. */

export type Vector = readonly [number, number, number];

const degree = Math.PI / 180;

export function vectorOf(lat: number, lon: number): Vector {
  const cosLat = Math.cos(lat * degree);
  return [cosLat * Math.cos(lon * degree), cosLat * Math.sin(lon * degree), Math.sin(lat * degree)];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Degrees between two positions. */
export function distance(aLat: number, aLon: number, bLat: number, bLon: number): number {
  const [a, b] = [vectorOf(aLat, aLon), vectorOf(bLat, bLon)];
  return Math.atan2(Math.hypot(...cross(a, b)), dot(a, b)) / degree;
}

/** Signed area of a spherical polygon with great-circle edges, positive when counter-clockwise seen from outside: a fan of triangles, each by tan(E/2) = a.(b x c) / (1 + a.b + b.c + c.a). */
export function polygonArea(vertices: readonly Vector[]): number {
  let area = 0;
  const [a] = vertices as [Vector];
  for (let i = 1; i + 1 < vertices.length; i++) {
    const [b, c] = [vertices[i] as Vector, vertices[i + 1] as Vector];
    area += 2 * Math.atan2(dot(a, cross(b, c)), 1 + dot(a, b) + dot(b, c) + dot(c, a));
  }
  return area;
}

/** Whether a point lies inside a convex counter-clockwise polygon or within `slack` of its edges. */
export function isInside(point: Vector, vertices: readonly Vector[], slack = 1e-12): boolean {
  return vertices.every((from, i) => dot(point, cross(from, vertices[(i + 1) % vertices.length] as Vector)) >= -slack);
}

interface Polygons {
  readonly start: Uint32Array;
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}

/** The vertices of one cell as vectors. */
export function cellOf({ start, lat, lon }: Polygons, point: number): readonly Vector[] {
  const vertices: Vector[] = [];
  for (let at = start[point] as number; at < (start[point + 1] as number); at++)
    vertices.push(vectorOf(lat[at] as number, lon[at] as number));
  return vertices;
}
