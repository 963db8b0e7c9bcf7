import type { Field } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Pass } from '../../compute/index.js';
import type { AnyFieldEntry } from '../data/entries.js';
import type { FieldLayer } from '../types.js';
import { type Derived, derivations } from './derivations.js';

/** What a recorder of one derivation gives. */
export interface Recorder {
  record(pass: Pass, made: Field<FieldLayer>): void;
  recordStrictly?(made: Field<FieldLayer>): Promise<void>;
  release?(): void;
}

export function valuesOf(entry: AnyFieldEntry, tile: number): Field['tiles'][number]['values'] {
  return (entry.field.tiles[tile] as Field['tiles'][number]).values;
}

export function refuseDerivation(derived: Derived, reason: string, hint: string): DteError {
  return new DteError('input.field', `'${derived.name}' cannot be derived: ${reason}`, { hint });
}

/** Element by element, fields have to lie alike. */
export function sameTiles(derived: Derived, sources: readonly AnyFieldEntry[]): void {
  const layout = ({ field }: AnyFieldEntry): string => field.tiles.map(({ lanes }) => lanes).join();
  const [first, ...others] = sources as [AnyFieldEntry, ...AnyFieldEntry[]];
  const { counts } = derivations[derived.derivation];
  for (const other of others) {
    if (layout(other) === layout(first) && other.levels.length === first.levels.length) continue;
    const shape = (entry: AnyFieldEntry): string => `'${entry.name}' has ${entry.levels.length} levels in tiles of ${layout(entry)} lanes`;
    throw refuseDerivation(derived, `${shape(first)}, ${shape(other)}`, `its ${counts.join(' or ')} sources have the same levels`);
  }
}
