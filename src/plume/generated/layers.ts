import type { Tile } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { DeviceArray, Pass } from '../../compute/index.js';
import { copyLanes } from '../copy-lanes.js';
import type { FieldHandle } from '../types.js';

/** What kernels need of a field: its layers run through the levels of one member, then through those of the next. */
export type LayeredField = Pick<FieldHandle, 'name' | 'levels' | 'grid' | 'field'>;

/** How a kernel reads a field for one tile of its output: lane for lane, or one lane for all. */
export type Access =
  | { readonly kind: 'own'; readonly values: DeviceArray<'f32'> }
  | { readonly kind: 'lane'; readonly values: DeviceArray<'f32'>; readonly lanes: number; readonly lane: number };

/**
 * For each layer of `output` the layer of `source` that goes with it: the same member (or the only one) at the same level, at the only
 * level, or at the one asked for. `input.field` when the two do not fit.
 */
export function layersFor(source: LayeredField, output: LayeredField, level?: number): readonly number[] {
  if (source.grid.hash !== output.grid.hash) {
    throw new DteError('input.field', `'${source.name}' is on grid ${source.grid.name}, '${output.name}' on ${output.grid.name}`, {
      hint: 'fields of one computation have one grid; regrid before',
    });
  }
  const levels = output.levels.length;
  const members = membersOf(source);
  if (members !== 1 && members !== membersOf(output)) {
    throw new DteError('input.field', `'${source.name}' has ${members} members, '${output.name}' has ${membersOf(output)}`);
  }
  const fixed = level !== undefined ? levelIndex(source, level) : source.levels.length === 1 ? 0 : undefined;
  if (fixed === undefined) checkLevels(source, output);
  return output.field.layers.map((_, layer) => {
    const member = members === 1 ? 0 : Math.floor(layer / levels);
    return member * source.levels.length + (fixed ?? layer % levels);
  });
}

export function membersOf({ field, levels }: LayeredField): number {
  return field.layers.length / levels.length;
}

/** `input.field` when the field has no such level. */
export function levelIndex({ name, levels }: LayeredField, level: number): number {
  const index = levels.indexOf(level);
  if (index < 0) {
    throw new DteError('input.field', `'${name}' has no level ${level}`, { hint: `its levels are ${levels.join(', ')}` });
  }
  return index;
}

/** How a tile of the output reads the layers of `source` given for its lanes; undefined when no tile of the source holds them so. */
export function accessOf(source: LayeredField, layers: readonly number[]): Access | undefined {
  const first = layers[0] as number;
  const tile = tileOf(source, first);
  if (tile.firstLayer === first && tile.lanes === layers.length && layers.every((layer, lane) => layer === first + lane)) {
    return { kind: 'own', values: tile.values };
  }
  if (layers.some((layer) => layer !== first)) return undefined;
  return { kind: 'lane', values: tile.values, lanes: tile.lanes, lane: first - tile.firstLayer };
}

/** The layers side by side in an array of the pass, `[points, layers]`. */
export function gatherLayers(pass: Pass, source: LayeredField, layers: readonly number[]): DeviceArray<'f32'> {
  const { points } = source.grid;
  const copied = pass.allocate('f32', points * layers.length);
  for (let lane = 0; lane < layers.length; ) {
    const layer = layers[lane] as number;
    const tile = tileOf(source, layer);
    let count = 1;
    while (layers[lane + count] === layer + count && layer + count < tile.firstLayer + tile.lanes) count++;
    const sourceStart = layer - tile.firstLayer;
    const lanes = { count, sourceLanes: tile.lanes, sourceStart, targetLanes: layers.length, targetStart: lane };
    pass.run(copyLanes, { points, ...lanes, source: tile.values, copied });
    lane += count;
  }
  return copied;
}

function tileOf({ field }: LayeredField, layer: number): Tile {
  return field.tiles.find(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes) as Tile;
}

function checkLevels(source: LayeredField, output: LayeredField): void {
  if (source.levels.length === output.levels.length && source.levels.every((level, index) => level === output.levels[index])) return;
  throw new DteError('input.field', `'${source.name}' and '${output.name}' have different levels`, {
    hint: `${source.levels.join(', ')} and ${output.levels.join(', ')}; a field of one level goes with any`,
  });
}
