import { type Field, type Grid, releaseField } from '../../atlas/index.js';
import { atPlace, type Context, DteError } from '../../base/index.js';
import { type Engine, missingValue } from '../../compute/index.js';
import { type Batch, batchesOf, type GribTables, type Message, parseMessage, prepareDecode } from '../../grib/index.js';
import { diskOf } from '../disk-of.js';
import { readMessages, type StoredMessage } from '../read/read-messages.js';
import { remapped } from '../read/remapped.js';
import { combinedKey, type Entry, formatKey } from '../types.js';

/** The one field of a stored message; `unsupported.template` for a message that holds several, since a cell of an array is one. */
export function fieldOf(stored: StoredMessage, tables: GribTables): Message {
  const { file, offset } = stored.location;
  const fields = parseMessage(remapped(stored, tables), tables, { file, offset });
  if (fields.length === 1) return fields[0] as Message;
  throw new DteError('unsupported.template', `the message of ${nameOf(stored.entry)} holds ${fields.length} fields`, {
    where: { file, offset },
    hint: 'only messages of one field have a place in an array; archive the fields as messages of their own',
  });
}

/** The messages of entries, in their order. A data file that is gone is damage, not absence: absent chunks read as fill values. */
export async function* messagesOf(context: Context, entries: readonly Entry[], tables: GribTables): AsyncGenerator<Message> {
  const open = diskOf(context).open;
  try {
    for await (const { messages } of readMessages(entries, { open, signal: context.signal })) {
      for (const stored of messages) yield fieldOf(stored, tables);
    }
  } catch (error) {
    if (!(error instanceof DteError) || error.code !== 'absent.file') throw error;
    throw new DteError('data.index', `${error.reason}, so that a chunk cannot be made`, {
      where: error.where,
      hint: 'it was removed after this view was opened; open the view again',
      cause: error,
    });
  }
}

/** Points without positions (a grid without a bounding box) stay in the order of their messages: there are no coordinates that could disagree. */
export function isPlaced(grid: Grid): boolean {
  return grid.area !== undefined;
}

/** Where the values of a field go: at which point of the target they begin. */
export interface PlacedEntry {
  readonly entry: Entry;
  readonly start: number;
}

/** Decodes fields into their places in `target`; missing points become `fill`. `input.field` for a field on another grid. */
export async function decodeInto(
  context: Context,
  { engine, tables, grid, fill }: { readonly engine: Engine; readonly tables: GribTables; readonly grid: Grid; readonly fill: number },
  placed: readonly PlacedEntry[],
  target: Float32Array,
): Promise<void> {
  let next = 0;
  for await (const batch of batchesOf(
    messagesOf(
      context,
      placed.map(({ entry }) => entry),
      tables,
    ),
  )) {
    const here = placed.slice(next, (next += batch.messages.length));
    if (batch.grid.hash !== grid.hash || batch.grid.points !== grid.points) throw otherGrid(batch, grid, (here[0] as PlacedEntry).entry);
    const field = await decodeBatch(engine, batch);
    try {
      const tiles = await engine.peek(...field.tiles.map(({ values }) => values));
      for (const [number, { firstLayer, lanes }] of field.tiles.entries())
        spread(tiles[number] as Float32Array, here.slice(firstLayer, firstLayer + lanes), target, {
          fill,
          mayBeMissing: field.mayBeMissing,
        });
    } finally {
      releaseField(field);
    }
  }
}

async function decodeBatch(engine: Engine, { messages, grid }: Batch): Promise<Field<Message>> {
  const prepared = await prepareDecode(engine, messages, grid);
  return await engine.run((pass) => (isPlaced(grid) ? prepared.decode(pass) : prepared.decodeInFileOrder(pass)));
}

/** A tile `[points, lanes]` to one row of the target for each lane. */
function spread(
  values: Float32Array | Float64Array,
  places: readonly PlacedEntry[],
  target: Float32Array,
  { fill, mayBeMissing }: { readonly fill: number; readonly mayBeMissing: boolean },
): void {
  const lanes = places.length;
  const points = values.length / lanes;
  for (const [lane, { start }] of places.entries()) {
    if (lanes === 1) target.set(values, start);
    else for (let point = 0, from = lane; point < points; point++, from += lanes) target[start + point] = values[from];
    if (!mayBeMissing) continue;
    for (let at = start; at < start + points; at++) if (target[at] === missingValue) target[at] = fill;
  }
}

function otherGrid({ messages, grid }: Batch, wanted: Grid, entry: Entry): DteError {
  const name = ({ name: own, type, points }: Grid): string => `${own ?? type} (${points} points)`;
  const error = new DteError('input.field', `${nameOf(entry)} is on grid ${name(grid)}, the array on ${name(wanted)}`, {
    hint: 'narrow the request so that all fields of an array are on one grid',
  });
  return atPlace(error, (messages[0] as Message).where) as DteError;
}

function nameOf(entry: Entry): string {
  return formatKey(combinedKey(entry));
}
