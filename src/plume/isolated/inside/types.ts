import type { LogData } from '../../../base/index.js';
import type { CoreConfig, PluginInfo } from '../../types.js';
import type { FieldMeta, Reals32, Reals64, ScalarValue } from '../messages.js';

/** A field as a plugin in a thread or process sees it: a copy on the host. */
export interface IsolatedField extends FieldMeta {
  /** `[layers, points]`; layers run through the levels of the first member, then of the next. The same array in every step. */
  readonly values: Reals32 | Reals64;
  /** What stands for a missing value. */
  readonly missing: number;
  /** False when it is certain that no value is missing. */
  readonly mayBeMissing: boolean;
  /** Rises with every update; 0 before the first, when all values are missing. */
  readonly version: number;
  readonly updated: boolean;
  /** Degrees, `[points]` each. */
  coordinates(): Promise<{ readonly lat: Float64Array; readonly lon: Float64Array }>;
}

/** A declared output, to be filled in `run`: values `[layers, points]`, all missing at first. */
export interface IsolatedOutput extends FieldMeta {
  readonly values: Reals32 | Reals64;
  readonly missing: number;
}

/** As `PluginData`, with fields on the host. */
export interface IsolatedData {
  has(name: string): boolean;
  int(name: string): number;
  bool(name: string): boolean;
  float(name: string): number;
  double(name: string): number;
  string(name: string): string;
  field(name: string): IsolatedField;
  isUpdated(name: string): boolean;
}

/** As `PluginContext`, without the engine: a plugin that runs apart has none. */
export interface IsolatedContext {
  readonly plugin: string;
  readonly step: number;
  readonly coreConfig: CoreConfig;
  readonly outputs: Readonly<Record<string, IsolatedOutput>>;
  /** Sets a declared output that is not a field. */
  set(name: string, value: ScalarValue): void;
  notify(event: string, data?: LogData): void;
  log(event: string, data?: LogData): void;
}

/**
 * What the module of an isolated plugin exports. `run` writes into `context.outputs`, or returns arrays by name of output.
 *
 *     export const protocol = {
 *       required: [{ name: 'u', type: 'ATLAS_FIELD' }],
 *       offered: [{ name: 'u2', type: 'ATLAS_FIELD', shape: { like: 'u' } }],
 *     };
 *     export function run(context, data) {
 *       const { values, missing } = data.field('u');
 *       return { u2: values.map((u) => (u === missing ? missing : u * u)) };
 *     }
 */
export interface IsolatedModule {
  /** As in a protocol file. */
  readonly protocol: object | ((config: CoreConfig) => object | Promise<object>);
  readonly info?: Partial<PluginInfo>;
  /** `f64` for values as Float64Array. */
  readonly reals?: 'f32' | 'f64';
  readonly setup?: (context: IsolatedContext, data: IsolatedData) => unknown;
  readonly run: (context: IsolatedContext, data: IsolatedData) => unknown;
  readonly teardown?: (context: IsolatedContext) => unknown;
}

export type OutputArrays = Readonly<Record<string, ArrayLike<number>>>;
