import { DteError } from '../../base/index.js';
import { type DeviceArray, type Engine, gather, type Pass } from '../../compute/index.js';
import { type Field, type Tile, tileLayout } from '../field.js';
import { exchange, type ExchangeOptions, fold, receive, type RouteArrays, send, uploadRoutes } from './halo-exchange.js';
import { movePoints } from './move-points.js';
import type { FunctionSpace, HaloMessage, SpaceField, SpacePart } from './space.js';
import { type ReducedTile, type Statistics, tileStatistics } from './statistics.js';
import { tileChecksums } from './tile-checksums.js';

export interface SpaceOptions {
  /** The parts that this engine holds; others live elsewhere and are met by messages. Default: all. */
  readonly parts?: readonly number[];
}

export interface StatisticsOptions {
  /** Weight of an item: its solid angle in steradians, or 1. Default `area`. */
  readonly weighting?: 'area' | 'items';
}

/** A function space with its index maps on a device, until `release`. What takes a pass is recorded, the rest runs and reads back. */
export interface SpaceOnDevice {
  readonly space: FunctionSpace;
  /** Memory for layers, in tiles as wide as the device can bind. Its contents are undefined. */
  allocate<Layer>(pass: Pass, layers: readonly Layer[]): SpaceField<Layer>;
  /** A field on the space's grid, as its parts hold it, halo included. */
  scatter<Layer>(pass: Pass, field: Field<Layer>): SpaceField<Layer>;
  /** What the parts own, on the space's grid again. */
  gather<Layer>(pass: Pass, field: SpaceField<Layer>): Field<Layer>;
  /** Gives every place of the halo the value of its owner, in place. */
  exchangeHalo(pass: Pass, field: SpaceField, options?: ExchangeOptions): void;
  /** The transpose of that: adds the halo's values to their owners and sets the halo to zero, in place. No value may be missing. */
  adjointHalo(pass: Pass, field: SpaceField, options?: ExchangeOptions): void;
  /** Messages from the parts here to those elsewhere. */
  sendHalo(pass: Pass, field: SpaceField, options?: ExchangeOptions): readonly HaloMessage[];
  /** Puts messages from elsewhere into the halo of the parts here. */
  receiveHalo(pass: Pass, field: SpaceField, messages: readonly HaloMessage[]): void;
  /** Of every layer; see `Statistics`. */
  statistics(field: SpaceField, options?: StatisticsOptions): Promise<readonly Statistics[]>;
  /** Of every layer: 16 hexadecimal digits, the same for any division into parts. */
  checksums(field: SpaceField): Promise<readonly string[]>;
  release(): void;
}

/** Device arrays of one part. */
interface PartArrays {
  readonly owned: number;
  readonly size: number;
  readonly item: DeviceArray<'u32'>;
  readonly weight: DeviceArray<'u32'>;
}

/** Brings a space's index maps and weights to the device. `input.option` for a part that the space does not have. */
export async function prepareSpace(engine: Engine, space: FunctionSpace, options: SpaceOptions = {}): Promise<SpaceOnDevice> {
  const held = heldParts(space, options.parts);
  const { words, unit } = weightWords(space);
  const parts = new Map<number, PartArrays>();
  for (const index of held) parts.set(index, await uploadPart(engine, space.parts[index] as SpacePart, words));
  const longest = Math.max(1, space.items, ...space.parts.map(({ size }) => size));
  const count = await engine.upload(
    'u32',
    Uint32Array.from({ length: longest }, (_, index) => index),
  );
  const routes = await uploadRoutes(engine, space, held, count);
  const all = (): readonly PartArrays[] => {
    if (held.length === space.parts.length) return [...parts.values()];
    throw new DteError('input.field', `${held.length} of ${space.parts.length} parts are here`, {
      hint: 'all of them are needed for this',
    });
  };
  return {
    space,
    allocate: (pass, layers) => newField(pass, space, held, layers),
    scatter: (pass, field) => scatterField(pass, space, parts, field),
    gather: (pass, field) => gatherField(pass, space, all(), checked(space, field), count),
    exchangeHalo: (pass, field, { vector = false } = {}) => exchange(pass, routes, checked(space, field), vector),
    adjointHalo: (pass, field, { vector = false } = {}) => fold(pass, routes, checked(space, field), vector),
    sendHalo: (pass, field, { vector = false } = {}) => send(pass, routes, checked(space, field), vector),
    receiveHalo: (pass, field, messages) => receive(pass, routes, checked(space, field), messages),
    statistics: (field, { weighting = 'area' } = {}) =>
      tileStatistics(
        engine,
        all(),
        tilesOf(checked(space, field)),
        weighting === 'area' && space.areas !== undefined ? { weighted: true, unit } : { weighted: false, unit: 1 },
      ),
    checksums: (field) => tileChecksums(engine, all(), tilesOf(checked(space, field))),
    release: () => releaseAll(parts, routes, count),
  };
}

function heldParts(space: FunctionSpace, wanted: readonly number[] | undefined): readonly number[] {
  const all = space.parts.map((_, index) => index);
  for (const part of wanted ?? []) {
    if (part in all) continue;
    throw new DteError('input.option', `part ${part} of a ${space.kind} space of ${all.length} parts`, {
      hint: `accepted are 0 to ${all.length - 1}`,
      where: { option: 'parts' },
    });
  }
  return wanted === undefined ? all : all.filter((part) => wanted.includes(part));
}

