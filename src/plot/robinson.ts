import type { GeoRawProjection } from 'd3-geo';

const degrees = 180 / Math.PI;

// Robinson (1974), table of every fifth parallel from the equator to the pole: its length, and its distance from the equator.
const parallelLength = [
  1, 0.9986, 0.9954, 0.99, 0.9822, 0.973, 0.96, 0.9427, 0.9216, 0.8962, 0.8679, 0.835, 0.7986, 0.7597, 0.7186, 0.6732, 0.6213, 0.5722,
  0.5322,
];
const parallelDistance = [
  0, 0.062, 0.124, 0.186, 0.248, 0.31, 0.372, 0.434, 0.4958, 0.5571, 0.6176, 0.6769, 0.7346, 0.7903, 0.8435, 0.8936, 0.9394, 0.9761, 1,
];
const xScale = 0.8487;
const yScale = 1.3523;

/** The Robinson projection on the unit sphere, radians: x = 0.8487 X(lat) lon, y = 1.3523 Y(lat); the table is read by Catmull-Rom cubics. */
export const robinsonRaw: GeoRawProjection = Object.assign(
  (lon: number, lat: number): [number, number] => {
    const position = Math.abs(lat) * (degrees / 5);
    return [xScale * interpolate(parallelLength, position, 1) * lon, Math.sign(lat) * yScale * interpolate(parallelDistance, position, -1)];
  },
  {
    invert: (x: number, y: number): [number, number] => {
      const position = findPosition(Math.min(1, Math.abs(y) / yScale));
      return [x / (xScale * interpolate(parallelLength, position, 1)), (Math.sign(y) * position * 5) / degrees];
    },
  },
);

/** The table at a fractional position; `parity` says how it goes on beyond the equator (1 even, -1 odd), beyond the pole it goes on straight. */
function interpolate(table: readonly number[], position: number, parity: 1 | -1): number {
  const last = table.length - 1;
  const index = Math.min(last - 1, Math.floor(position));
  const t = position - index;
  const p1 = table[index];
  const p2 = table[index + 1];
  const p0 = index === 0 ? parity * table[1] : table[index - 1];
  const p3 = index + 2 > last ? 2 * p2 - p1 : table[index + 2];
  return p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));
}

/** The position where the distance table reaches `distance`: bracket by row, then Newton with the bracket's slope, which is nearly the slope. */
function findPosition(distance: number): number {
  let index = Math.min(17, Math.floor(distance * 16));
  while (index < 17 && parallelDistance[index + 1] < distance) index++;
  while (index > 0 && parallelDistance[index] > distance) index--;
  const slope = parallelDistance[index + 1] - parallelDistance[index];
  let position = index + (distance - parallelDistance[index]) / slope;
  for (let step = 0; step < 8; step++) {
    const error = interpolate(parallelDistance, Math.min(18, position), -1) - distance;
    position -= error / slope;
    if (Math.abs(error) < 1e-13) break;
  }
  return Math.min(18, Math.max(0, position));
}
