import type { Grid } from '../../atlas/index.js';
import { type Context, DteError, nearestWord } from '../../base/index.js';
import { find, gridOf, type Message } from '../../grib/index.js';
import type { Fdb } from '../fdb.js';
import { report } from '../read/matched-databases.js';
import { checkExpected } from '../read/shortfall.js';
import { canonicalSelection, valueFits } from '../schema/index.js';
import type { OnDamage, Selection } from '../types.js';
import { chunkLength } from './chunk-grid.js';
import { gridAttributes, parameterAttributes, shortNameOf } from './describe-field.js';
import { type Dimension, dimensionsOf, epoch, inUnits } from './dimensions.js';
import { messagesOf } from './field-values.js';
import { type GridCoordinates, gridCoordinates } from './grid-coordinates.js';
import type { Attributes } from './metadata.js';
import { type ArrayNode, fieldArray, numberArray } from './nodes.js';
import { openDecoder, openStore, type StoreOptions } from './open-store.js';
import { type PlannedCells, plannedCells, predicateOf } from './planned-cells.js';
import type { Chunking, ZarrStore } from './types.js';
import { listVariables, selectionOf, type Variable } from './variables.js';

export interface ZarrHierarchyOptions extends StoreOptions {
  /** What is in the hierarchy: all fields that fit one of these. Keywords that are not named accept anything. */
  readonly requests: readonly Selection[];
  /** Chunks along dimensions, by name of the dimension or of a keyword of it. Default: single, one field to a chunk. */
  readonly chunks?: ReadonlyMap<string, Chunking>;
  /** Value of missing points and of fields that are not archived. Default NaN. */
  readonly fill?: number;
  /** Told of locked databases and of damage, which are gone past; without it the first is thrown. */
  readonly onDamage?: OnDamage;
  /** Told of values that a request names and no field has: they make no place in an array. */
  readonly onAbsent?: (keyword: string, values: readonly string[]) => void;
}

/** A variable with its fields in their cells. */
interface Planned {
  readonly variable: Variable;
  readonly dimensions: readonly Dimension[];
  readonly planned: PlannedCells;
  readonly message: Message;
  readonly grid: Grid;
}

/**
 * A group with one array for each parameter, and arrays of coordinates with attributes after the CF conventions, as xarray opens it.
 * Numeric keywords of several values are dimensions (`date` and `time` together are `time`), then come `latitude` and `longitude` for
 * regular grids and `values` for others, points in canonical order. Words (`type`, `levtype`, ...) tell arrays of one parameter apart: `z_pl`, `z_sfc`.
 * The search is done here, once. Errors: `absent.field` when nothing fits, `input.option` for chunks, those of reading.
 */
export async function zarrHierarchy(context: Context, fdb: Fdb, options: ZarrHierarchyOptions): Promise<ZarrStore> {
  const { requests, chunks = new Map(), fill = Number.NaN, onDamage } = options;
  const variables = await listVariables(fdb, requests, onDamage);
  const decoder = await openDecoder(context, options);
  const planned: Planned[] = [];
  for (const [variable, dimensions] of dimensionsOf(variables)) {
    const found = await plannedCells(fdb, selectionOf(variable), dimensions.filter(isLong), onDamage);
    const first = found.cells.find((cell) => cell !== undefined);
    // Fields that are listed and locked for reading, as onDamage was told.
    if (first === undefined) {
      if (onDamage === undefined) checkExpected('all', 0, found.shortfall);
      continue;
    }
    try {
      for await (const message of messagesOf(context, [first], decoder.tables))
        planned.push({ variable, dimensions, planned: found, message, grid: gridOf(message) });
    } catch (error) {
      report(error, onDamage);
    }
  }
  if (planned.length === 0) throw nothingFound(requests);
  checkChunks(chunks, planned);
  tellAbsent(context, fdb, planned, options);
  const { grids, nodes: gridNodes } = gridsOf(planned);
  const coordinates = coordinateNodes(planned);
  const taken = new Set([...gridNodes, ...coordinates.nodes].map(({ name }) => name));
  for (const { points } of grids.values()) for (const { name } of points) taken.add(name);
  const names = namesOf(planned, taken);
  const arrays = planned.map((one, number) => {
    const { points, auxiliary } = grids.get(one.grid.hash) as GridCoordinates;
    const along = one.dimensions.filter(isLong);
    const mine = new Set(one.dimensions);
    const others = coordinates.auxiliary.filter(({ of }) => of.every((dimension) => mine.has(dimension))).map(({ name }) => name);
    return fieldArray({
      name: names[number],
      dimensions: along.map((dimension) => ({ name: dimension.name, size: dimension.values.length, chunk: chunkOf(dimension, chunks) })),
      cells: one.planned.cells,
      grid: one.grid,
      points,
      fill,
      attributes: {
        ...parameterAttributes(one.message),
        ...gridAttributes(one.grid),
        // What readers that take the conventions' word for it look at.
        ...(Number.isNaN(fill) ? {} : { missing_value: fill }),
        ...([...others, ...auxiliary].length === 0 ? {} : { coordinates: [...others, ...auxiliary].join(' ') }),
        mars: marsOf(one),
      },
      decoder,
    });
  });
  return openStore({ arrays: [...gridNodes, ...coordinates.nodes, ...arrays], attributes: groupAttributes(planned) }, decoder, options);
}

