import type { Field } from '../../atlas/index.js';
import { releaseField } from '../../atlas/index.js';
import { DteError, nearestWord } from '../../base/index.js';
import type { ParamType } from '../protocol.js';
import type { FieldHandle, FieldLayer } from '../types.js';
import { type AnyEntry, type AnyFieldEntry, DerivedEntry, FieldEntry, ScalarEntry } from './entries.js';
import { type Cell, type FieldKind, type Scalar, shapeOf } from './value.js';

/** Called when a value was declared updated. */
export type Observer = (name: string) => void;

type ScalarType = Exclude<ParamType, 'ATLAS_FIELD'>;

/**
 * The named values of a model. What the model provides it owns: its variable or field is read whenever a plugin asks. What it creates
 * lives here, and changes by `update`. Reading is by exact type: a FLOAT is no DOUBLE.
 */
export class ModelData {
  readonly #entries = new Map<string, AnyEntry>();
  readonly #observers = new Map<string, Observer[]>();
  /** Created fields, whose memory goes with `release`. */
  readonly #owned = new Set<FieldEntry>();

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  typeOf(name: string): ParamType {
    return this.entry(name).type;
  }

  /** A variable of the model. `input.keyword` for a name that is taken. */
  provide(name: string, type: ScalarType, cell: Cell<Scalar>): void {
    this.#add(new ScalarEntry(name, type, cell, true));
  }

  /** A field of the model, whose values and buffers may change and whose grid and layers may not. */
  provideField(name: string, cell: Cell<Field<FieldLayer>>, kind: FieldKind = {}): void {
    this.#add(new FieldEntry(name, cell, kind));
  }

  create(name: string, type: ScalarType, value: Scalar): void {
    this.#add(new ScalarEntry(name, type, { value }, false));
  }

  /** A field that is handed over: `release` gives its memory back. */
  createField(name: string, field: Field<FieldLayer>, kind: FieldKind = {}): FieldHandle {
    const entry = new FieldEntry(name, { value: field }, kind);
    this.#add(entry);
    this.#owned.add(entry);
    return entry;
  }

  /** Gives a created value another value; a field is handed over, and the memory of the one before it goes. `input.value` for one that is provided, or a value that the type does not hold. */
  update(name: string, value: Scalar | Field<FieldLayer>): void {
    const entry = this.entry(name);
    if (entry instanceof ScalarEntry && !entry.isProvided && typeof value !== 'object') return entry.set(value);
    if (entry instanceof FieldEntry && this.#owned.has(entry) && typeof value === 'object') return this.#updateField(entry, value);
    const isOwn = entry instanceof ScalarEntry ? !entry.isProvided : entry instanceof FieldEntry && this.#owned.has(entry);
    const reason = isOwn ? `is of type ${entry.type}, which the new value is not` : 'was not created, but is provided or derived';
    throw new DteError('input.value', `'${name}' ${reason}`, { hint: 'only what was created can be updated, by a value of its type' });
  }

  /** Declares which values are new in this step; all others count as old. Observers are called in this order. */
  setUpdated(names: readonly string[]): void {
    const marks = names.map((name) => {
      const entry = this.entry(name);
      if (entry.mark !== undefined) return entry;
      throw new DteError('input.value', `'${name}' cannot be set updated: it follows from others`, {
        hint: 'name what it is derived from',
      });
    });
    this.clearUpdated();
    for (const entry of marks) {
      entry.mark?.(true);
      for (const observer of this.#observers.get(entry.name) ?? []) observer(entry.name);
    }
  }

  clearUpdated(): void {
    for (const entry of this.#entries.values()) entry.mark?.(false);
  }

  isUpdated(name: string): boolean {
    return this.entry(name).updated;
  }

  /** Calls back whenever a value is set updated. */
  observe(name: string, observer: Observer): void {
    this.entry(name);
    this.#observers.set(name, [...(this.#observers.get(name) ?? []), observer]);
  }

  int(name: string): number {
    return this.#scalar(name, 'INT') as number;
  }

  bool(name: string): boolean {
    return this.#scalar(name, 'BOOL') as boolean;
  }

  float(name: string): number {
    return this.#scalar(name, 'FLOAT') as number;
  }

  double(name: string): number {
    return this.#scalar(name, 'DOUBLE') as number;
  }

  string(name: string): string {
    return this.#scalar(name, 'STRING') as string;
  }

  field(name: string): FieldHandle {
    return this.fieldEntry(name);
  }

  fieldEntry(name: string): AnyFieldEntry {
    const entry = this.entry(name);
    if (entry instanceof ScalarEntry) throw wrongType(name, entry.type, 'ATLAS_FIELD');
    return entry;
  }

  scalar(name: string): Scalar {
    const entry = this.entry(name);
    if (entry instanceof ScalarEntry) return entry.value;
    throw wrongType(name, entry.type, 'scalar');
  }

  /** For the manager: an entry of any kind. `input.keyword` where there is none. */
  entry(name: string): AnyEntry {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    const near = nearestWord(name, this.names);
    throw new DteError('input.keyword', `there is no value '${name}'`, {
      hint: near === undefined ? `there are ${this.names.join(', ') || 'none'}` : `did you mean '${near}'?`,
    });
  }

  /** For the manager: a field that follows from others. */
  derive(entry: DerivedEntry): void {
    this.#add(entry);
  }

  /** Takes a value away; a created or derived field's memory goes with it. */
  drop(name: string): void {
    const entry = this.entry(name);
    if (entry instanceof DerivedEntry || (entry instanceof FieldEntry && this.#owned.has(entry))) releaseField(entry.field);
    this.#entries.delete(name);
    this.#observers.delete(name);
  }

  /** Takes every value away. */
  release(): void {
    for (const name of this.names) this.drop(name);
  }

  #updateField(entry: FieldEntry, field: Field<FieldLayer>): void {
    const { grid, levels, members } = shapeOf(entry.name, field);
    if (grid.hash !== entry.grid.hash || levels.join() !== entry.levels.join() || members.join() !== entry.members.join()) {
      throw new DteError('input.field', `field '${entry.name}' cannot take values of another grid or of other layers`, {
        hint: `it has ${entry.grid.points} points and ${entry.field.layers.length} layers, the new one ${grid.points} and ${field.layers.length}`,
      });
    }
    const { field: before } = entry;
    entry.set(field);
    for (const { values } of before.tiles) if (!field.tiles.some((tile) => tile.values === values)) values.release();
  }

  #scalar(name: string, type: ScalarType): Scalar {
    const entry = this.entry(name);
    if (entry instanceof ScalarEntry && entry.type === type) return entry.value;
    throw wrongType(name, entry.type, type);
  }

  #add(entry: AnyEntry): void {
    if (this.#entries.has(entry.name)) {
      throw new DteError('input.keyword', `there is a value '${entry.name}' already`, { hint: 'each name is provided or created once' });
    }
    this.#entries.set(entry.name, entry);
  }
}

function wrongType(name: string, type: ParamType, wanted: string): DteError {
  return new DteError('input.value', `'${name}' is of type ${type}, not ${wanted}`, { hint: 'types are exact: FLOAT is not DOUBLE' });
}
