const radiansPerDegree = Math.PI / 180;

/** Points on the unit sphere, x through 0 E on the equator, z through the north pole; a pole is exactly (0, 0, 1). `[points, 3]` */
export function unitVectors(lat: Float64Array, lon: Float64Array): Float64Array {
  const vectors = new Float64Array(lat.length * 3);
  for (let point = 0; point < lat.length; point++) {
    const onPole = Math.abs(lat[point]) === 90;
    const cosine = onPole ? 0 : Math.cos(lat[point] * radiansPerDegree);
    vectors[3 * point] = cosine * Math.cos(lon[point] * radiansPerDegree);
    vectors[3 * point + 1] = cosine * Math.sin(lon[point] * radiansPerDegree);
    vectors[3 * point + 2] = onPole ? Math.sign(lat[point]) : Math.sin(lat[point] * radiansPerDegree);
  }
  return vectors;
}

/** Six times the volume of the tetrahedron of a, b, c and the centre: positive when they run counter-clockwise seen from outside. */
export function tripleProduct(vectors: Float64Array, a: number, b: number, c: number): number {
  const ax = vectors[3 * a];
  const ay = vectors[3 * a + 1];
  const az = vectors[3 * a + 2];
  // Differences first: the points are close together, and their distances are then exact.
  const bx = vectors[3 * b] - ax;
  const by = vectors[3 * b + 1] - ay;
  const bz = vectors[3 * b + 2] - az;
  const cx = vectors[3 * c] - ax;
  const cy = vectors[3 * c + 1] - ay;
  const cz = vectors[3 * c + 2] - az;
  return ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
}