const isLong = ({ values }: Dimension): boolean => values.length > 1;

function chunkOf({ name, keywords, values }: Dimension, chunks: ReadonlyMap<string, Chunking>): number {
  const asked = [name, ...keywords].map((one) => chunks.get(one)).find((chunking) => chunking !== undefined);
  return chunkLength(asked ?? 'single', values.length, `dimension '${name}'`);
}

/** A name that no dimension has is a mistake. */
function checkChunks(chunks: ReadonlyMap<string, Chunking>, planned: readonly Planned[]): void {
  const names = new Set(planned.flatMap(({ dimensions }) => dimensions.flatMap(({ name, keywords }) => [name, ...keywords])));
  for (const name of chunks.keys()) {
    if (names.has(name)) continue;
    const near = nearestWord(name, names);
    throw new DteError('input.option', `chunks are given for '${name}', which is no dimension`, {
      hint:
        near === undefined
          ? `dimensions are ${[...names].join(', ')}; the points of a field are always in one chunk`
          : `did you mean '${near}'?`,
    });
  }
}

function tellAbsent(context: Context, fdb: Fdb, planned: readonly Planned[], { requests, onAbsent }: ZarrHierarchyOptions): void {
  if (onAbsent === undefined) return;
  const { schema } = fdb.config;
  for (const request of requests)
    for (const [keyword, asked] of canonicalSelection(schema, request, { todayMs: context.clock.now() })) {
      const stored = new Set(
        planned.flatMap(({ variable: { fixed, varying } }) => [fixed.get(keyword) ?? [], ...(varying.get(keyword) ?? [])].flat()),
      );
      const predicate = predicateOf(keyword, fdb);
      const absent = asked.filter((value) => !stored.has(value) && ![...stored].some((one) => valueFits(predicate, value, one)));
      // None at all: keywords that no rule has, and parts of dates.
      if (absent.length > 0 && stored.size > 0) onAbsent(keyword, absent);
    }
}

/** The grid with most fields has the plain names. */
function gridsOf(planned: readonly Planned[]): {
  readonly grids: ReadonlyMap<string, GridCoordinates>;
  readonly nodes: readonly ArrayNode[];
} {
  const fields = new Map<string, { readonly grid: Grid; count: number }>();
  for (const {
    grid,
    planned: { found },
  } of planned) {
    const known = fields.get(grid.hash) ?? { grid, count: 0 };
    known.count += found;
    fields.set(grid.hash, known);
  }
  const inOrder = [...fields.values()].sort((a, b) => b.count - a.count || (a.grid.hash < b.grid.hash ? -1 : 1));
  const grids = new Map(inOrder.map(({ grid }, number) => [grid.hash, gridCoordinates(grid, number === 0 ? '' : `_${number + 1}`)]));
  return { grids, nodes: [...grids.values()].flatMap(({ nodes }) => nodes) };
}

