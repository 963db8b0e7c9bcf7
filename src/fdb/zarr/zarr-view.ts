import { gridOf, type Message } from '../../grib/index.js';
import type { Grid } from '../../atlas/index.js';
import { type Context, DteError } from '../../base/index.js';
import type { Fdb } from '../fdb.js';
import { checkExpected, type Shortfall } from '../read/shortfall.js';
import { canonicalSelection } from '../schema/index.js';
import type { Entry, OnDamage, Selection } from '../types.js';
import { chunkLength, indexesOf, product } from './chunk-grid.js';
import { gridAttributes, parameterAttributes } from './describe-field.js';
import { messagesOf } from './field-values.js';
import { fieldArray } from './nodes.js';
import { openDecoder, openStore, type StoreOptions } from './open-store.js';
import { checkCells, type FieldAxis, plannedCells } from './planned-cells.js';
import type { Chunking, ZarrStore } from './types.js';

/** One dimension: all combinations of the values of one or more keywords, the last keyword fastest. */
export interface ZarrAxis {
  readonly keywords: readonly string[];
  readonly chunking: Chunking;
}

/** Fields of one request, laid out along axes. The request names every keyword of a rule; those of several values are in an axis. */
export interface ZarrPart {
  readonly request: Selection;
  readonly axes: readonly ZarrAxis[];
}

export interface ZarrViewOptions extends StoreOptions {
  readonly parts: readonly ZarrPart[];
  /** Number of the axis along which the parts follow each other; needed for more than one. */
  readonly extendOn?: number;
  /** Value of missing points and of fields that are not archived. Default NaN. */
  readonly fill?: number;
  /** Told of locked databases and of damage met in the search, which are gone past; without it the first is thrown. */
  readonly onDamage?: OnDamage;
}

/**
 * One Zarr array over archived fields: f32, a dimension for each axis, and a last one over the points of a field, in the order north
 * to south and west to east (in the order of the message where a grid has no coordinates). The search is done here, once: fields that
 * are archived later are not in the view. Nothing is decoded before its chunk is read. Errors: `input.option` and `input.keyword` for
 * parts that do not fit together or leave keywords open, `input.field` for fields on several grids, those of `retrieve`; `absent.field` when
 * no field at all is there.
 */
export async function zarrView(context: Context, fdb: Fdb, options: ZarrViewOptions): Promise<ZarrStore> {
  const { parts, fill = Number.NaN, onDamage } = options;
  const axes = parts.map((part) => fieldAxes(context, fdb, part));
  const extended = checkParts(parts, axes, options.extendOn);
  const sizes = (axes[0] as readonly FieldAxis[]).map((axis, number) =>
    number === extended ? axes.reduce((sum, of) => sum + of[number].values.length, 0) : axis.values.length,
  );
  checkCells(product(sizes));
  const cells: (Entry | undefined)[] = new Array(product(sizes)).fill(undefined);
  const firsts: Entry[] = [];
  const shortfalls: Shortfall[] = [];
  let offset = 0;
  for (const [number, part] of parts.entries()) {
    const own = axes[number] as readonly FieldAxis[];
    const planned = await plannedCells(fdb, part.request, own, onDamage);
    checkKeywords(part, planned.shortfall, planned.found);
    shortfalls.push(planned.shortfall);
    copyCells(
      planned.cells,
      own.map(({ values }) => values.length),
      cells,
      sizes,
      { extended, offset },
    );
    const first = planned.cells.find((entry) => entry !== undefined);
    if (first !== undefined) firsts.push(first);
    if (extended !== undefined) offset += own[extended].values.length;
  }
  if (firsts.length === 0) checkExpected('all', 0, shortfalls[0] as Shortfall);
  const decoder = await openDecoder(context, options);
  const [message, grid] = await sharedGrid(context, firsts, decoder.tables);
  const dimensions = (axes[0] as readonly FieldAxis[]).map(({ keywords }, number) => {
    const name = keywords.join('_');
    return { name, size: sizes[number], chunk: chunkLength((parts[0] as ZarrPart).axes[number].chunking, sizes[number], `axis '${name}'`) };
  });
  const isOneParameter = axes.every((of) => of.every(({ keywords }) => !keywords.includes('param'))) && parts.length === 1;
  const array = fieldArray({
    name: '',
    dimensions,
    cells,
    grid,
    points: [{ name: 'values', size: grid.points }],
    fill,
    attributes: {
      ...(isOneParameter ? parameterAttributes(message) : {}),
      ...gridAttributes(grid),
      axes: dimensions.map(({ name }, number) => ({ name, values: axisTexts(axes, number, extended) })),
    },
    decoder,
  });
  return openStore({ array }, decoder, options);
}

