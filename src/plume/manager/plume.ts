import { DteError } from '../../base/index.js';
import type { DispatchTiming, Engine } from '../../compute/index.js';
import { type ConfigSource, type PlumeConfig, parseConfig } from '../config/parse-config.js';
import { parseProtocol } from '../config/parse-params.js';
import type { ModelData } from '../data/model-data.js';
import { dataName, type Derived } from '../derived/derivations.js';
import { inOrder } from '../derived/graph.js';
import { type PreparedDerivation, prepareDerivation } from '../derived/prepare.js';
import type { Param, Protocol } from '../protocol.js';
import type { PluginNotice, PluginOutput, PluginSink } from '../types.js';
import { isEverybodys } from './guard.js';
import { negotiateAll, requestedNames } from './negotiation.js';
import { PluginLife } from './plugin-life.js';
import type { PluginDecision, PlumeReport, StepReport } from './report.js';
import { runStep } from './steps.js';

export interface PlumeOptions extends ConfigSource {
  /** Given the outputs of every step, one sink after the other. What a sink throws ends the step. */
  readonly sinks?: readonly PluginSink[];
  /** Told of what plugins want heard outside. */
  readonly onNotice?: (notice: PluginNotice) => void;
  /** What becomes of a wind at a height where the profile does not reach: missing (default), or an error as upstream. */
  readonly heights?: 'mask' | 'strict';
}

/** `degraded`: running, with a plugin less. */
export type PlumeState = 'configured' | 'negotiated' | 'fed' | 'running' | 'degraded' | 'torn-down';

/** Reads a configuration (YAML, JSON or a plain value). Nothing is loaded yet. */
export async function openPlume(engine: Engine, config: string | object, options: PlumeOptions = {}): Promise<Plume> {
  return new Plume(engine, await parseConfig(config, options), options);
}

/**
 * The plugins of one run of a model: configured, negotiated with, fed, run step by step, torn down. A process may have several. No plugin's
 * failure reaches the model unless the configuration says `on-error: abort`.
 */
export class Plume {
  readonly config: PlumeConfig;
  readonly #engine: Engine;
  readonly #options: PlumeOptions;
  readonly #lives: readonly PluginLife[];
  #state: PlumeState = 'configured';
  #offers: Protocol | undefined;
  #data: ModelData | undefined;
  #derived: PreparedDerivation[] = [];
  #step = 0;
  #isBusy = false;
  #derivedMs = 0;

