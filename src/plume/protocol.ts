/** What a value of the model is. A field is `ATLAS_FIELD`, as upstream writes it; an unsigned size counts as INT. */
export type ParamType = 'INT' | 'BOOL' | 'FLOAT' | 'DOUBLE' | 'STRING' | 'ATLAS_FIELD';

export const paramTypes: readonly ParamType[] = ['INT', 'BOOL', 'FLOAT', 'DOUBLE', 'STRING', 'ATLAS_FIELD'];

/** How the values of a derived parameter are made; see `derived/`. */
export type Derivation = 'wind_at_height' | 'wind_speed' | 'wind_direction' | 'relative_humidity';

/** A parameter as it is offered or asked for. */
export interface Param {
  readonly name: string;
  readonly type: ParamType;
  /** `always`: provided whether or not a plugin asks. */
  readonly available: 'always' | 'on-request';
  readonly comment?: string;
  readonly levtype?: string;
  readonly level?: number;
  /** Metres above the ground: asks for the parameter there, derived from its levels. */
  readonly height?: number;
  readonly derive?: Derivation;
  /** What a derivation works on, by name, in the derivation's order; its usual sources by default. */
  readonly from?: readonly string[];
  /** For a field that a plugin makes: its points and levels. */
  readonly shape?: ShapeRule;
}

/** Points and levels of a field that a plugin makes: those of one that it requires, or stated. */
export interface ShapeRule {
  /** Name of a required field whose grid, and levels unless stated, the output has; of several, the one with the most layers. */
  readonly like?: string | readonly string[];
  /** A gridspec, where there is no `like` or the output has another grid. */
  readonly grid?: string;
  /** Default: those of `like`, else one level 0. */
  readonly levels?: readonly number[];
  readonly levtype?: string;
}

/** What a model offers, or what a plugin requires and (as its outputs) offers to plugins after it and to sinks. */
export interface Protocol {
  readonly required: readonly Param[];
  readonly offered: readonly Param[];
  /** Three numbers with dots; '0.0.0' asks for nothing. */
  readonly requestedPlumeVersion: string;
  readonly requestedAtlasVersion: string;
  readonly offeredPlumeVersion: string;
  readonly offeredAtlasVersion: string;
}
