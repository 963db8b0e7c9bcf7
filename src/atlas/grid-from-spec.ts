import { DteError, nearestWord } from '../base/index.js';
import { crop } from './crop.js';
import { gaussianGrid } from './gaussian-grid.js';
import type { Grid, GridSpec } from './grid.js';
import { acceptedGrids, gridFromName } from './grid-name.js';
import { healpixGrid } from './healpix/healpix-grid.js';
import { spectralGrid, unknownGrid } from './other-grids.js';
import { latLonFromIncrements } from './regular-lat-lon.js';
import { orderedGrid } from './ordered-grid.js';
import { hasPoints, type PointFiles, pointKeys, pointsFromSpec, withPointFiles } from './points-from-spec.js';
import { unstructuredGrid } from './point-grids.js';
import { reducedLatLon } from './reduced-lat-lon.js';
import { regionalFromSpec, regionalKeys, zonalBand } from './regional-from-spec.js';
import type { Rotation } from './rotated-lat-lon.js';
import { allowOnly, areaOf, integer, numbers, pair, rotationOf, type SpecMap } from './spec-map.js';

const keys: readonly string[] = [
  'grid',
  'area',
  'pl',
  'N',
  'rotation',
  'reference',
  'order',
  'ordering',
  'type',
  'truncation',
  'points',
  'identity',
  ...regionalKeys,
  ...pointKeys,
];

/**
 * The grid that a gridspec describes: a name (`O640`, any case), increments (`1/1`, `[1, 1]`), or a map, as an object or as
 * JSON text: `{ grid: 'O640', area: '60/-30/30/40' }`, `{ grid: [0.25, 0.25], rotation: [-40, 10] }`, `{ pl: [20, ...] }`,
 * `{ type: 'sh', truncation: 639 }`. Keys: grid, area (N/W/S/E), pl (points of each row's circle) with N when it has not 2N rows,
 * rotation (south pole lat/lon), reference (lon/lat of a point of a shifted grid), order (i+j-, i+j+, ..., ring, nested). YAML text is read by `gridFromText`.
 *
 * Errors: `input.syntax` (text that is neither a name nor JSON), `input.grid` (unknown name or key, contradictions), `input.area`,
 * `unsupported.grid` (valid but not implemented).
 *
 * @example gridFromSpec('O640').points // 1661440
 */
export function gridFromSpec(spec: string | GridSpec | readonly number[] | Readonly<Record<string, unknown>>): Grid {
  if (typeof spec !== 'string') return fromValue(spec);
  const read = plainValue(spec);
  if ('value' in read) return fromValue(read.value);
  throw new DteError('input.syntax', `gridspec '${spec}' is neither a name nor JSON`, {
    hint: `gridFromText reads YAML; ${acceptedGrids}`,
    cause: read.problem,
  });
}

/**
 * As `gridFromSpec`, for what a person wrote: the text may also be YAML, `{grid: O640, area: 60/-30/30/40}`. The YAML parser is
 * loaded by the first text that needs it. `files` reads the files of points that a gridspec names (`coordinates`, `latitudes`,
 * `longitudes`). Errors: as `gridFromSpec`, `input.syntax` with the line.
 */
export async function gridFromText(text: string, files?: PointFiles): Promise<Grid> {
  const read = plainValue(text);
  const value = 'value' in read ? read.value : await yamlValue(text);
  return fromValue(isMap(value) && hasPoints(value) ? await withPointFiles(value, files) : value);
}

function isMap(value: unknown): value is SpecMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a text that needs no YAML: a name or increments as they are, or JSON. */
function plainValue(text: string): { readonly value: unknown } | { readonly problem: unknown } {
  const trimmed = text.trim();
  if (/^[\w./+-]*$/.test(trimmed)) return { value: trimmed };
  try {
    return { value: JSON.parse(trimmed) as unknown };
  } catch (problem) {
    return { problem };
  }
}

async function yamlValue(text: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new DteError('input.syntax', `gridspec cannot be parsed: ${problem.message}`, {
      where: { line: lineCounter.linePos(problem.pos[0]).line },
      hint: acceptedGrids,
      cause: problem,
    });
  }
  return document.toJS() as unknown;
}

function fromValue(value: unknown): Grid {
  if (typeof value === 'string' && value !== '') return fromGridKey(value, {});
  if (Array.isArray(value)) return fromGridKey(value, {});
  if (!isMap(value)) {
    throw new DteError('input.grid', `gridspec ${JSON.stringify(value)} is not a grid`, { hint: acceptedGrids });
  }
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const near = nearestWord(key, keys);
    throw new DteError('input.grid', `gridspec key '${key}' is not known`, {
      hint: `keys are ${keys.join(', ')}${near === undefined ? '' : `; did you mean '${near}'?`}`,
    });
  }
  return inOrder(value);
}

/** The order of the points goes with any grid; `ordering` is its older name. */
function inOrder({ order, ordering, ...map }: SpecMap): Grid {
  const wanted = order ?? ordering ?? 'i+j-';
  if (typeof wanted !== 'string') {
    throw new DteError('input.grid', `gridspec order ${JSON.stringify(wanted)} is not a word`, { hint: 'i+j-, i+j+, ring, nested' });
  }
  const grid = fromMap(map);
  if (wanted !== 'ring' && wanted !== 'nested') return orderedGrid(grid, wanted);
  const { healpix } = grid;
  if (healpix === undefined) {
    throw new DteError('input.grid', `order '${wanted}' does not fit a grid of type ${grid.type}`, { hint: 'HEALPix grids have it' });
  }
  if (healpix.order === 'nested' && wanted === 'ring') {
    throw new DteError('input.grid', `order 'ring' contradicts the grid's name ${String(map.grid)}`, { hint: 'leave out order' });
  }
  return wanted === healpix.order ? grid : healpixGrid(healpix.nside, wanted);
}

