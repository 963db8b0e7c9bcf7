import type { Grid } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Matrix } from '../matrix.js';
import type { Method, Problem } from '../method.js';
import { rowEntries } from '../row-entries.js';
import { eachParallel, holdsPoint } from '../target-points.js';
import { stencilMaker, type StencilShape } from './stencil.js';

/** MIR's and atlas' `structured-bilinear`: linear along the two rows around the target, then between them. Four points. */
export const structuredBilinear: Method = structured('structured-bilinear', { rows: 2, inner: 2, outer: 2 });

/** `structured-bicubic`: cubic along four rows, then across them. Sixteen points; values may overshoot. */
export const structuredBicubic: Method = structured('structured-bicubic', { rows: 4, inner: 4, outer: 4 });

/** `structured-biquasicubic`, as in the IFS: cubic along the inner rows, linear along the outer ones, cubic across. Twelve points. */
export const structuredBiquasicubic: Method = structured('structured-biquasicubic', { rows: 4, inner: 4, outer: 2 });

/** A method of a source with rows along parallels, or with columns and rows in the plane of a map. */
function structured(name: string, shape: StencilShape): Method {
  return {
    name,
    check: (source) => checkStructured(name, source),
    rows: (problem, start, end) => stencilRows(problem, shape, start, end),
  };
}

function checkStructured(name: string, { type, rows, rotated, projected }: Grid): void {
  if (rows !== undefined || rotated !== undefined || projected !== undefined) return;
  throw new DteError('unsupported.grid', `${name} with a source grid of type ${type}`, {
    hint: `${name} takes source grids in rows: regular, reduced, rotated, HEALPix or regular on a map; for lists of points use linear`,
  });
}

function stencilRows(problem: Problem, shape: StencilShape, start: number, end: number): Matrix {
  const { source, target, shared } = problem;
  const stencilAt = stencilMaker(problem, shape);
  const size = 2 * shape.inner + (shape.rows - 2) * shape.outer;
  const entries = rowEntries({ rows: end - start, expected: size, merge: true, ...(shape.rows === 4 ? { signed: true } : {}) });
  eachParallel(target, start, end, (first, lat, lons, count) => {
    for (let k = 0; k < count; k++) {
      if (holdsPoint(problem, first + k, lat, lons[k])) {
        const stencil = stencilAt(first + k, lat, lons[k]);
        for (let entry = 0; entry < stencil.count; entry++) entries.add(stencil.column[entry], stencil.weight[entry]);
      }
      entries.endRow();
    }
  });
  return entries.pack(source.points, shared);
}
