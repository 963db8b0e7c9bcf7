import type { DteError } from '../../base/index.js';
import type { Engine, Pass } from '../../compute/index.js';
import type { ModelData } from '../data/model-data.js';
import { pluginData } from '../data/plugin-data.js';
import type { Param } from '../protocol.js';
import type { Plugin, PluginContext, PluginData, PluginNotice, PluginOutput, PluginSpec } from '../types.js';
import { isEverybodys, pluginError, within } from './guard.js';
import { makeOutputs, type Outputs } from './outputs.js';
import type { PluginDecision, PluginFailure, PluginPhase, PluginReport, PluginState } from './report.js';

/** What lives of plugins have in common. */
export interface Surroundings {
  readonly engine: Engine;
  readonly step: () => number;
  readonly notify: (notice: PluginNotice) => void;
}

/** One plugin from its entry in the configuration to its teardown. What it throws ends here, unless its failures are to end everything. */
export class PluginLife {
  readonly spec: PluginSpec;
  plugin: Plugin | undefined;
  decision: PluginDecision | undefined;
  state: PluginState = 'configured';
  readonly failures: PluginFailure[] = [];
  readonly #surroundings: Surroundings;
  #declared: readonly Param[] = [];
  #data: PluginData | undefined;
  #outputs: Outputs | undefined;
  #context: PluginContext | undefined;
  #isSetUp = false;
  #failedInARow = 0;
  #setupMs = 0;
  #runs = 0;
  #hostMs = 0;
  #deviceMs: number | undefined;
  #uploadBytes = 0;
  #readBytes = 0;

  constructor(spec: PluginSpec, surroundings: Surroundings) {
    this.spec = spec;
    this.#surroundings = surroundings;
  }

  get isActive(): boolean {
    return this.state === 'fed' || this.state === 'running' || this.state === 'degraded';
  }

  /** A step is device work only, so that it can share a pass. */
  get isRecorded(): boolean {
    return this.plugin?.record !== undefined;
  }

  /** `plugin`: as far as it was loaded. */
  async reject(decision: PluginDecision, plugin?: Plugin): Promise<void> {
    this.decision = decision;
    this.state = 'rejected';
    this.plugin = plugin;
    await this.#close();
  }

  accept(plugin: Plugin, outputs: readonly Param[], decision: PluginDecision): void {
    this.plugin = plugin;
    this.#declared = outputs;
    this.decision = decision;
    this.state = 'accepted';
  }

  /** Allocates its outputs and calls `setup`. */
  async feed(data: ModelData): Promise<void> {
    const { engine, step, notify } = this.#surroundings;
    const { name, coreConfig } = this.spec;
    const view = pluginData(name, data, this.decision?.params ?? []);
    const startMs = engine.context.clock.elapsedMs();
    try {
      const made = await makeOutputs(engine, name, this.#declared, data);
      this.#outputs = made;
      this.#data = view;
      this.#context = {
        engine,
        context: engine.context,
        plugin: name,
        get step() {
          return step();
        },
        coreConfig,
        outputs: made.fields,
        set: (output, value) => made.set(output, value),
        notify: (event, details) => notify({ plugin: name, step: step(), event, data: details }),
      };
      this.#isSetUp = true;
      await this.#within(this.plugin?.setup?.(this.#context, view));
      this.state = 'fed';
    } catch (error) {
      this.fail('setup', error);
    }
    this.#setupMs = engine.context.clock.elapsedMs() - startMs;
  }

  isDue(step: number): boolean {
    return this.isActive && (step - 1) % this.spec.every === 0 && this.plugin?.ready?.() !== false;
  }

  /** Its outputs count as updated from here on, so that those recorded after it see them as they will be. */
  record(pass: Pass): void {
    this.plugin?.record?.(pass, this.#context as PluginContext, this.#data as PluginData);
    this.#outputs?.mark(true);
  }

  /** It had a pass of its own, recording included. */
  waited(milliseconds: number): void {
    this.#hostMs += milliseconds;
  }

