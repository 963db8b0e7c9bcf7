import type { RowLayout } from '../layout.js';
import type { RowMesh } from './row-mesh.js';

/** Whether the cells between two rows of a mesh are quadrilaterals: the points of both rows lie on the same meridians. */
export function isAligned({ counts, lonFirst, spread, parts }: RowMesh, band: number): boolean {
  const lower = band + 1;
  const same = counts[band] === counts[lower] && lonFirst[band] === lonFirst[lower];
  return same && counts[band] > 1 && spread[band] / parts[band] === spread[lower] / parts[lower];
}

/** Octahedral Gaussian rows have four points more or less than their neighbours, except the two at the equator. */
export function isOctahedral({ lonStep, gaussianEdges }: RowLayout): boolean {
  if (gaussianEdges === undefined || lonStep.length < 3) return false;
  let equal = 0;
  for (let row = 1; row < lonStep.length; row++) {
    const more = Math.round(Math.abs(360 / lonStep[row] - 360 / lonStep[row - 1]));
    if (more === 0) equal++;
    else if (more !== 4) return false;
  }
  return equal <= 1;
}

/**
 * Weights of the four corners, in the order north-west, south-west, south-east, north-east, from the parts of a triangle's corners: of
 * the first triangle the north-western corner, the one along u (south-western) and the one along v (north-eastern); of the second
 * the opposite corner, the one along its u (north-eastern) and along its v (south-western).
 */
export function quadWeights(second: boolean, parts: readonly [number, number, number], weight: Float64Array, at: number): void {
  const [origin, first, next] = parts.map((part) => Math.max(part, 0)) as [number, number, number];
  const sum = origin + first + next;
  const u = second ? 1 - first / sum : first / sum;
  const v = second ? 1 - next / sum : next / sum;
  weight[at] = (1 - u) * (1 - v);
  weight[at + 1] = u * (1 - v);
  weight[at + 2] = u * v;
  weight[at + 3] = (1 - u) * v;
}
