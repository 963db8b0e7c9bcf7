import { kept } from '../layout.js';
import { emptyFound, type Found, offer, type PointSearch, sortFound, startFound } from './point-search.js';

const radiansPerDegree = Math.PI / 180;

/** Ranges of the tree with no more points than this are searched point by point. */
const leafSize = 8;

/**
 * A k-d tree without pointers: points are sorted so that the middle of every range is its median along one axis, with the
 * smaller coordinates before it. Typed arrays in shared memory: made once, searched by every thread.
 */
export type PointTree = {
  /** Unit vectors in tree order. `[points]` */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Point of each place. `[points]` */
  readonly point: Uint32Array;
  /** Axis (0 x, 1 y, 2 z) that the range with this middle is split along. `[points]` */
  readonly axis: Uint8Array;
};

/** Unit vector of a position, with exact values at the poles. */
export function unitVector(lat: number, lon: number): readonly [x: number, y: number, z: number] {
  const pole = Math.abs(lat) >= 90;
  const cosine = pole ? 0 : Math.cos(lat * radiansPerDegree);
  return [
    cosine * Math.cos(lon * radiansPerDegree),
    cosine * Math.sin(lon * radiansPerDegree),
    pole ? Math.sign(lat) : Math.sin(lat * radiansPerDegree),
  ];
}

export function pointTree(lat: Float64Array, lon: Float64Array, shared: boolean): PointTree {
  const points = lat.length;
  const vectors = [new Float64Array(points), new Float64Array(points), new Float64Array(points)];
  for (let p = 0; p < points; p++) {
    const vector = unitVector(lat[p], lon[p]);
    for (let k = 0; k < 3; k++) vectors[k][p] = vector[k];
  }
  const point = Uint32Array.from({ length: points }, (_, p) => p);
  const axis = new Uint8Array(points);
  split(vectors, point, axis, 0, points);
  const inOrder = (values: Float64Array): Float64Array =>
    kept(
      Float64Array.from(point, (p) => values[p]),
      shared,
    );
  return { x: inOrder(vectors[0]), y: inOrder(vectors[1]), z: inOrder(vectors[2]), point: kept(point, shared), axis: kept(axis, shared) };
}

function split(vectors: readonly Float64Array[], point: Uint32Array, axis: Uint8Array, start: number, end: number): void {
  if (end - start <= leafSize) return;
  const widest = widestAxis(vectors, point, start, end);
  const middle = (start + end) >>> 1;
  select(vectors[widest], point, middle, start, end - 1);
  axis[middle] = widest;
  split(vectors, point, axis, start, middle);
  split(vectors, point, axis, middle + 1, end);
}

function widestAxis(vectors: readonly Float64Array[], point: Uint32Array, start: number, end: number): number {
  let widest = 0;
  let most = -1;
  for (let k = 0; k < 3; k++) {
    const values = vectors[k];
    let low = Infinity;
    let high = -Infinity;
    for (let place = start; place < end; place++) {
      const value = values[point[place]];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > most) {
      most = high - low;
      widest = k;
    }
  }
  return widest;
}

/** Quickselect (Hoare's partition): the point of rank `rank` comes to its place, smaller values before it. Equal values are shared evenly. */
function select(values: Float64Array, point: Uint32Array, rank: number, low: number, high: number): void {
  let left = low;
  let right = high;
  while (right > left) {
    const pivot = median(values[point[left]], values[point[(left + right) >>> 1]], values[point[right]]);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[point[i]] < pivot) i++;
      while (values[point[j]] > pivot) j--;
      if (i > j) break;
      const swapped = point[i];
      point[i++] = point[j];
      point[j--] = swapped;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else return;
  }
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

export function treeSearch({ x, y, z, point, axis }: PointTree): PointSearch {
  const axes = [x, y, z];
  const target = new Float64Array(3);
  const found: Found = emptyFound();

  function visit(start: number, end: number): void {
    if (end - start <= leafSize) {
      for (let place = start; place < end; place++) look(place);
      return;
    }
    const middle = (start + end) >>> 1;
    const ahead = target[axis[middle]] - axes[axis[middle]][middle];
    if (ahead < 0) visit(start, middle);
    else visit(middle + 1, end);
    // Nothing on the other side of the plane is nearer than the plane.
    if ((ahead * ahead) / 4 > found.reach) return;
    look(middle);
    if (ahead < 0) visit(middle + 1, end);
    else visit(start, middle);
  }

  function look(place: number): void {
    const dx = x[place] - target[0];
    const dy = y[place] - target[1];
    const dz = z[place] - target[2];
    const distance = (dx * dx + dy * dy + dz * dz) / 4;
    if (distance <= found.reach) offer(found, point[place], distance);
  }

  return {
    get index() {
      return found.index;
    },
    get distance() {
      return found.distance;
    },
    setPoint(lat, lon) {
      target.set(unitVector(lat, lon));
    },
    nearest(count) {
      startFound(found, count, Infinity);
      visit(0, point.length);
      return found.count;
    },
    within(distance) {
      startFound(found, Infinity, distance);
      visit(0, point.length);
      sortFound(found);
      return found.count;
    },
  };
}
