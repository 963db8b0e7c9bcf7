import type { Grid } from '../../atlas/index.js';
import { type NetcdfVariableToWrite, writeNetcdf } from '../../base/index.js';
import { cellAreas } from '../conservative/cell-areas.js';
import type { Matrix } from '../matrix.js';
import { methodName } from '../methods.js';

/** Names of arrays: those of SCRIP, which CDO writes, or those of ESMF. */
export type ScripLayout = 'cdo' | 'esmf';

export interface ScripOptions {
  /** Method that made the weights: readers may treat them by it. */
  readonly method: string;
  /** Default `cdo`. */
  readonly layout?: ScripLayout;
}

const radians = Math.PI / 180;

/**
 * Weights as a SCRIP netCDF file (Jones 1998, SCRIP user guide, 3.1.3), points in the order of the grids: `cdo remap,grid,file` applies
 * the layout `cdo`, ESMF and xESMF read `esmf`. Links are sorted by target point. Areas are written for conservative methods, in
 * steradians. `unsupported.grid` for a grid without coordinates.
 */
export function writeScrip(matrix: Matrix, source: Grid, target: Grid, options: ScripOptions): Uint8Array<ArrayBuffer> {
  const method = methodName(options.method);
  const isConservative = method.startsWith('conservative') || method === 'grid-box-average';
  const facts: Facts = { matrix, source, target, method, isConservative, ...fractions(matrix, source, target, isConservative) };
  return options.layout === 'esmf' ? esmfFile(facts) : cdoFile(facts);
}

interface Facts {
  readonly matrix: Matrix;
  readonly source: Grid;
  readonly target: Grid;
  readonly method: string;
  readonly isConservative: boolean;
  /** Steradians; undefined where they mean nothing. */
  readonly sourceArea: Float64Array | undefined;
  readonly targetArea: Float64Array | undefined;
  /** The part of each cell that takes part. */
  readonly sourceFraction: Float64Array;
  readonly targetFraction: Float64Array;
}

type Fractions = Pick<Facts, 'sourceArea' | 'targetArea' | 'sourceFraction' | 'targetFraction'>;

function fractions(matrix: Matrix, source: Grid, target: Grid, isConservative: boolean): Fractions {
  const targetFraction = new Float64Array(matrix.rows);
  const sourceFraction = new Float64Array(matrix.columns);
  for (let row = 0; row < matrix.rows; row++) {
    let sum = 0;
    for (let entry = matrix.rowStart[row]; entry < matrix.rowStart[row + 1]; entry++) {
      sum += matrix.weight[entry];
      if (!isConservative) sourceFraction[matrix.column[entry]] = 1;
    }
    targetFraction[row] = matrix.anySum === true ? sum : sum === 0 ? 0 : 1;
  }
  if (!isConservative) return { sourceArea: undefined, targetArea: undefined, sourceFraction, targetFraction };
  const [sourceArea, targetArea] = [cellAreas(source), cellAreas(target, source)];
  for (let row = 0; row < matrix.rows; row++) {
    for (let entry = matrix.rowStart[row]; entry < matrix.rowStart[row + 1]; entry++) {
      sourceFraction[matrix.column[entry]] += (matrix.weight[entry] * targetArea[row]) / sourceArea[matrix.column[entry]];
    }
  }
  return { sourceArea, targetArea, sourceFraction, targetFraction };
}

/** Columns and rows of a grid with equal rows, west to east first; else the number of points. */
export function scripDimensions(grid: Grid): readonly number[] {
  const rows = grid.rows ?? grid.rotated?.rows;
  if (rows?.counts.every((count) => count === rows.counts[0]) === true && grid.healpix === undefined)
    return [rows.counts[0], rows.counts.length];
  return grid.projected === undefined ? [grid.points] : [grid.projected.columns, grid.projected.rows];
}

