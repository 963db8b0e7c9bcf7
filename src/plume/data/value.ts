import type { Field, Grid } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { ParamType } from '../protocol.js';
import type { FieldLayer } from '../types.js';

export type Scalar = number | boolean | string;

/** A model's own variable, read whenever a plugin asks for it. */
export interface Cell<T> {
  readonly value: T;
}

/** What is known of a field beside its values. */
export interface FieldKind {
  /** Default: the name that the field is provided under. */
  readonly shortName?: string;
  /** Default: `sfc` for one level 0, else `ml`. */
  readonly levtype?: string;
}

/** Checks and normalises a scalar: a FLOAT is rounded to f32. `input.value` for what its type does not hold. */
export function scalarOf(name: string, type: ParamType, value: unknown): Scalar {
  const fits =
    (type === 'INT' && Number.isSafeInteger(value)) ||
    (type === 'BOOL' && typeof value === 'boolean') ||
    ((type === 'FLOAT' || type === 'DOUBLE') && typeof value === 'number') ||
    (type === 'STRING' && typeof value === 'string');
  if (!fits) {
    throw new DteError('input.value', `${type} '${name}' cannot be ${shown(value)}`, { hint: acceptedOf[type] });
  }
  return type === 'FLOAT' ? Math.fround(value as number) : (value as Scalar);
}

const acceptedOf: Readonly<Record<ParamType, string>> = {
  INT: 'a whole number is expected',
  BOOL: 'true or false is expected',
  FLOAT: 'a number is expected',
  DOUBLE: 'a number is expected',
  STRING: 'a text is expected',
  ATLAS_FIELD: 'a field is provided or created by provideField and createField',
};

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : (JSON.stringify(value) ?? String(value));
}

/** Grid, levels and members of a field. */
export interface FieldShape {
  readonly grid: Grid;
  /** Of one member. */
  readonly levels: readonly number[];
  /** Member numbers; `[undefined]` where there are none. */
  readonly members: readonly (number | undefined)[];
}

/** `input.field` unless layers run through the same levels member by member, and tiles hold them all. */
export function shapeOf(name: string, field: Field<FieldLayer>): FieldShape {
  const { grid, layers, tiles } = field;
  const lanes = tiles.reduce((sum, tile) => sum + tile.lanes, 0);
  const refuse = (reason: string, hint: string): DteError => new DteError('input.field', `field '${name}' ${reason}`, { hint });
  if (layers.length === 0) throw refuse('has no layers', 'a field has at least one');
  if (lanes !== layers.length) throw refuse(`states ${layers.length} layers and holds ${lanes}`, 'tiles hold a lane for each layer');
  const members = layers.map(({ number }) => number).filter((number, index, all) => all.indexOf(number) === index);
  const levels = layers.filter(({ number }) => number === members[0]).map(({ level }) => level);
  const isRegular = layers.every(
    ({ level, number }, index) => level === levels[index % levels.length] && number === members[Math.floor(index / levels.length)],
  );
  if (!isRegular || members.length * levels.length !== layers.length) {
    throw refuse('has layers in another order', 'layers run through the levels of one member, then through the same levels of the next');
  }
  return { grid, levels, members };
}

/** Layers of a field of this shape. */
export function layersOf(members: readonly (number | undefined)[], levels: readonly number[]): readonly FieldLayer[] {
  return members.flatMap((number) => levels.map((level) => (number === undefined ? { level } : { level, number })));
}
