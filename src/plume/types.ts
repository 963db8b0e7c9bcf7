import type { Field, Grid } from '../atlas/index.js';
import type { Context, LogData, Where } from '../base/index.js';
import type { Engine, Pass } from '../compute/index.js';
import type { Param, Protocol } from './protocol.js';

/** What one layer of a model field is. Layers run through the levels of one member, then through those of the next. */
export interface FieldLayer {
  /** Number of a model level (from 1, downwards), hectopascals, metres, ... by `levtype`; 0 for a surface. */
  readonly level: number;
  /** Member of an ensemble. */
  readonly number?: number;
}

/**
 * A field of the model, of a derivation or of a plugin, as plugins see it: a live view, whose values, `version` and `updated` are those
 * of the moment. Values stay on the device (`field.tiles`), read-only for all but their owner.
 */
export interface FieldHandle {
  /** The name it goes by in protocols: `u`, `u;hl;100`. */
  readonly name: string;
  /** The parameter that it is: `u`. */
  readonly shortName: string;
  /** As in MARS: `sfc`, `ml`, `pl`, `hl`, ... */
  readonly levtype: string;
  /** Levels of one member, in the order of layers. */
  readonly levels: readonly number[];
  readonly grid: Grid;
  readonly field: Field<FieldLayer>;
  /** Rises with every update; equal versions mean equal values. 0 before the first update. */
  readonly version: number;
  /** True when the last `setUpdated` named it, or its maker ran in this step. */
  readonly updated: boolean;
}

/** A field that a plugin declared as output: allocated by the manager, missing everywhere before the plugin wrote it. */
export interface OutputHandle extends FieldHandle {
  /** The plugin that writes it. */
  readonly plugin: string;
}

/** The values agreed on with one plugin: nothing else can be seen. Types are exact: FLOAT is not DOUBLE. */
export interface PluginData {
  readonly params: readonly Param[];
  has(name: string): boolean;
  int(name: string): number;
  bool(name: string): boolean;
  float(name: string): number;
  double(name: string): number;
  string(name: string): string;
  field(name: string): FieldHandle;
  isUpdated(name: string): boolean;
}

/** A matter that someone outside the model should hear of: a threshold passed, a boundary file written. */
export interface PluginNotice {
  readonly plugin: string;
  readonly step: number;
  /** Dotted name, as in logs: `wind.extreme`. */
  readonly event: string;
  readonly data: LogData;
}

/** What a plugin works with beside its data. */
export interface PluginContext {
  readonly engine: Engine;
  readonly context: Context;
  /** Name in the configuration. */
  readonly plugin: string;
  /** Runs of the manager so far; 0 in `setup`. A model's own step is its NSTEP. */
  readonly step: number;
  readonly coreConfig: CoreConfig;
  /** Fields declared in `offered`, to be written in `run` or `record`. */
  readonly outputs: Readonly<Record<string, OutputHandle>>;
  /** Sets a declared output that is not a field; `input.plugin` for another name or type. */
  set(name: string, value: number | boolean | string): void;
  notify(event: string, data: LogData): void;
}

export type CoreConfig = Readonly<Record<string, unknown>>;

export interface PluginInfo {
  /** The core's own name, which need not be that of the configuration. */
  readonly name: string;
  readonly version: string;
}

/**
 * A plugin, whatever kind it is of. `record` or `run` is there, not both: `record` when a step is device work only (several plugins then
 * go into one pass), `run` when the host has a part in it. After either, every output counts as updated.
 */
export interface Plugin {
  readonly info: PluginInfo;
  /** It ends what takes longer than the configuration's `timeout` by itself; else the manager waits no longer, and leaves it out. */
  readonly keepsTime?: boolean;
  /** What it requires, and its outputs as `offered`. */
  negotiate(): Promise<Protocol>;
  /** Called once with the agreed data, before the first step; outputs are allocated. */
  setup?(context: PluginContext, data: PluginData): Promise<void>;
  /** Records a step, perhaps more than once: when a pass shared with others is refused. It may throw, and then nothing of it is run. */
  record?(pass: Pass, context: PluginContext, data: PluginData): void;
  run?(context: PluginContext, data: PluginData): Promise<void>;
  /** False while it cannot run, for instance because it waits to be started anew: the step is left out for it, which is no failure. */
  ready?(): boolean;
  /** Called once after a `setup` that was begun, also when something failed. */
  teardown?(context: PluginContext): Promise<void>;
  /** Ends what loading began. Called once, last, also on a plugin that was rejected. */
  close?(): Promise<void>;
}

/** What is done about a plugin that fails: left out from then on after so many failures, left out of this step, or everything ends. */
export type OnError = 'disable' | 'skip_step' | 'abort';

/** One entry of `plugins:` in a configuration, checked. */
export interface PluginSpec {
  readonly name: string;
  readonly kind: string;
  /** A file (relative to `folder`), or whatever else the kind looks up. */
  readonly lib: string;
  /** Groups of parameters of which at least one must be on offer; none: no condition. */
  readonly groups: readonly (readonly Param[])[];
  readonly coreConfig: CoreConfig;
  /** Longest time for `setup`, one `run` or `teardown`. */
  readonly timeoutMs: number | undefined;
  readonly onError: OnError;
  /** Failures after which `disable` takes effect. */
  readonly failures: number;
  /** Runs in every n-th step. */
  readonly every: number;
  /** Smaller ones run first; equal ones in the order of the configuration. */
  readonly order: number;
  /** Names of plugins that it runs after. */
  readonly after: readonly string[];
  /** For isolated plugins. */
  readonly memoryMiB: number | undefined;
  readonly restarts: number;
  /** Folder (ends in '/') that relative paths start from: that of the configuration. */
  readonly folder: string;
  /** Where the entry stands, for messages. */
  readonly where: Where;
}

/** What a loader may use. */
export interface PluginHost {
  readonly engine: Engine;
  readonly context: Context;
}

/** Makes plugins of one kind. It checks all that can be checked before data are there: `dte plume check` calls it and `negotiate`. */
export interface PluginLoader {
  load(spec: PluginSpec, host: PluginHost): Promise<Plugin>;
}

/** An output after a step in which its plugin ran. */
export interface PluginOutput {
  readonly plugin: string;
  readonly step: number;
  readonly param: Param;
  /** The field, or the scalar's value. */
  readonly value: FieldHandle | number | boolean | string;
}

/** Takes plugin outputs: an archive, a plan, a file. Awaited before the next step begins. */
export type PluginSink = (outputs: readonly PluginOutput[]) => Promise<void>;