/** Weights as words of a unit that is a power of two: the largest has 31 bits or more, so rounding changes a sum by less than 2^-32 of it. */
function weightWords({ areas, items }: FunctionSpace): { readonly words: Uint32Array; readonly unit: number } {
  if (areas === undefined) return { words: new Uint32Array(items).fill(1), unit: 1 };
  const largest = areas.reduce((most, area) => Math.max(most, area), 0);
  const unit = largest === 0 ? 1 : 2 ** Math.ceil(Math.log2(largest / (2 ** 32 - 1)));
  return { words: Uint32Array.from(areas, (area) => Math.round(area / unit)), unit };
}

async function uploadPart(engine: Engine, { owned, size, item }: SpacePart, words: Uint32Array): Promise<PartArrays> {
  const weight = item.slice(0, owned).map((index) => words[index] as number);
  return { owned, size, item: await engine.upload('u32', item), weight: await engine.upload('u32', weight) };
}

function newField<Layer>(pass: Pass, space: FunctionSpace, held: readonly number[], layers: readonly Layer[]): SpaceField<Layer> {
  checkLevels(space, layers.length);
  const largest = Math.max(1, ...space.parts.map(({ size }) => size));
  const layout = tileLayout(largest, layers.length, pass.maxBindingBytes);
  const parts = space.parts.map(({ size }, index): readonly Tile[] =>
    held.includes(index) ? layout.map(([firstLayer, lanes]) => ({ values: pass.allocate('f32', size * lanes), firstLayer, lanes })) : [],
  );
  return { space, layers, parts, mayBeMissing: false };
}

function scatterField<Layer>(
  pass: Pass,
  space: FunctionSpace,
  parts: ReadonlyMap<number, PartArrays>,
  field: Field<Layer>,
): SpaceField<Layer> {
  if (space.grid?.hash !== field.grid.hash) {
    throw new DteError('input.field', `the field has ${field.grid.points} points of ${nameOf(field.grid.spec)}`, {
      hint: space.grid === undefined ? `the ${space.kind} space has no grid` : `the space is on ${nameOf(space.grid.spec)}`,
    });
  }
  checkLevels(space, field.layers.length);
  const scattered = space.parts.map((_, index): readonly Tile[] => {
    const part = parts.get(index);
    if (part === undefined) return [];
    return field.tiles.map((tile) => {
      const values = pass.allocate('f32', part.size * tile.lanes);
      pass.run(gather, { points: part.size, lanes: tile.lanes, order: part.item, source: tile.values, gathered: values });
      return { ...tile, values };
    });
  });
  return { space, layers: field.layers, parts: scattered, mayBeMissing: field.mayBeMissing };
}

function gatherField<Layer>(
  pass: Pass,
  space: FunctionSpace,
  parts: readonly PartArrays[],
  field: SpaceField<Layer>,
  count: DeviceArray<'u32'>,
): Field<Layer> {
  const { grid } = space;
  if (grid === undefined)
    throw new DteError('input.field', `the ${space.kind} space has no grid`, {
      hint: 'only values at the points of a grid can be gathered on it',
    });
  const tiles = (field.parts[0] ?? []).map(({ firstLayer, lanes }, tile) => {
    const destination = pass.allocate('f32', grid.points * lanes);
    for (const [index, { owned, item }] of parts.entries()) {
      const source = field.parts[index][tile].values;
      pass.run(movePoints, { count: owned, lanes, vector: 0, sourcePoint: count, destinationPoint: item, source, destination });
    }
    return { values: destination, firstLayer, lanes };
  });
  return { grid, layers: field.layers, tiles, mayBeMissing: field.mayBeMissing };
}

function tilesOf({ parts }: SpaceField): readonly ReducedTile[] {
  return (parts[0] ?? []).map(({ lanes }, tile) => ({ lanes, values: parts.map((tiles) => (tiles[tile] as Tile).values) }));
}

function checked<Layer>(space: FunctionSpace, field: SpaceField<Layer>): SpaceField<Layer> {
  if (field.space === space) return field;
  throw new DteError(
    'input.field',
    `the field is on another ${field.space.kind} space (${field.space.items} items in ${field.space.parts.length} parts)`,
    {
      hint: `accepted are fields on this ${space.kind} space (${space.items} items in ${space.parts.length} parts)`,
    },
  );
}

function checkLevels({ kind, levels }: FunctionSpace, layers: number): void {
  if (levels === 0 || layers % levels === 0) return;
  throw new DteError('input.field', `${layers} layers on a ${kind} space of ${levels} levels`, {
    hint: `accepted are multiples of ${levels}`,
  });
}

function nameOf(spec: object): string {
  return JSON.stringify(spec).slice(0, 80);
}

function releaseAll(parts: ReadonlyMap<number, PartArrays>, routes: readonly RouteArrays[], count: DeviceArray<'u32'>): void {
  count.release();
  for (const { item, weight } of parts.values()) for (const array of [item, weight]) array.release();
  for (const { arrays } of routes) for (const array of arrays) array.release();
}
