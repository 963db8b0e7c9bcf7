import type { Field, Grid } from '../../atlas/index.js';
import type { ParamType } from '../protocol.js';
import type { FieldHandle, FieldLayer } from '../types.js';
import { type Cell, type FieldKind, type Scalar, scalarOf, shapeOf } from './value.js';

/** A named value and its state of update. */
export interface DataEntry {
  readonly name: string;
  readonly type: ParamType;
  readonly version: number;
  readonly updated: boolean;
  /** Undefined for what follows from other entries. */
  readonly mark: ((updated: boolean) => void) | undefined;
}

/** A scalar that the model owns (its value is read through a cell) or that is kept here. */
export class ScalarEntry implements DataEntry {
  readonly name: string;
  readonly type: ParamType;
  readonly isProvided: boolean;
  version = 0;
  updated = false;
  #cell: Cell<unknown>;

  constructor(name: string, type: ParamType, cell: Cell<unknown>, isProvided: boolean) {
    this.name = name;
    this.type = type;
    this.#cell = cell;
    this.isProvided = isProvided;
    scalarOf(name, type, cell.value);
  }

  get value(): Scalar {
    return scalarOf(this.name, this.type, this.#cell.value);
  }

  set(value: Scalar): void {
    this.#cell = { value: scalarOf(this.name, this.type, value) };
    this.version++;
  }

  mark(updated: boolean): void {
    this.updated = updated;
    if (updated) this.version++;
  }
}

/** A field: its values are read through a cell, so that a model may swap buffers; its shape never changes. */
export class FieldEntry implements DataEntry, FieldHandle {
  readonly name: string;
  readonly type = 'ATLAS_FIELD';
  readonly shortName: string;
  readonly levtype: string;
  readonly levels: readonly number[];
  readonly grid: Grid;
  readonly members: readonly (number | undefined)[];
  version = 0;
  updated = false;
  #cell: Cell<Field<FieldLayer>>;

  constructor(name: string, cell: Cell<Field<FieldLayer>>, kind: FieldKind) {
    const shape = shapeOf(name, cell.value);
    this.name = name;
    this.#cell = cell;
    this.grid = shape.grid;
    this.levels = shape.levels;
    this.members = shape.members;
    this.shortName = kind.shortName ?? name;
    this.levtype = kind.levtype ?? (shape.levels.length === 1 && shape.levels[0] === 0 ? 'sfc' : 'ml');
  }

  get field(): Field<FieldLayer> {
    return this.#cell.value;
  }

  /** Other values of the same shape. */
  set(field: Field<FieldLayer>): void {
    this.#cell = { value: field };
    this.version++;
  }

  mark(updated: boolean): void {
    this.updated = updated;
    if (updated) this.version++;
  }
}

/** A field made of others: it is updated whenever one of them is, and its version rises with theirs. */
export class DerivedEntry implements DataEntry, FieldHandle {
  readonly name: string;
  readonly type = 'ATLAS_FIELD';
  readonly shortName: string;
  readonly levtype: string;
  readonly levels: readonly number[];
  readonly grid: Grid;
  readonly members: readonly (number | undefined)[];
  readonly field: Field<FieldLayer>;
  readonly mark = undefined;
  readonly #sources: readonly DataEntry[];

  constructor(name: string, field: Field<FieldLayer>, kind: Required<FieldKind>, sources: readonly DataEntry[]) {
    const { grid, levels, members } = shapeOf(name, field);
    this.name = name;
    this.field = field;
    this.grid = grid;
    this.levels = levels;
    this.members = members;
    this.shortName = kind.shortName;
    this.levtype = kind.levtype;
    this.#sources = sources;
  }

  get version(): number {
    return this.#sources.reduce((sum, { version }) => sum + version, 0);
  }

  get updated(): boolean {
    return this.#sources.some(({ updated }) => updated);
  }
}

export type AnyEntry = ScalarEntry | FieldEntry | DerivedEntry;
export type AnyFieldEntry = FieldEntry | DerivedEntry;
