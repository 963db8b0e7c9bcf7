import { words } from './cell-parts.js';

/**
 * Where caps lie: the sphere in bands of equal height, each band in boxes about as wide as high; every box lists the caps that
 * may reach into it. Flat arrays, so that threads share them.
 */
export interface CapIndex {
  readonly bands: number;
  /** First box of each band. `[bands + 1]` */
  readonly bandStart: Uint32Array;
  /** First entry of each box. `[boxes + 1]` */
  readonly boxStart: Uint32Array;
  readonly entry: Uint32Array;
}

const most = 2048;

/** An index of caps `[x, y, z, radius]`, as many as there are quadruples. */
export function capIndex(cap: Float64Array, shared: boolean): CapIndex {
  const caps = cap.length / 4;
  let sum = 0;
  for (let k = 0; k < caps; k++) sum += cap[4 * k + 3];
  // Boxes of twice the mean radius: a cap then lies in about four.
  const height = Math.max((2 * sum) / Math.max(caps, 1), Math.PI / most);
  const bands = Math.max(1, Math.min(most, Math.floor(Math.PI / height)));
  const bandStart = words(bands + 1, shared);
  for (let band = 0; band < bands; band++) {
    const lat = Math.PI / 2 - ((band + 0.5) * Math.PI) / bands;
    bandStart[band + 1] = bandStart[band] + Math.max(1, Math.floor(2 * bands * Math.cos(lat)));
  }
  const grid = { bands, bandStart };
  const boxStart = words(bandStart[bands] + 1, shared);
  for (let k = 0; k < caps; k++) eachBox(grid, cap, k, (box) => boxStart[box + 1]++);
  for (let box = 0; box < bandStart[bands]; box++) boxStart[box + 1] += boxStart[box];
  const entry = words(boxStart[bandStart[bands]], shared);
  const next = boxStart.slice();
  for (let k = 0; k < caps; k++) eachBox(grid, cap, k, (box) => (entry[next[box]++] = k));
  return { ...grid, boxStart, entry };
}

/** Calls back for every box that a cap may reach into. */
export function eachBox(
  { bands, bandStart }: Pick<CapIndex, 'bands' | 'bandStart'>,
  cap: Float64Array,
  at: number,
  visit: (box: number) => void,
): void {
  const [x, y, z, r] = [cap[4 * at], cap[4 * at + 1], cap[4 * at + 2], cap[4 * at + 3] + margin];
  const lat = Math.atan2(z, Math.hypot(x, y));
  const lon = Math.atan2(y, x);
  const bandOf = (angle: number): number => Math.min(bands - 1, Math.max(0, Math.floor(((Math.PI / 2 - angle) * bands) / Math.PI)));
  // The meridians that touch the cap: sin(half width) = sin r / cos lat, none when it holds the pole.
  const half = Math.abs(lat) + r >= Math.PI / 2 ? Math.PI : Math.asin(Math.min(1, Math.sin(r) / Math.cos(lat))) + margin;
  for (let band = bandOf(lat + r); band <= bandOf(lat - r); band++) {
    const boxes = bandStart[band + 1] - bandStart[band];
    const perRadian = boxes / (2 * Math.PI);
    const first = Math.floor((lon - half) * perRadian);
    const last = Math.min(Math.floor((lon + half) * perRadian), first + boxes - 1);
    for (let box = first; box <= last; box++) visit(bandStart[band] + box - boxes * Math.floor(box / boxes));
  }
}

/** Rounding of centres and radii, radians. */
const margin = 1e-12;