  constructor(engine: Engine, config: PlumeConfig, options: PlumeOptions) {
    this.#engine = engine;
    this.config = config;
    this.#options = options;
    const surroundings = { engine, step: () => this.#step, notify: (notice: PluginNotice) => options.onNotice?.(notice) };
    this.#lives = config.plugins.map((spec) => new PluginLife(spec, surroundings));
  }

  get state(): PlumeState {
    return this.#state;
  }

  /** Steps run so far. */
  get step(): number {
    return this.#step;
  }

  /** Loads the plugins and agrees with each on what it gets. One that is rejected is left out; the decision says why. */
  async negotiate(offers: Protocol | string | object): Promise<readonly PluginDecision[]> {
    this.#expect('negotiate', 'configured');
    const isProtocol = typeof offers === 'object' && 'offeredPlumeVersion' in offers && 'required' in offers;
    const protocol = isProtocol ? (offers as Protocol) : await parseProtocol(offers);
    await this.#busy('negotiate', () => negotiateAll(this.#engine, this.#lives, protocol));
    const { log } = this.#engine.context;
    for (const { plugin, accepted, reasons } of this.decisions) {
      if (accepted) log.info('plume.plugin.accepted', { plugin });
      else log.info('plume.plugin.rejected', { plugin, reasons });
    }
    this.#offers = protocol;
    this.#state = 'negotiated';
    return this.decisions;
  }

  get decisions(): readonly PluginDecision[] {
    return this.#lives.flatMap(({ decision }) => (decision === undefined ? [] : [decision]));
  }

  /** True while a plugin takes part. */
  isPluginActive(name: string): boolean {
    return this.#lives.some((life) => life.spec.name === name && (life.isActive || life.state === 'accepted'));
  }

  /** What plugins need of what the model offers, sources of derived parameters among it. The model provides these, and all that is `always`. */
  get requestedParams(): readonly Param[] {
    if (this.#offers === undefined) throw this.#notYet('requestedParams');
    const names = requestedNames(this.decisions, this.#offers);
    return this.#offers.offered.filter((param) => names.has(dataName(param)));
  }

  isParamRequested(name: string): boolean {
    return this.requestedParams.some((param) => dataName(param) === name);
  }

  /** Hands the data over: derived fields and outputs are allocated among them, and every accepted plugin is set up. */
  async feed(data: ModelData): Promise<void> {
    this.#expect('feed', 'negotiated');
    this.#checkData(data);
    this.#data = data;
    await this.#busy('feed', async () => {
      await this.#prepareDerived(data);
      for (const life of this.#lives) if (life.state === 'accepted') await life.feed(data);
    });
    this.#state = 'fed';
  }

  /** Runs the plugins that are due, in order, on the data as they are now; then the sinks. */
  async run(): Promise<StepReport> {
    this.#expect('run', 'fed', 'running', 'degraded');
    return this.#busy('run', async () => {
      this.#step++;
      const step = this.#step;
      for (const life of this.#lives) life.clearOutputs();
      await this.#computeDerived();
      const due = this.#lives.filter((life) => life.isDue(step));
      const failedBefore = due.map(({ failures }) => failures.length);
      try {
        await runStep(this.#engine, due);
      } finally {
        this.#state = this.#lives.some(({ state }) => state === 'degraded' || state === 'disabled') ? 'degraded' : 'running';
      }
      const failures = due.flatMap((life, index) => life.failures.slice(failedBefore[index]));
      const ran = due.filter((life, index) => life.failures.length === failedBefore[index]);
      await this.#giveOut(ran, step);
      return { step, ran: ran.map(({ spec }) => spec.name), failures };
    });
  }

  report(): PlumeReport {
    return { steps: this.#step, plugins: this.#lives.map((life) => life.report()), derivedMs: this.#derivedMs };
  }

  /** Tears down what was set up, in reverse order, also after failures. A second call does nothing. */
  async teardown(): Promise<void> {
    if (this.#state === 'torn-down') return;
    this.#state = 'torn-down';
    for (const life of this.#lives.toReversed()) await life.teardown();
    for (const { entry, release } of this.#derived.toReversed()) {
      release();
      this.#data?.drop(entry.name);
    }
    this.#derived = [];
  }

  /** Each derived parameter once, whoever asks. Plugins whose parameter cannot be derived are left out. */
  async #prepareDerived(data: ModelData): Promise<void> {
    const { order } = inOrder(uniqueDerived(this.#lives));
    for (const derived of order) {
      try {
        this.#derived.push(await prepareDerivation(this.#engine, data, derived, this.#options.heights ?? 'mask'));
      } catch (error) {
        if (isEverybodys(error)) throw error;
        for (const life of this.#lives) {
          if (life.state === 'accepted' && life.decision?.derived.some(({ name }) => name === derived.name) === true)
            life.fail('setup', error);
        }
      }
    }
  }

  /** Derived values of which a source has changed. */
  async #computeDerived(): Promise<void> {
    const stale = this.#derived.filter(({ entry, computed }) => entry.version !== computed);
    if (stale.length === 0) return;
    const time = (timings: readonly DispatchTiming[]): void => {
      for (const { milliseconds } of timings) this.#derivedMs += milliseconds;
    };
    if (stale.some(({ recordStrictly }) => recordStrictly !== undefined)) {
      for (const one of stale) await (one.recordStrictly?.() ?? this.#engine.run((pass) => one.record(pass), time));
    } else {
      await this.#engine.run((pass) => {
        for (const one of stale) one.record(pass);
      }, time);
    }
    for (const one of stale) one.computed = one.entry.version;
  }

  async #giveOut(lives: readonly PluginLife[], step: number): Promise<void> {
    const { sinks = [] } = this.#options;
    if (sinks.length === 0 || this.#data === undefined) return;
    const outputs: PluginOutput[] = lives.flatMap((life) => life.outputs(step, this.#data as ModelData));
    if (outputs.length === 0) return;
    for (const sink of sinks) await sink(outputs);
  }

  /** Data that are missing are told of (a plugin fails when it reads them); data of another type than offered are the model's mistake. */
  #checkData(data: ModelData): void {
    const { log } = this.#engine.context;
    const always = this.#offers?.offered.filter(({ available }) => available === 'always') ?? [];
    for (const param of new Set([...this.requestedParams, ...always])) {
      const name = dataName(param);
      if (!data.has(name)) {
        log.warn('plume.data.missing', { name, type: param.type });
        continue;
      }
      const type = data.typeOf(name);
      if (type === param.type) continue;
      throw new DteError('input.value', `'${name}' was offered as ${param.type} and provided as ${type}`, {
        hint: 'provide what was offered',
      });
    }
  }

  async #busy<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#isBusy)
      throw new DteError('input.state', `plume cannot ${what}: another call is under way`, { hint: 'await one call before the next' });
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  #expect(what: string, ...states: readonly PlumeState[]): void {
    if (states.includes(this.#state)) return;
    throw new DteError('input.state', `plume cannot ${what}: it is ${this.#state}`, {
      hint: 'the order is negotiate, feed, run for every step, teardown',
    });
  }

  #notYet(what: string): DteError {
    return new DteError('input.state', `plume has no ${what}: it is ${this.#state}`, { hint: 'negotiate first' });
  }
}

function uniqueDerived(lives: readonly PluginLife[]): readonly Derived[] {
  const all = lives.flatMap(({ decision }) => decision?.derived ?? []);
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}
