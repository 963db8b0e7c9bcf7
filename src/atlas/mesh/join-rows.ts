import type { Mesh } from './mesh.js';
import type { MeshRows } from './structured.js';

export interface JoinOptions {
  readonly rows: MeshRows;
  /** Degrees, at least of every point; rows are compared in them. */
  readonly lon: Float64Array;
  readonly triangulate: boolean;
  readonly angle: number;
  readonly uniquePole: boolean;
  /** Nodes on the poles that get a fan. */
  readonly poleNodes: { readonly north?: number; readonly south?: number };
  /** Node that repeats the first point of row 0, those of other rows following; undefined where rows join their own beginning. */
  readonly repeatedStart: number | undefined;
  readonly patch: boolean;
}

type Cells = Pick<Mesh, 'quads' | 'triangles' | 'patchTriangles'>;

/** Cells while they are made: arrays large enough, and how much of each is filled. */
interface Filling {
  readonly quads: Uint32Array;
  readonly triangles: Uint32Array;
  quadEnd: number;
  triangleEnd: number;
}

const radiansPerDegree = Math.PI / 180;

/** Bands from north to south, each west to east; then the north pole's triangles, then the south pole's. */
export function joinRows(options: JoinOptions): Cells {
  const { rows, triangulate, angle, poleNodes, patch } = options;
  const last = rows.counts.length - 1;
  let most = rows.counts[0] + rows.counts[last];
  for (let row = 0; row < last; row++) most += rows.counts[row] + rows.counts[row + 1];
  const noQuads = triangulate || angle < 0;
  const filling: Filling = {
    quads: new Uint32Array(noQuads ? 0 : 2 * most),
    triangles: new Uint32Array(3 * most),
    quadEnd: 0,
    triangleEnd: 0,
  };
  for (let row = 0; row < last; row++) joinBand(options, row, filling);
  if (poleNodes.north !== undefined) fan(options, 0, poleNodes.north, filling);
  if (poleNodes.south !== undefined) fan(options, last, poleNodes.south, filling);
  const beforePatch = filling.triangleEnd;
  if (patch && rows.north === 'near') patchPole(rows.start[0], rows.counts[0], true, filling);
  if (patch && rows.south === 'near') patchPole(rows.start[last], rows.counts[last], false, filling);
  return {
    quads: trimmed(filling.quads, filling.quadEnd),
    triangles: trimmed(filling.triangles, filling.triangleEnd),
    patchTriangles: (filling.triangleEnd - beforePatch) / 3,
  };
}

/** A copy, so that what was not filled does not travel along. */
function trimmed(values: Uint32Array, end: number): Uint32Array {
  return end === values.length ? values : values.slice(0, end);
}

/** How far a row's pointer walks: once around a closed row, to the last point of another, nowhere on a pole. */
function rowEnd({ rows, uniquePole }: JoinOptions, row: number): number {
  const onPole = (row === 0 && rows.north === 'on') || (row === rows.counts.length - 1 && rows.south === 'on');
  return onPole && uniquePole ? 0 : rows.counts[row] - (rows.periodic ? 0 : 1);
}

/** The node after the last of a closed row. */
function nodeAfter({ rows, repeatedStart }: JoinOptions, row: number): number {
  return repeatedStart === undefined ? rows.start[row] : repeatedStart + row;
}