function fromMap(map: SpecMap): Grid {
  if (hasPoints(map)) return pointsFromSpec(map);
  if (
    map.type !== undefined &&
    map.type !== 'regular_ll' &&
    map.type !== 'rotated_ll' &&
    map.type !== 'regular_gg' &&
    map.type !== 'reduced_gg' &&
    map.type !== 'rotated_gg' &&
    map.type !== 'healpix' &&
    map.type !== 'cubedsphere' &&
    map.type !== 'orca'
  )
    return fromType(map);
  const grid = map.grid !== undefined ? fromGridKey(map.grid, map) : fromPl(map);
  if (map.type !== undefined && map.type !== grid.type) {
    throw new DteError('input.grid', `gridspec type '${String(map.type)}' contradicts its grid, which is ${grid.type}`, {
      hint: 'leave out type',
    });
  }
  return grid;
}

function fromType(map: SpecMap): Grid {
  switch (map.type) {
    case 'sh':
      allowOnly(map, ['type', 'truncation']);
      return spectralGrid(integer(map, 'truncation'));
    case 'unstructured':
    case 'unknown': {
      allowOnly(map, ['type', 'points', 'identity', 'columns']);
      const options = { points: integer(map, 'points'), ...(map.identity === undefined ? {} : { identity: String(map.identity) }) };
      if (map.type === 'unknown') return unknownGrid(options);
      return unstructuredGrid({ ...options, ...(map.columns === undefined ? {} : { columns: integer(map, 'columns') }) });
    }
    case 'reduced_ll':
      allowOnly(map, ['type', 'pl', 'area']);
      return reducedLatLon({ pl: plOf(map.pl), ...(map.area === undefined ? {} : { area: areaOf(map.area) }) });
    case 'zonal_band':
      return zonalBand(map);
    case 'regional':
      return regionalFromSpec(map);
    default:
      throw new DteError('unsupported.grid', `gridspec type ${JSON.stringify(map.type)} is not implemented`, {
        hint: 'types are regular_ll, rotated_ll, regular_gg, reduced_gg, reduced_ll, healpix, regional (with a projection), zonal_band, sh, unstructured, unknown',
      });
  }
}

function fromGridKey(grid: unknown, map: SpecMap): Grid {
  const increments = incrementsOf(grid);
  if (increments !== undefined) {
    allowOnly(map, ['grid', 'area', 'rotation', 'reference', 'type']);
    return latLonFromIncrements(increments, {
      ...(map.area === undefined ? {} : { area: areaOf(map.area) }),
      ...(map.reference === undefined ? {} : { reference: pair(map.reference, 'reference', 'lon/lat, degrees') }),
      ...(map.rotation === undefined ? {} : { rotation: rotationOf(map.rotation) }),
    });
  }
  if (typeof grid !== 'string') throw new DteError('input.grid', `grid ${JSON.stringify(grid)} is not a grid`, { hint: acceptedGrids });
  allowOnly(map, ['grid', 'area', 'rotation', 'type']);
  const named = gridFromName(grid);
  const part = map.area === undefined ? named : crop(named, areaOf(map.area)).grid;
  return map.rotation === undefined ? part : rotateNamed(part, grid, rotationOf(map.rotation));
}

/** The grid again, its coordinates taken as those of a rotated frame. */
function rotateNamed(grid: Grid, name: string, rotation: Rotation): Grid {
  const { area, reference, pl } = grid.spec as { area?: readonly number[]; reference?: readonly [number, number]; pl?: readonly number[] };
  const part = area === undefined ? {} : { area };
  if (grid.type === 'regular_ll') {
    return latLonFromIncrements(grid.spec.grid as readonly [number, number], {
      rotation,
      ...part,
      ...(reference === undefined ? {} : { reference }),
    });
  }
  const { gaussianNumber, rows } = grid;
  if (gaussianNumber === undefined || rows === undefined) {
    throw new DteError('unsupported.grid', `grid '${name}' of type ${grid.type} cannot be rotated`, {
      hint: 'regular_ll, regular_gg and reduced_gg grids can',
    });
  }
  const circles = pl ?? Array.from(rows.lonStep, (step) => Math.round(360 / step));
  return gaussianGrid({ gaussianNumber, rotation, ...part, ...(grid.type === 'regular_gg' ? {} : { pl: circles }) });
}

function fromPl(map: SpecMap): Grid {
  if (map.pl === undefined) throw new DteError('input.grid', 'gridspec has neither grid nor pl nor type', { hint: acceptedGrids });
  allowOnly(map, ['pl', 'N', 'area', 'rotation', 'type']);
  const pl = plOf(map.pl);
  if (map.N === undefined && pl.length % 2 !== 0) {
    throw new DteError('input.grid', `pl has ${pl.length} rows`, {
      hint: 'a Gaussian grid has an even number of rows; for a part of one give N',
    });
  }
  return gaussianGrid({
    gaussianNumber: map.N === undefined ? pl.length / 2 : integer(map, 'N'),
    pl,
    ...(map.area === undefined ? {} : { area: areaOf(map.area) }),
    ...(map.rotation === undefined ? {} : { rotation: rotationOf(map.rotation) }),
  });
}

function plOf(value: unknown): readonly number[] {
  const pl = numbers(value);
  if (pl !== undefined) return pl;
  throw new DteError('input.grid', `pl ${JSON.stringify(value)} is not a list of numbers`, { hint: 'points per row, north to south' });
}

function incrementsOf(grid: unknown): readonly [number, number] | undefined {
  if (typeof grid === 'string' && !grid.includes('/')) return undefined;
  const list = numbers(grid);
  return list?.length === 2 ? (list as [number, number]) : undefined;
}
