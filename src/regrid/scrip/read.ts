import { DteError, type Netcdf, type NetcdfVariable, readNetcdf } from '../../base/index.js';
import { allocateMatrix, type Matrix, promiseKept } from '../matrix.js';
import { sortEntries } from '../permute.js';

/** One side of a weights file. */
export interface ScripSide {
  readonly points: number;
  /** Columns and rows where the file tells, else the number of points. */
  readonly dimensions: readonly number[];
  /** Degrees, where the file has them. */
  readonly lat?: Float64Array;
  readonly lon?: Float64Array;
}

export interface ScripWeights {
  /** Points in the order of the file. */
  readonly matrix: Matrix;
  readonly source: ScripSide;
  readonly target: ScripSide;
}

/** Where the arrays of a layout are. */
interface Names {
  readonly column: string;
  readonly row: string;
  readonly weight: string;
  readonly sizes: readonly [string, string];
  readonly dims: readonly [string, string];
  readonly lat: readonly [string, string];
  readonly lon: readonly [string, string];
  /** Arrays of points, which tell their number where dimensions have no names. */
  readonly pointwise: readonly [readonly string[], readonly string[]];
}

const cdoNames: Names = {
  column: 'src_address',
  row: 'dst_address',
  weight: 'remap_matrix',
  sizes: ['src_grid_size', 'dst_grid_size'],
  dims: ['src_grid_dims', 'dst_grid_dims'],
  lat: ['src_grid_center_lat', 'dst_grid_center_lat'],
  lon: ['src_grid_center_lon', 'dst_grid_center_lon'],
  pointwise: [
    ['src_grid_center_lat', 'src_grid_imask', 'src_grid_frac', 'src_grid_area'],
    ['dst_grid_center_lat', 'dst_grid_imask', 'dst_grid_frac', 'dst_grid_area'],
  ],
};

const esmfNames: Names = {
  column: 'col',
  row: 'row',
  weight: 'S',
  sizes: ['n_a', 'n_b'],
  dims: ['src_grid_dims', 'dst_grid_dims'],
  lat: ['yc_a', 'yc_b'],
  lon: ['xc_a', 'xc_b'],
  pointwise: [
    ['yc_a', 'mask_a', 'frac_a', 'area_a'],
    ['yc_b', 'mask_b', 'frac_b', 'area_b'],
  ],
};

/**
 * The weights of a SCRIP file, in CDO's (SCRIP's) or ESMF's layout, netCDF classic or netCDF-4. Links may come in any order; links
 * between the same points are added. Errors: `data.format` for a file without these arrays, whose arrays do not agree, or with an
 * address outside of its grids; `unsupported.method` for weights that ask for gradients of the field (several numbers per link:
 * bicubic and second order conservative of SCRIP).
 */
export async function readScrip(bytes: Uint8Array, file?: string): Promise<ScripWeights> {
  const netcdf = await readNetcdf(bytes, file);
  const where = file === undefined ? {} : { where: { file } };
  const names = [cdoNames, esmfNames].find(({ weight }) => Object.hasOwn(netcdf.variables, weight));
  if (names === undefined) {
    throw new DteError('data.format', 'a netCDF file without interpolation weights', {
      ...where,
      hint: 'weights of CDO have an array remap_matrix, those of ESMF an array S',
    });
  }
  const refuse: Refuse = (reason) => {
    throw new DteError('data.format', `a damaged weights file: ${reason}`, where);
  };
  const source = sideOf(netcdf, names, 0, refuse);
  const target = sideOf(netcdf, names, 1, refuse);
  return { matrix: matrixOf(netcdf, names, [source.points, target.points], refuse, where), source, target };
}

type Refuse = (reason: string) => never;

function arrayOf(netcdf: Netcdf, name: string, refuse: Refuse): NetcdfVariable {
  const found = netcdf.variables[name];
  return found === undefined ? refuse(`no array '${name}'`) : found;
}