interface Coordinates {
  readonly nodes: readonly ArrayNode[];
  /** Arrays that are no dimensions themselves, and the dimensions that they are over. */
  readonly auxiliary: readonly { readonly name: string; readonly of: readonly Dimension[] }[];
}

/** Dimensions with their values; those of one value as single numbers; and the time for which fields are valid. */
function coordinateNodes(planned: readonly Planned[]): Coordinates {
  const dimensions = [...new Set(planned.flatMap((one) => one.dimensions))];
  const nodes: ArrayNode[] = [];
  const auxiliary: { name: string; of: readonly Dimension[] }[] = [];
  const axesOf = (of: readonly Dimension[]): { name: string; size: number }[] =>
    of.filter(isLong).map(({ name, values }) => ({ name, size: values.length }));
  for (const dimension of dimensions) {
    nodes.push(numberArray(dimension.name, dimension.coordinates, axesOf([dimension]), dimension.attributes));
    if (!isLong(dimension)) auxiliary.push({ name: dimension.name, of: [dimension] });
  }
  const [time, step] = ['time', 'step'].map((name) => dimensions.find((dimension) => dimension.name === name));
  if (time === undefined || step === undefined) return { nodes, auxiliary };
  const seconds = secondsOf(time).flatMap((start) => secondsOf(step).map((length) => start + length));
  const [unit, counts] = inUnits(seconds, true);
  const attributes = { standard_name: 'time', long_name: 'time', units: `${unit} since ${epoch}`, calendar: 'proleptic_gregorian' };
  nodes.push(numberArray('valid_time', counts, axesOf([time, step]), attributes));
  auxiliary.push({ name: 'valid_time', of: [time, step] });
  return { nodes, auxiliary };
}

function secondsOf({ coordinates, attributes }: Dimension): readonly number[] {
  const unit = String(attributes['units']).split(' ')[0];
  return [...coordinates].map((count) => count * (unit === 'hours' ? 3600 : unit === 'minutes' ? 60 : 1));
}

/** Short names; where several arrays have one, with the words that tell them apart. */
function namesOf(planned: readonly Planned[], taken: Set<string>): readonly string[] {
  const plain = planned.map(({ message, variable }) =>
    (shortNameOf(message) ?? `param_${variable.fixed.get('param') ?? 'unknown'}`).replace(/[^\w.-]/g, '_'),
  );
  return planned.map(({ variable }, number) => {
    const rivals = planned.filter((_, other) => plain[other] === plain[number]);
    const telling = [...variable.fixed].filter(([keyword]) =>
      rivals.some((rival) => rival.variable.fixed.get(keyword) !== variable.fixed.get(keyword)),
    );
    const wanted = [plain[number], ...telling.map(([, value]) => value.replace(/[^\w.-]/g, '-'))].join('_');
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`;
    taken.add(name);
    return name;
  });
}

function marsOf({ variable, dimensions }: Planned): Attributes {
  const single = dimensions
    .filter((dimension) => !isLong(dimension))
    .flatMap(({ keywords, values }) => keywords.map((keyword, at) => [keyword, values[0][at]] as const));
  return Object.fromEntries([...variable.fixed, ...single]);
}

/** What all arrays have in common. */
function groupAttributes(planned: readonly Planned[]): Attributes {
  const centres = [...new Set(planned.map(({ message }) => String(find(message, 'centre') ?? 'unknown')))];
  const [first, ...others] = planned.map(marsOf);
  const common = Object.entries(first as Attributes).filter(([keyword, value]) => others.every((other) => other[keyword] === value));
  return { Conventions: 'CF-1.8', institution: centres.join(', '), source: 'fields of an FDB', mars: Object.fromEntries(common) };
}

function nothingFound(requests: readonly Selection[]): DteError {
  const text = requests.map((request) => [...request].map(([keyword, values]) => `${keyword}=${values.join('/')}`).join(',')).join('; ');
  return new DteError('absent.field', `no field fits ${text === '' ? 'the request' : text}`, { hint: 'dte fdb axes shows what is there' });
}
