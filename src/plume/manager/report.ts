import type { DteError } from '../../base/index.js';
import type { Decision } from '../negotiate.js';
import type { PluginInfo } from '../types.js';

/**
 * Where a plugin is in its life: `configured` (named in a configuration), `rejected` or `accepted` by negotiation, `fed` (set up with its
 * data), `running`, `degraded` (its last step failed), `disabled` (left out from now on), `torn-down`.
 */
export type PluginState = 'configured' | 'rejected' | 'accepted' | 'fed' | 'running' | 'degraded' | 'disabled' | 'torn-down';

export type PluginPhase = 'load' | 'negotiate' | 'setup' | 'run' | 'teardown';

/** One failure of a plugin. The model and other plugins went on. */
export interface PluginFailure {
  readonly plugin: string;
  readonly phase: PluginPhase;
  readonly step: number;
  readonly error: DteError;
}

/** What negotiation decided about one plugin. */
export interface PluginDecision extends Decision {
  readonly plugin: string;
}

/** What a plugin cost and how it fared. */
export interface PluginReport {
  readonly plugin: string;
  readonly kind: string;
  readonly state: PluginState;
  /** Undefined when it could not be loaded. */
  readonly info: PluginInfo | undefined;
  /** Why it was rejected. */
  readonly reasons: readonly string[];
  readonly setupMs: number;
  readonly runs: number;
  /** Time on the caller's thread and of waiting for the plugin; not that of steps which shared a pass with other plugins. */
  readonly hostMs: number;
  /** Time of its recorded kernels; undefined unless the engine was opened with `timing`. */
  readonly deviceMs: number | undefined;
  /** What crossed between host and device in its `run`. */
  readonly uploadBytes: number;
  readonly readBytes: number;
  readonly failures: readonly PluginFailure[];
}

export interface StepReport {
  readonly step: number;
  readonly ran: readonly string[];
  readonly failures: readonly PluginFailure[];
}

export interface PlumeReport {
  readonly steps: number;
  readonly plugins: readonly PluginReport[];
  /** Time of derived parameters, milliseconds. */
  readonly derivedMs: number;
}
