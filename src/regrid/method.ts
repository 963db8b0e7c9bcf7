import type { Grid } from '../atlas/index.js';
import type { Layout } from './layout.js';
import type { Matrix } from './matrix.js';

/** A pair of grids as plain data: what a worker thread needs to make rows of weights. */
export interface Problem {
  readonly source: Layout;
  readonly target: Layout;
  /** Put the weights into shared memory. */
  readonly shared: boolean;
}

/** A way to make interpolation weights. */
export interface Method {
  readonly name: string;
  /** Throws `unsupported.grid` when the method cannot work between these grids. */
  check?(source: Grid, target: Grid): void;
  /** The rows of the target points from `start` to `end`, as a matrix of `end - start` rows; the same whatever the split into ranges. */
  rows(problem: Problem, start: number, end: number): Matrix;
}