/** The axes of a part with their values in canonical text. */
function fieldAxes(context: Context, fdb: Fdb, { request, axes }: ZarrPart): readonly FieldAxis[] {
  const named = axes.flatMap(({ keywords }) => keywords);
  for (const [number, keyword] of named.entries()) {
    if (!request.has(keyword))
      throw new DteError('input.keyword', `an axis is over '${keyword}', which the request does not name`, { hint: keywordsOf(request) });
    if (named.indexOf(keyword) !== number) throw new DteError('input.keyword', `'${keyword}' is in two axes`);
  }
  if (axes.some(({ keywords }) => keywords.length === 0)) throw new DteError('input.option', 'an axis has no keyword');
  const selection = canonicalSelection(fdb.config.schema, request, { todayMs: context.clock.now() });
  for (const [keyword, values] of selection) {
    if (values.length === 1 || named.includes(keyword)) continue;
    throw new DteError('input.keyword', `'${keyword}' has ${values.length} values and is in no axis`, {
      hint: 'every keyword of several values needs an axis',
    });
  }
  return axes.map(({ keywords }) => {
    const lists = keywords.map((keyword) => selection.get(keyword) ?? []);
    return { keywords, values: [...indexesOf(lists.map(({ length }) => length))].map((index) => index.map((at, list) => lists[list][at])) };
  });
}

function keywordsOf(request: Selection): string {
  return `its keywords are ${[...request.keys()].join(', ')}`;
}

/** The axis along which parts are joined; undefined for one part. */
function checkParts(parts: readonly ZarrPart[], axes: readonly (readonly FieldAxis[])[], extendOn: number | undefined): number | undefined {
  const [first, ...others] = axes;
  if (first === undefined) throw new DteError('input.option', 'a view needs at least one part');
  if (extendOn !== undefined && !(Number.isInteger(extendOn) && extendOn >= 0 && extendOn < first.length))
    throw new DteError('input.option', `parts cannot be joined along axis ${extendOn}`, { hint: `the axes are 0 to ${first.length - 1}` });
  if (others.length === 0) return undefined;
  if (extendOn === undefined)
    throw new DteError('input.option', `${parts.length} parts are given, and no axis along which they are joined`);
  for (const [number, of] of others.entries()) {
    if (of.length !== first.length)
      throw new DteError('input.option', `part ${number + 2} has ${of.length} axes, the first ${first.length}`);
    for (const [axis, { values }] of of.entries()) {
      const expected = first[axis].values.length;
      if (axis !== extendOn && values.length !== expected)
        throw new DteError(
          'input.option',
          `axis ${axis} of part ${number + 2} has ${values.length} values, that of the first ${expected}`,
          {
            hint: `only axis ${extendOn}, along which they are joined, may differ`,
          },
        );
      const [chunking, wanted] = [(parts[number + 1] as ZarrPart).axes[axis].chunking, (parts[0] as ZarrPart).axes[axis].chunking];
      if (chunking !== wanted)
        throw new DteError('input.option', `axis ${axis} has chunks '${chunking}' in part ${number + 2}, '${wanted}' in the first`);
    }
  }
  return extendOn;
}

/** A request that leaves keywords of the schema open, or names some that the schema does not have, selects something else than it says. */
function checkKeywords({ request, axes }: ZarrPart, { reasons, unused }: Shortfall, found: number): void {
  const open = reasons.find(({ kind }) => kind === 'keyword');
  if (found === 0 && open !== undefined)
    throw new DteError('input.keyword', `the request is not complete: ${open.text}`, { hint: keywordsOf(request) });
  const axis = axes.flatMap(({ keywords }) => keywords).find((keyword) => unused.includes(keyword));
  if (axis !== undefined) throw new DteError('input.keyword', `an axis is over '${axis}', which no rule of the schema has`);
}

/** Cells of a part into those of the whole array. */
function copyCells(
  from: readonly (Entry | undefined)[],
  fromSizes: readonly number[],
  to: (Entry | undefined)[],
  toSizes: readonly number[],
  { extended, offset }: { readonly extended: number | undefined; readonly offset: number },
): void {
  let place = 0;
  for (const index of indexesOf(fromSizes)) {
    let cell = 0;
    for (const [axis, at] of index.entries()) cell = cell * toSizes[axis] + at + (axis === extended ? offset : 0);
    to[cell] = from[place++];
  }
}

/** The grid that the first fields of all parts are on, and the first of them. */
async function sharedGrid(context: Context, firsts: readonly Entry[], tables: Message['tables']): Promise<readonly [Message, Grid]> {
  const seen: Message[] = [];
  for await (const message of messagesOf(context, firsts, tables)) seen.push(message);
  const grids = seen.map(gridOf);
  const other = grids.find(({ hash }) => hash !== (grids[0] as Grid).hash);
  if (other !== undefined)
    throw new DteError('input.field', `the parts are on different grids: ${(grids[0] as Grid).points} points and ${other.points}`, {
      hint: 'an array has fields of one grid',
    });
  return [seen[0] as Message, grids[0] as Grid];
}

function axisTexts(axes: readonly (readonly FieldAxis[])[], axis: number, extended: number | undefined): readonly string[] {
  const used = axis === extended ? axes : axes.slice(0, 1);
  return used.flatMap((of) => of[axis].values.map((value) => value.join('/')));
}