function sideOf(netcdf: Netcdf, names: Names, side: 0 | 1, refuse: Refuse): ScripSide {
  const pointwise = names.pointwise[side].find((name) => Object.hasOwn(netcdf.variables, name));
  const points = netcdf.dimensions[names.sizes[side]] ?? (pointwise === undefined ? undefined : netcdf.variables[pointwise].values.length);
  if (points === undefined) return refuse(`the number of points is not told: no dimension '${names.sizes[side]}'`);
  const dims = netcdf.variables[names.dims[side]];
  const dimensions = dims === undefined ? [points] : Array.from(dims.values);
  const [lat, lon] = [names.lat[side], names.lon[side]].map((name) => degreesOf(netcdf.variables[name], points));
  const product = dimensions.reduce((count, length) => count * length, 1);
  return {
    points,
    dimensions: product === points ? dimensions : [points],
    ...(lat === undefined || lon === undefined ? {} : { lat, lon }),
  };
}

function degreesOf(variable: NetcdfVariable | undefined, points: number): Float64Array | undefined {
  if (variable === undefined || variable.values.length !== points) return undefined;
  const isRadians = String(variable.attributes['units'] ?? '').startsWith('rad');
  return Float64Array.from(variable.values, (value: number) => (isRadians ? (value * 180) / Math.PI : value));
}

function matrixOf(netcdf: Netcdf, names: Names, [columns, rows]: readonly [number, number], refuse: Refuse, where: object): Matrix {
  const column = arrayOf(netcdf, names.column, refuse).values;
  const row = arrayOf(netcdf, names.row, refuse).values;
  const { values, shape } = arrayOf(netcdf, names.weight, refuse);
  if (column.length !== row.length) refuse(`${column.length} source and ${row.length} target addresses`);
  if (shape.length === 2 && shape[1] !== 1) {
    throw new DteError('unsupported.method', `weights with ${shape[1]} numbers per link, which multiply gradients of the field`, {
      ...where,
      hint: 'weights of the first order (gencon, genbil, gennn, gendis) have one',
    });
  }
  if (values.length !== column.length) refuse(`${values.length} weights for ${column.length} links`);
  const matrix = allocateMatrix({ rows, columns, entries: column.length });
  for (let link = 0; link < column.length; link++) {
    if (!(column[link] >= 1 && column[link] <= columns)) refuse(`link ${link + 1} has the source point ${column[link]} of ${columns}`);
    if (!(row[link] >= 1 && row[link] <= rows)) refuse(`link ${link + 1} has the target point ${row[link]} of ${rows}`);
    if (!Number.isFinite(values[link])) refuse(`link ${link + 1} has the weight ${values[link]}`);
    matrix.rowStart[row[link]]++;
  }
  for (let r = 0; r < rows; r++) matrix.rowStart[r + 1] += matrix.rowStart[r];
  const next = matrix.rowStart.slice();
  const scale = areaScale(netcdf);
  for (let link = 0; link < column.length; link++) {
    const at = next[row[link] - 1]++;
    matrix.column[at] = column[link] - 1;
    matrix.weight[at] = values[link] * scale(row[link] - 1);
  }
  return merged(matrix);
}

/** Conservative weights of SCRIP without normalisation are areas: they are divided by the covered area of the target cell. */
function areaScale({ attributes, variables }: Netcdf): (row: number) => number {
  const isArea = attributes['normalization'] === 'none' && /^conservative/i.test(String(attributes['map_method']));
  const [area, fraction] = [variables['dst_grid_area']?.values, variables['dst_grid_frac']?.values];
  if (!isArea || area === undefined || fraction === undefined) return () => 1;
  return (row) => (area[row] * fraction[row] > 0 ? 1 / (area[row] * fraction[row]) : 0);
}

/** Sorted columns, equal ones added, zeros left out; with what is not promised of the result. */
function merged(matrix: Matrix): Matrix {
  const { rows, columns, rowStart, column, weight } = matrix;
  const starts = new Uint32Array(rows + 1);
  let used = 0;
  for (let row = 0; row < rows; row++) {
    sortEntries(column, weight, rowStart[row], rowStart[row + 1]);
    const begin = used;
    for (let entry = rowStart[row]; entry < rowStart[row + 1]; entry++) {
      if (weight[entry] === 0) continue;
      if (used > begin && column[used - 1] === column[entry]) {
        weight[used - 1] += weight[entry];
        continue;
      }
      column[used] = column[entry];
      weight[used++] = weight[entry];
    }
    starts[row + 1] = used;
  }
  const result: Matrix = { rows, columns, rowStart: starts, column: column.slice(0, used), weight: weight.slice(0, used) };
  return { ...result, ...promiseKept(result) };
}