/** Comparisons are made on f64 radians like upstream's, because rounding decides them where rows line up. */
function joinBand(options: JoinOptions, north: number, filling: Filling): void {
  const { rows, lon, triangulate, angle } = options;
  const south = north + 1;
  const northEnd = rowEnd(options, north);
  const southEnd = rowEnd(options, south);
  const northCount = rows.counts[north];
  const southCount = rows.counts[south];
  const northStart = rows.start[north];
  const southStart = rows.start[south];
  const northAfter = nodeAfter(options, north);
  const southAfter = nodeAfter(options, south);
  const northLon = (i: number): number => (i < northCount ? lon[northStart + i] : lon[northStart] + 360) * radiansPerDegree;
  const southLon = (i: number): number => (i < southCount ? lon[southStart + i] : lon[southStart] + 360) * radiansPerDegree;
  const { quads, triangles } = filling;
  let { quadEnd, triangleEnd } = filling;
  let iN = 0;
  let iS = 0;
  let xN1 = northLon(0);
  let xS1 = southLon(0);
  let xN2 = northEnd === 0 ? xN1 : northLon(1);
  let xS2 = southEnd === 0 ? xS1 : southLon(1);
  while (iN < northEnd || iS < southEnd) {
    let move: Move;
    if (iN === northEnd) move = 'south';
    else if (iS === southEnd) move = 'north';
    else if (level(xN1, xS1, xN2, xS2, angle)) move = triangulate ? shorter(xN1, xS1, xN2, xS2, north + iN) : 'both';
    else move = Math.abs(xN1 - xS2) <= Math.abs(xS1 - xN2) ? 'south' : 'north';
    const nodeN = iN < northCount ? northStart + iN : northAfter;
    const nodeS = iS < southCount ? southStart + iS : southAfter;
    if (move === 'both') {
      quads[quadEnd] = nodeN;
      quads[quadEnd + 1] = nodeS;
      quads[quadEnd + 2] = iS + 1 < southCount ? southStart + iS + 1 : southAfter;
      quads[quadEnd + 3] = iN + 1 < northCount ? northStart + iN + 1 : northAfter;
      quadEnd += 4;
    } else {
      triangles[triangleEnd] = nodeN;
      triangles[triangleEnd + 1] = nodeS;
      if (move === 'south') triangles[triangleEnd + 2] = iS + 1 < southCount ? southStart + iS + 1 : southAfter;
      else triangles[triangleEnd + 2] = iN + 1 < northCount ? northStart + iN + 1 : northAfter;
      triangleEnd += 3;
    }
    if (move !== 'north') {
      iS++;
      xS1 = xS2;
      if (iS < southEnd) xS2 = southLon(iS + 1);
    }
    if (move !== 'south') {
      iN++;
      xN1 = xN2;
      if (iN < northEnd) xN2 = northLon(iN + 1);
    }
  }
  filling.quadEnd = quadEnd;
  filling.triangleEnd = triangleEnd;
}

/** Which pointer goes on: of a triangle the row of its second corner, of a quadrilateral both. */
type Move = 'north' | 'south' | 'both';

/** Whether both sides of a quadrilateral lean at most `angle` degrees against the meridian. */
function level(xN1: number, xS1: number, xN2: number, xS2: number, angle: number): boolean {
  if (angle < 0) return false;
  if (xN1 === xS1 && xN2 === xS2) return true;
  if (angle === 0) return false;
  const step = Math.min(Math.abs(xN2 - xN1), Math.abs(xS2 - xS1));
  const most = angle * radiansPerDegree;
  return Math.abs(Math.atan2(xN1 - xS1, step)) <= most && Math.abs(Math.atan2(xN2 - xS2, step)) <= most;
}

/** The shorter diagonal, measured in longitude; equal ones alternate. */
function shorter(xN1: number, xS1: number, xN2: number, xS2: number, parity: number): Move {
  const toSouth = Math.abs(xN1 - xS2);
  const toNorth = Math.abs(xS1 - xN2);
  if (toSouth === toNorth) return (parity & 1) === 1 ? 'south' : 'north';
  return toSouth < toNorth ? 'south' : 'north';
}

/** Triangles from a node on a pole to every side of its nearest row. */
function fan(options: JoinOptions, row: number, pole: number, filling: Filling): void {
  const { rows } = options;
  const sides = rows.counts[row] - (rows.periodic ? 0 : 1);
  for (let i = 0; i < sides; i++) {
    const west = rows.start[row] + i;
    const east = i + 1 < rows.counts[row] ? west + 1 : nodeAfter(options, row);
    filling.triangles.set(row === 0 ? [pole, west, east] : [pole, east, west], filling.triangleEnd);
    filling.triangleEnd += 3;
  }
}

/** The polygon of the row next to a pole, cut in a zig-zag from its first and its last point on. */
function patchPole(start: number, count: number, north: boolean, filling: Filling): void {
  let west = start;
  let east = start + count - 1;
  for (let forward = true; east > west + 1; forward = !forward) {
    const third = forward ? west + 1 : east - 1;
    filling.triangles.set(north ? [west, third, east] : [east, third, west], filling.triangleEnd);
    filling.triangleEnd += 3;
    if (forward) west++;
    else east--;
  }
}
