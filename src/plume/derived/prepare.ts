import { releaseField } from '../../atlas/index.js';
import type { Engine, Pass } from '../../compute/index.js';
import { type AnyFieldEntry, DerivedEntry } from '../data/entries.js';
import type { ModelData } from '../data/model-data.js';
import { newField } from '../data/new-field.js';
import { type FieldKind, layersOf } from '../data/value.js';
import type { FieldLayer } from '../types.js';
import type { Derived } from './derivations.js';
import { heightRecorder } from './height.js';
import { humidityRecorder } from './humidity.js';
import { type Recorder, refuseDerivation, sameTiles, valuesOf } from './recorder.js';
import { windDirection } from './wind-direction.js';
import { windSpeed } from './wind-speed.js';

/** A derived field with what records its values. */
export interface PreparedDerivation {
  readonly entry: DerivedEntry;
  /** Version of the entry that its values belong to. */
  computed: number;
  record(pass: Pass): void;
  /** Records and refuses values that cannot be had, where that is asked for; else absent. */
  readonly recordStrictly: (() => Promise<void>) | undefined;
  release(): void;
}

/** Makes the field of a derivation and puts it among the data. `input.field` where the sources do not fit it. */
export async function prepareDerivation(
  engine: Engine,
  data: ModelData,
  derived: Derived,
  heights: 'mask' | 'strict',
): Promise<PreparedDerivation> {
  const sources = derived.sources.map((name) => data.fieldEntry(name));
  sameGrid(derived, sources);
  const recorder = await recorderOf(engine, derived, sources);
  const [first] = sources as [AnyFieldEntry];
  const isAtHeight = derived.derivation === 'wind_at_height';
  const levels = isAtHeight ? [derived.height as number] : first.levels;
  const [shortName = derived.name] = derived.name.split(';');
  const kind = { shortName, levtype: isAtHeight ? 'hl' : first.levtype };
  const entry = await entryOf(engine, data, derived.name, kind, sources, layersOf(first.members, levels)).catch((error: unknown) => {
    recorder.release?.();
    throw error;
  });
  const { field } = entry;
  const { recordStrictly } = recorder;
  return {
    entry,
    computed: 0,
    record: (pass) => recorder.record(pass, field),
    recordStrictly: heights === 'strict' && recordStrictly !== undefined ? () => recordStrictly(field) : undefined,
    release: () => recorder.release?.(),
  };
}

async function entryOf(
  engine: Engine,
  data: ModelData,
  name: string,
  kind: Required<FieldKind>,
  sources: readonly AnyFieldEntry[],
  layers: readonly FieldLayer[],
): Promise<DerivedEntry> {
  const field = await newField(engine, (sources[0] as AnyFieldEntry).grid, layers);
  try {
    const entry = new DerivedEntry(name, field, kind, sources);
    data.derive(entry);
    return entry;
  } catch (error) {
    releaseField(field);
    throw error;
  }
}

async function recorderOf(engine: Engine, derived: Derived, sources: readonly AnyFieldEntry[]): Promise<Recorder> {
  switch (derived.derivation) {
    case 'wind_at_height':
      return heightRecorder(engine, derived, sources);
    case 'relative_humidity':
      return humidityRecorder(engine, derived, sources);
    case 'wind_speed':
    case 'wind_direction':
      return pairRecorder(derived, sources);
  }
}

function pairRecorder(derived: Derived, sources: readonly AnyFieldEntry[]): Recorder {
  const [first, second] = sources as [AnyFieldEntry, AnyFieldEntry];
  sameTiles(derived, sources);
  return {
    record(pass, made) {
      for (const [index, tile] of made.tiles.entries()) {
        const u = valuesOf(first, index);
        const v = valuesOf(second, index);
        const count = tile.values.length;
        if (derived.derivation === 'wind_speed') pass.run(windSpeed, { count, u, v, speed: tile.values });
        else pass.run(windDirection, { count, u, v, direction: tile.values });
      }
    },
  };
}

function sameGrid(derived: Derived, sources: readonly AnyFieldEntry[]): void {
  const [first, ...others] = sources as [AnyFieldEntry, ...AnyFieldEntry[]];
  for (const other of others) {
    if (other.grid.hash === first.grid.hash && other.members.join() === first.members.join()) continue;
    const shape = ({ name, grid, members }: AnyFieldEntry): string => `'${name}' has ${grid.points} points and ${members.length} members`;
    throw refuseDerivation(
      derived,
      `${shape(first)}, ${shape(other)}`,
      `${derived.derivation} takes fields of one grid and the same members`,
    );
  }
}