function cdoFile(facts: Facts): Uint8Array<ArrayBuffer> {
  const { matrix, source, target, isConservative } = facts;
  const [sourceDims, targetDims] = [scripDimensions(source), scripDimensions(target)];
  const { row, column } = addresses(matrix);
  const side = (prefix: string, grid: Grid, area: Float64Array | undefined, fraction: Float64Array): Variables => {
    const size = [`${prefix}_size`];
    const { lat, lon } = grid.coordinates();
    return {
      [`${prefix}_center_lat`]: reals(
        size,
        lat.map((value) => value * radians),
        'radians',
      ),
      [`${prefix}_center_lon`]: reals(
        size,
        lon.map((value) => value * radians),
        'radians',
      ),
      [`${prefix}_imask`]: {
        type: 'int',
        dimensions: size,
        attributes: { units: 'unitless' },
        values: new Int32Array(grid.points).fill(1),
      },
      ...(area === undefined ? {} : { [`${prefix}_area`]: reals(size, area, 'square radians') }),
      [`${prefix}_frac`]: reals(size, fraction, 'unitless'),
    };
  };
  return writeNetcdf({
    dimensions: {
      src_grid_size: source.points,
      dst_grid_size: target.points,
      src_grid_rank: sourceDims.length,
      dst_grid_rank: targetDims.length,
      num_links: matrix.column.length,
      num_wgts: 1,
    },
    attributes: {
      title: 'dte-webgpu interpolation weights',
      normalization: !isConservative ? 'none' : matrix.anySum === true ? 'destarea' : 'fracarea',
      map_method: cdoMethod(facts.method),
      conventions: 'SCRIP',
      source_grid: gridWord(source),
      dest_grid: gridWord(target),
    },
    variables: {
      src_grid_dims: { type: 'int', dimensions: ['src_grid_rank'], values: Int32Array.from(sourceDims) },
      dst_grid_dims: { type: 'int', dimensions: ['dst_grid_rank'], values: Int32Array.from(targetDims) },
      ...side('src_grid', source, facts.sourceArea, facts.sourceFraction),
      ...side('dst_grid', target, facts.targetArea, facts.targetFraction),
      src_address: { type: 'int', dimensions: ['num_links'], values: column },
      dst_address: { type: 'int', dimensions: ['num_links'], values: row },
      remap_matrix: { type: 'double', dimensions: ['num_links', 'num_wgts'], values: matrix.weight },
    },
  });
}

/** CDO knows a few methods by these words; all are applied as a sum of weights times values. */
function cdoMethod(method: string): string {
  if (method.startsWith('conservative') || method === 'grid-box-average') return 'Conservative remapping using clipping on sphere';
  return method === 'nearest-neighbour' ? 'Nearest neighbor' : 'Distance weighted avg of nearest neighbors';
}

function gridWord(grid: Grid): string {
  return grid.name ?? (grid.type === 'regular_ll' ? 'lonlat' : grid.type);
}

function esmfFile(facts: Facts): Uint8Array<ArrayBuffer> {
  const { matrix, source, target } = facts;
  const [sourceDims, targetDims] = [scripDimensions(source), scripDimensions(target)];
  const { row, column } = addresses(matrix);
  const side = (letter: 'a' | 'b', grid: Grid, area: Float64Array | undefined, fraction: Float64Array): Variables => {
    const size = [`n_${letter}`];
    const { lat, lon } = grid.coordinates();
    return {
      [`yc_${letter}`]: reals(size, lat, 'degrees'),
      [`xc_${letter}`]: reals(size, lon, 'degrees'),
      [`mask_${letter}`]: { type: 'int', dimensions: size, attributes: { units: 'unitless' }, values: new Int32Array(grid.points).fill(1) },
      [`area_${letter}`]: reals(size, area ?? new Float64Array(grid.points), 'square radians'),
      [`frac_${letter}`]: reals(size, fraction, 'unitless'),
    };
  };
  return writeNetcdf({
    dimensions: {
      n_a: source.points,
      n_b: target.points,
      n_s: matrix.column.length,
      src_grid_rank: sourceDims.length,
      dst_grid_rank: targetDims.length,
    },
    attributes: {
      title: 'dte-webgpu interpolation weights',
      normalization: matrix.anySum === true ? 'destarea' : 'fracarea',
      map_method: facts.isConservative ? 'Conservative remapping' : facts.method,
      conventions: 'NCAR-CSM',
    },
    variables: {
      src_grid_dims: { type: 'int', dimensions: ['src_grid_rank'], values: Int32Array.from(sourceDims) },
      dst_grid_dims: { type: 'int', dimensions: ['dst_grid_rank'], values: Int32Array.from(targetDims) },
      ...side('a', source, facts.sourceArea, facts.sourceFraction),
      ...side('b', target, facts.targetArea, facts.targetFraction),
      col: { type: 'int', dimensions: ['n_s'], values: column },
      row: { type: 'int', dimensions: ['n_s'], values: row },
      S: { type: 'double', dimensions: ['n_s'], values: matrix.weight },
    },
  });
}

type Variables = Readonly<Record<string, NetcdfVariableToWrite>>;

function reals(dimensions: readonly string[], values: Float64Array, units: string): NetcdfVariableToWrite {
  return { type: 'double', dimensions, attributes: { units }, values };
}

/** Rows and columns of the links, from 1. */
function addresses({ rows, rowStart, column }: Matrix): { readonly row: Int32Array; readonly column: Int32Array } {
  const row = new Int32Array(column.length);
  for (let r = 0; r < rows; r++) row.fill(r + 1, rowStart[r], rowStart[r + 1]);
  return { row, column: Int32Array.from(column, (c) => c + 1) };
}
