import { type Field, releaseField } from '../atlas/index.js';
import { atPlace } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { type Message, type PreparedDecode, prepareDecode } from '../grib/index.js';
import { inputKey, type Item, type ItemBatch, type Mir, type PreparedPlans } from '../mir/index.js';
import type { FieldOutput, OutgoingFields } from './regrid-output.js';
import type { Stopwatch } from './stopwatch.js';

/** What a batch gives an output, and how many points its fields have. */
export interface OutgoingBatch extends OutgoingFields {
  readonly points: number;
}

/** What a batch gives each output. */
export type Outgoing = readonly OutgoingBatch[];

export interface RegridTo {
  readonly outputs: readonly FieldOutput[];
  readonly watch: Stopwatch;
}

/** Items of one kind of a batch, decoded: their plans, and for each message of an item a field of all items. */
interface Group {
  readonly places: readonly number[];
  readonly plans: PreparedPlans;
  readonly decoded: readonly PreparedDecode[];
}

/** Decodes a batch once, regrids it to all targets in one pass, and encodes what comes out; messages in the order of the items. */
export async function regridItems(engine: Engine, mir: Mir, { grid, items }: ItemBatch, { outputs, watch }: RegridTo): Promise<Outgoing> {
  const keys = [...new Set(items.map(inputKey))];
  const groups = await allOrNone(
    keys.map((key) => prepareGroup(engine, mir, { grid, items }, key, watch)),
    ({ decoded }) => discardAll(decoded),
  );
  const results = await watch.time(
    'regrid',
    engine.run((pass) => groups.map(({ plans, decoded }) => plans.apply(pass, ...decoded.map((prepared) => prepared.decode(pass))))),
  );
  try {
    return await allOrNone(
      outputs.map((output, target) => {
        const fields = results.map((ofTargets) => ofTargets[target] as readonly Field<Message>[]);
        return watch.time('encode', outgoing(output, groups, fields, target));
      }),
      ({ release }) => release(),
    );
  } finally {
    for (const field of results.flat(2)) releaseField(field);
  }
}

async function prepareGroup(engine: Engine, mir: Mir, { grid, items }: ItemBatch, key: string, watch: Stopwatch): Promise<Group> {
  const places = items.flatMap((item, place) => (inputKey(item) === key ? [place] : []));
  const first = items[places[0] as number] as Item;
  const decoding = first.messages.map((_, half) => {
    const messages = places.map((place) => (items[place] as Item).messages[half] as Message);
    return watch.time('decode', prepareDecode(engine, messages, grid));
  });
  // Weights and entropy decoding have nothing to do with each other.
  const planning = watch.time('weights', mir.plansFor(first));
  planning.catch(() => {});
  const decoded = await allOrNone(decoding, (prepared) => prepared.discard());
  try {
    return { places, plans: await planning, decoded };
  } catch (error) {
    discardAll(decoded);
    throw atPlace(error, (first.messages[0] as Message).where);
  }
}

function discardAll(decoded: readonly PreparedDecode[]): void {
  for (const prepared of decoded) prepared.discard();
}

/** The messages of one target: those of the groups, brought back to the order of the items. */
async function outgoing(
  output: FieldOutput,
  groups: readonly Group[],
  fields: readonly (readonly Field<Message>[])[],
  target: number,
): Promise<OutgoingBatch> {
  const labelled = groups.map(({ plans }, index) => plans.labelled(target, fields[index] as readonly Field<Message>[]));
  const taken = await allOrNone(
    labelled.flat().map((field) => output.take(field)),
    ({ release }) => release(),
  );
  const inOrder: { readonly place: number; readonly message: readonly Uint8Array[] }[] = [];
  let component = 0;
  for (const [index, { places }] of groups.entries()) {
    for (const _ of labelled[index] as readonly unknown[]) {
      for (const [layer, message] of (taken[component++] as OutgoingFields).messages.entries())
        inOrder.push({ place: places[layer] as number, message });
    }
  }
  // Sorting is stable: the components of an item keep their order.
  inOrder.sort((a, b) => a.place - b.place);
  return {
    fields: taken.reduce((sum, { fields: count }) => sum + count, 0),
    points: labelled.flat().reduce((sum, field) => sum + field.grid.points * field.layers.length, 0),
    messages: inOrder.map(({ message }) => message),
    release: () => {
      for (const { release } of taken) release();
    },
  };
}

/** Waits for all; when one fails, what the others made is given back. */
async function allOrNone<T>(tasks: readonly Promise<T>[], giveBack: (made: T) => void): Promise<readonly T[]> {
  const settled = await Promise.allSettled(tasks);
  const made = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed === undefined) return made;
  for (const one of made) giveBack(one);
  throw failed.reason;
}

/** What several batches give an output, as one. */
export function joined(parts: readonly OutgoingBatch[]): OutgoingBatch {
  return {
    fields: parts.reduce((sum, { fields }) => sum + fields, 0),
    points: parts.reduce((sum, { points }) => sum + points, 0),
    messages: parts.flatMap(({ messages }) => messages),
    release: () => {
      for (const part of parts) part.release();
    },
  };
}
