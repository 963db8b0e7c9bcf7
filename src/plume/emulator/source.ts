import type { Field, Grid } from '../../atlas/index.js';
import type { FieldLayer } from '../types.js';

/** A field that a source gives in every step. */
export interface SourceField {
  readonly name: string;
  readonly shortName: string;
  readonly levtype: string;
  /** Layers of all members, in order. */
  readonly layers: readonly FieldLayer[];
}

/** Where the fields of an emulated model come from. */
export interface EmulatorSource {
  readonly grid: Grid;
  readonly fields: readonly SourceField[];
  readonly steps: number;
  /** Fields of a step, from 0, of these names. They are the caller's, who may hand in those of the step before to be written anew. */
  read(step: number, wanted: readonly SourceField[], before: ReadonlyMap<string, Field<FieldLayer>>): Promise<StepFields>;
  close(): void;
}

export type StepFields = ReadonlyMap<string, Field<FieldLayer>>;
