import type { Field } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import { type DeviceArray, type Engine, type Pass, recordValueRanges } from '../../compute/index.js';
import type { AnyFieldEntry } from '../data/entries.js';
import type { FieldLayer } from '../types.js';
import type { Derived } from './derivations.js';
import { type Recorder, refuseDerivation, sameTiles, valuesOf } from './recorder.js';
import { windAtHeight } from './wind-at-height.js';

/** Standard gravity, m/s2: a height is asked for as if the ground lay at geopotential 0, as upstream. */
const gravity = 9.80665;

/** A wind component at a height, member by member, and for each member tile by tile from the ground up. */
export function heightRecorder(engine: Engine, derived: Derived, sources: readonly AnyFieldEntry[]): Recorder {
  const [wind, geopotential] = sources as [AnyFieldEntry, AnyFieldEntry];
  for (const { name, levels } of [geopotential, wind]) {
    if (levels.length < 2)
      throw refuseDerivation(derived, `'${name}' has ${levels.length} level`, 'at least 2 levels are needed between which to interpolate');
  }
  if (wind.levels.length !== geopotential.levels.length) {
    const counts = `'${wind.name}' has ${wind.levels.length} levels, '${geopotential.name}' ${geopotential.levels.length}`;
    throw refuseDerivation(derived, counts, 'wind and geopotential have the same levels');
  }
  sameTiles(derived, sources);
  const wanted = gravity * (derived.height as number);
  const { points } = wind.grid;

  const record = (pass: Pass, made: Field<FieldLayer>): readonly DeviceArray<'f32'>[] =>
    wind.members.map((_, member) => {
      const below = pass.allocate('f32', 3 * points);
      const out = laneOf(made, member);
      for (const [index, part] of partsOf(wind, member).entries()) {
        const { tile, lanes, laneStart, laneEnd } = part;
        pass.run(windAtHeight, {
          points,
          lanes,
          laneStart,
          laneEnd,
          isLowest: index === 0 ? 1 : 0,
          wanted,
          windLanes: out.lanes,
          windLane: out.lane,
          geopotential: valuesOf(geopotential, tile),
          component: valuesOf(wind, tile),
          below,
          wind: out.values,
        });
      }
      return below;
    });

  return {
    record: (pass, made) => void record(pass, made),
    async recordStrictly(made) {
      const { below, counts } = await engine.run((pass) => ({
        below: record(pass, made),
        counts: made.tiles.map(({ values, lanes }) => recordValueRanges(pass, [{ values, points }], lanes).missingCount),
      }));
      try {
        const missing = await engine.read(...counts);
        if (missing.some((lanes) => lanes.some((count) => count > 0)))
          await refuseUnbracketed(engine, derived, geopotential, below, wanted);
      } finally {
        for (const array of [...below, ...counts]) array.release();
      }
    },
  };
}

/** Where a member's layers lie, tile by tile, the lowest first. */
function partsOf(
  { field, levels }: AnyFieldEntry,
  member: number,
): readonly { tile: number; lanes: number; laneStart: number; laneEnd: number }[] {
  const start = member * levels.length;
  const end = start + levels.length;
  return field.tiles
    .map(({ firstLayer, lanes }, tile) => ({
      tile,
      lanes,
      laneStart: Math.max(0, start - firstLayer),
      laneEnd: Math.min(lanes, end - firstLayer),
    }))
    .filter(({ laneStart, laneEnd }) => laneStart < laneEnd)
    .toReversed();
}

function laneOf({ tiles }: Field<FieldLayer>, layer: number): { values: DeviceArray<'f32'>; lanes: number; lane: number } {
  for (const { values, firstLayer, lanes } of tiles) {
    if (layer >= firstLayer && layer < firstLayer + lanes) return { values, lanes, lane: layer - firstLayer };
  }
  throw new DteError('fault.internal', `a derived field has no layer ${layer}`);
}

/** Upstream's error: the first point whose profile does not hold the height. */
async function refuseUnbracketed(
  engine: Engine,
  derived: Derived,
  geopotential: AnyFieldEntry,
  below: readonly DeviceArray<'f32'>[],
  wanted: number,
): Promise<void> {
  for (const [member, array] of below.entries()) {
    const [state] = await engine.peek(array);
    const { points } = geopotential.grid;
    const point = Array.from({ length: points }, (_, at) => at).find((at) => state[3 * at + 2] === 0);
    if (point === undefined) continue;
    const parts = partsOf(geopotential, member);
    const lowest = parts[0] as (typeof parts)[number];
    const highest = parts.at(-1) as (typeof parts)[number];
    const [bottom, top] = await engine.peek(valuesOf(geopotential, lowest.tile), valuesOf(geopotential, highest.tile));
    const range = `${bottom[point * lowest.lanes + lowest.laneEnd - 1]} at the bottom, ${top[point * highest.lanes + highest.laneStart]} at the top`;
    throw refuseDerivation(
      derived,
      `at point ${point} geopotential ${wanted} is not within the profile (${range}, ${geopotential.levels.length} levels)`,
      "heights: 'mask' makes such points missing",
    );
  }
}
