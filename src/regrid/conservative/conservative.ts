import type { Layout } from '../layout.js';
import { allocateMatrix, type Matrix } from '../matrix.js';
import type { Method, Prepared, Problem } from '../method.js';
import { boxOverlaps } from './box-overlaps.js';
import { boxPolygonOverlaps } from './box-polygon-overlaps.js';
import { type CellGradients, cellGradients, gradientsOf } from './cell-gradients.js';
import { type CapIndex, capIndex } from './cell-index.js';
import { type CellParts, cellParts } from './cell-parts.js';
import type { Gradients } from './gradients.js';
import type { OverlapFinder } from './overlaps.js';
import { polygonBoxOverlaps, polygonOverlaps } from './polygon-overlaps.js';
import { rowCells } from './row-cells.js';
import { rowGradients } from './row-gradients.js';
import { entryBuffer, rowMaker } from './row-maker.js';

/**
 * Conservative interpolation of first order: the weight of a source cell is the share of the target cell that it covers
 * (Jones 1999). Grids with rows have boxes between parallels and meridians, all others polygons of great circles, and areas are
 * those of these very cells: the integral over the sphere is kept to rounding whatever the pair of grids.
 */
export const conservative: Method = conservativeMethod('conservative', 1);

/** Second order: the field varies linearly in each source cell (Kritsikis et al. 2017); values may overshoot those of the source. */
export const conservativeSecond: Method = conservativeMethod('conservative-2', 2);

function conservativeMethod(name: string, order: 1 | 2): Method {
  return {
    name,
    needs: ['source-cells', 'target-cells'],
    rowsPerThread: 100_000,
    prepare: (problem) => prepareCells(problem, order),
    rows: (problem, start, end) => conservativeRows(problem, order, start, end),
  };
}

function prepareCells({ source, target, shared }: Problem, order: 1 | 2): Prepared {
  const prepared: Record<string, ArrayBufferView | number> = {};
  if (source.cells !== undefined) {
    const parts = cellParts(source.cells, shared);
    put(prepared, 'source', parts);
    put(prepared, 'index', capIndex(parts.cap, shared));
    if (order === 2) put(prepared, 'gradient', cellGradients(source.cells, parts, shared));
  }
  if (target.cells !== undefined) put(prepared, 'target', cellParts(target.cells, shared));
  return prepared;
}

type Arrays = CellParts | CapIndex | CellGradients;

/** Flat names, because what is posted to threads is one record. */
function put(prepared: Record<string, ArrayBufferView | number>, prefix: string, arrays: Arrays): void {
  for (const [name, value] of Object.entries(arrays)) prepared[`${prefix}.${name}`] = value as ArrayBufferView | number;
}

function take<A extends Arrays>(prepared: Prepared | undefined, prefix: string): A {
  const entries = Object.entries(prepared ?? {}).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length + 1), value])) as unknown as A;
}

function conservativeRows(problem: Problem, order: 1 | 2, start: number, end: number): Matrix {
  const { source, shared, options, prepared } = problem;
  const normalise = options.normalise ?? true;
  const gradients = order === 1 ? undefined : sourceGradients(source, prepared);
  const makeRow = rowMaker(finderOf(problem), gradients, source.points, { normalise, leastCovered: options['least-covered'] ?? 0 });
  const rowStart = new Uint32Array(end - start + 1);
  const entries = entryBuffer(8 * (end - start) + 64);
  for (let point = start; point < end; point++) {
    makeRow(point, entries);
    rowStart[point - start + 1] = entries.count;
  }
  const matrix = allocateMatrix({ rows: end - start, columns: source.points, entries: entries.count, shared });
  matrix.rowStart.set(rowStart);
  matrix.column.set(entries.column.subarray(0, entries.count));
  matrix.weight.set(entries.weight.subarray(0, entries.count));
  return { ...matrix, ...(order === 2 ? { signed: true } : {}), ...(normalise ? {} : { anySum: true }) };
}

function finderOf({ source, target, prepared }: Problem): OverlapFinder {
  if (hasBoxes(source)) {
    return hasBoxes(target)
      ? boxOverlaps(rowCells(source.rows), rowCells(target.rows))
      : boxPolygonOverlaps(rowCells(source.rows), take<CellParts>(prepared, 'target'));
  }
  const parts = take<CellParts>(prepared, 'source');
  const index = take<CapIndex>(prepared, 'index');
  return hasBoxes(target)
    ? polygonBoxOverlaps(parts, index, rowCells(target.rows))
    : polygonOverlaps(parts, index, take<CellParts>(prepared, 'target'));
}

function sourceGradients(source: Layout, prepared: Prepared | undefined): Gradients {
  if (hasBoxes(source)) return rowGradients(rowCells(source.rows));
  return gradientsOf(take<CellParts>(prepared, 'source'), take<CellGradients>(prepared, 'gradient'));
}

type BoxLayout = Layout & { readonly rows: NonNullable<Layout['rows']> };

/** Rows of HEALPix have cells that are no boxes: where a layout brings cells, these count. */
function hasBoxes(layout: Layout): layout is BoxLayout {
  return layout.cells === undefined && layout.rows !== undefined;
}
