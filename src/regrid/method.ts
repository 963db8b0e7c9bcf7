import type { Grid } from '../atlas/index.js';
import type { Layout } from './layout.js';
import type { Matrix } from './matrix.js';
import type { ResolvedOptions } from './method-options.js';

/** Plain data that a method makes once for all rows: a search tree, triangles. Typed arrays are best in shared memory. */
export type Prepared = Readonly<Record<string, ArrayBufferView | number | boolean | string>>;

/** A pair of grids as plain data: what a worker thread needs to make rows of weights. */
export interface Problem {
  readonly source: Layout;
  readonly target: Layout;
  /** Put the weights into shared memory. */
  readonly shared: boolean;
  readonly options: ResolvedOptions;
  /** What `Method.prepare` made. */
  readonly prepared?: Prepared;
}

/**
 * What a method needs to know of a grid: rows along parallels (of the globe or of the source's rotated frame), or else the cells
 * around the points of a grid that has no rows. The positions of points are there without asking.
 */
export type Need = 'source-rows' | 'target-rows' | 'source-cells' | 'target-cells';

/** A way to make interpolation weights. */
export interface Method {
  readonly name: string;
  readonly needs?: readonly Need[];
  /**
   * Of equally good points the one of the lowest index is taken: columns are wanted in the grid's own order, also where the
   * method works by the rows of another one (`RowLayout.order`).
   */
  readonly inOwnOrder?: true;
  /** Rows that are worth a thread; default 750 000. */
  readonly rowsPerThread?: number;
  /** Throws `unsupported.grid` when the method cannot work between these grids. */
  check?(source: Grid, target: Grid, options: ResolvedOptions): void;
  /** Made once, on the caller's thread, and posted to those that make rows. */
  prepare?(problem: Problem): Prepared | Promise<Prepared>;
  /** The rows of the target points from `start` to `end`, as a matrix of `end - start` rows; the same whatever the split into ranges. */
  rows(problem: Problem, start: number, end: number): Matrix;
}
