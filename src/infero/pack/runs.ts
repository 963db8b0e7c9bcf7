import type { Field, Tile } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';

/** One layer of a field. */
export interface FieldLayer {
  readonly field: Field;
  /** Index among the field's layers. */
  readonly layer: number;
}

/** Neighbouring lanes of one tile whose places in a tensor are equally far apart. */
export interface Run {
  readonly tile: Tile;
  readonly firstLane: number;
  readonly count: number;
  /** Place of the first lane, and from one lane to the next. */
  readonly batch: number;
  readonly batchStep: number;
  readonly channel: number;
  readonly channelStep: number;
}

/** Every layer of a field, in order: levels as channels, or members as batch. */
export function layersOf(field: Field): readonly FieldLayer[] {
  return field.layers.map((_, layer) => ({ field, layer }));
}

interface Place {
  readonly tile: Tile;
  readonly lane: number;
  readonly batch: number;
  readonly channel: number;
}

/**
 * The least number of dispatches that reach `layers`, given as [batch, channels]. Levels or members of one field lie side by side in its
 * tiles, so there are about as many runs as tiles.
 */
export function runsOf(layers: readonly FieldLayer[], channels: number): readonly Run[] {
  const places = layers.map(({ field, layer }, index): Place => {
    const tile = field.tiles.find(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes);
    if (tile === undefined) {
      throw new DteError('input.field', `layer ${layer} is not one of the ${field.layers.length} layers of the field`);
    }
    return { tile, lane: layer - tile.firstLayer, batch: Math.floor(index / channels), channel: index % channels };
  });
  const tiles = new Map<Tile, Place[]>();
  for (const place of places) tiles.set(place.tile, [...(tiles.get(place.tile) ?? []), place]);
  return [...tiles.values()].flatMap((inTile) => runsInTile(inTile.sort((a, b) => a.lane - b.lane)));
}

function runsInTile(places: readonly Place[]): Run[] {
  const runs: Run[] = [];
  for (const { tile, lane, batch, channel } of places) {
    const run = runs.at(-1);
    const next = run === undefined ? undefined : longer(run, { tile, lane, batch, channel });
    if (next === undefined) runs.push({ tile, firstLane: lane, count: 1, batch, batchStep: 0, channel, channelStep: 0 });
    else runs[runs.length - 1] = next;
  }
  return runs;
}

/** The run with one more lane, where that lane is the next one; steps are set by the second lane. */
function longer(run: Run, { lane, batch, channel }: Place): Run | undefined {
  if (lane !== run.firstLane + run.count) return undefined;
  if (run.count === 1) {
    const batchStep = batch - run.batch;
    const channelStep = channel - run.channel;
    return batchStep < 0 || channelStep < 0 ? undefined : { ...run, count: 2, batchStep, channelStep };
  }
  const fits = batch === run.batch + run.count * run.batchStep && channel === run.channel + run.count * run.channelStep;
  return fits ? { ...run, count: run.count + 1 } : undefined;
}