  /** Runs a step of a plugin that is not recorded. */
  async run(): Promise<void> {
    const { engine } = this.#surroundings;
    const { clock } = engine.context;
    const [startMs, before] = [clock.elapsedMs(), engine.traffic];
    try {
      await this.#within(this.plugin?.run?.(this.#context as PluginContext, this.#data as PluginData));
      this.#outputs?.mark(true);
      this.succeed();
    } catch (error) {
      this.fail('run', error);
    } finally {
      this.#hostMs += clock.elapsedMs() - startMs;
      this.#uploadBytes += engine.traffic.uploadBytes - before.uploadBytes;
      this.#readBytes += engine.traffic.readBytes - before.readBytes;
    }
  }

  succeed(deviceMs?: number): void {
    this.#runs++;
    this.#failedInARow = 0;
    this.state = 'running';
    if (deviceMs !== undefined) this.#deviceMs = (this.#deviceMs ?? 0) + deviceMs;
  }

  /** Notes a failure and what follows from it. Throws what is not the plugin's alone, and every error when it is configured to abort. */
  fail(phase: PluginPhase, error: unknown): void {
    if (isEverybodys(error)) throw error;
    const step = this.#surroundings.step();
    const failure = { plugin: this.spec.name, phase, step, error: pluginError(this.spec.name, phase, step, error) };
    this.failures.push(failure);
    this.#failedInARow++;
    this.state = this.#isBeyondUse(phase, failure.error) ? 'disabled' : 'degraded';
    const { log } = this.#surroundings.engine.context;
    log.warn('plume.plugin.failed', { plugin: this.spec.name, phase, step, state: this.state, reason: failure.error.message });
    if (this.spec.onError === 'abort' && phase !== 'teardown') throw failure.error;
  }

  outputs(step: number, data: ModelData): readonly PluginOutput[] {
    const { name } = this.spec;
    return (this.#outputs?.params ?? []).map((param) => {
      const value = param.type === 'ATLAS_FIELD' ? data.field(param.name) : data.scalar(param.name);
      return { plugin: name, step, param, value };
    });
  }

  /** Outputs are new only in the step in which they are made, and only when it succeeded. */
  clearOutputs(): void {
    this.#outputs?.mark(false);
  }

  /** Calls `teardown` when `setup` was begun, once, and gives its outputs' memory back. */
  async teardown(): Promise<void> {
    const wasSetUp = this.#isSetUp;
    this.#isSetUp = false;
    try {
      if (wasSetUp) await this.#within(this.plugin?.teardown?.(this.#context as PluginContext));
    } catch (error) {
      this.fail('teardown', error);
    } finally {
      this.#outputs?.release();
      this.#outputs = undefined;
      if (this.state !== 'rejected') {
        await this.#close();
        this.state = 'torn-down';
      }
    }
  }

  report(): PluginReport {
    return {
      plugin: this.spec.name,
      kind: this.spec.kind,
      state: this.state,
      info: this.plugin?.info,
      reasons: this.decision?.reasons ?? [],
      setupMs: this.#setupMs,
      runs: this.#runs,
      hostMs: this.#hostMs,
      deviceMs: this.#deviceMs,
      uploadBytes: this.#uploadBytes,
      readBytes: this.#readBytes,
      failures: [...this.failures],
    };
  }

  async #close(): Promise<void> {
    try {
      await this.#within(this.plugin?.close?.());
    } catch (error) {
      const { state } = this;
      this.fail('teardown', error);
      this.state = state;
    }
  }

  async #within(work: Promise<void> | undefined): Promise<void> {
    if (work === undefined) return;
    await within(this.plugin?.keepsTime === true ? undefined : this.spec.timeoutMs, work);
  }

  /** Without a finished setup nothing can run; and what did not end in time may still be at work on the same fields. */
  #isBeyondUse(phase: PluginPhase, error: DteError): boolean {
    if (phase === 'setup' || (error.code === 'limit.deadline' && this.plugin?.keepsTime !== true)) return true;
    return this.spec.onError !== 'skip_step' && this.#failedInARow >= this.spec.failures;
  }
}
