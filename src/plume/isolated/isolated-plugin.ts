import { DteError, isDteError } from '../../base/index.js';
import { missingValue } from '../../compute/index.js';
import { parseProtocol } from '../config/parse-params.js';
import type { Protocol } from '../protocol.js';
import type { Plugin, PluginContext, PluginData, PluginHost, PluginInfo, PluginSpec } from '../types.js';
import { agreedFields, coordinatesOf, fieldMeta, freshArrays, momentOf, setScalars } from './agreed.js';
import type { OpenChannel } from './channel.js';
import { checkOutputs, type NonFinite, writeOutputs } from './host-copies.js';
import { type Answer, askOnce, Instance, type InstanceOptions } from './instance.js';
import { contractVersion, lengthOf, noArrays, type PluginAnswer, type Question, type Reals } from './messages.js';

/** Where a plugin runs, and what it is told to run. */
export interface Isolation {
  readonly open: OpenChannel;
  /** What the other side finds the plugin's code by. */
  readonly lib: string;
}

export const usualTimeoutMs = 60_000;
export const usualMemoryMiB = 1024;
/** Before the first restart, and twice as long before each further one. */
export const firstPauseMs = 1000;

/**
 * A plugin that runs apart from the model. What it does cannot reach the model: it sees copies, has a time and an amount of memory for
 * everything, and when it ends, is ended or breaks the contract, the step fails for it alone.
 *
 * Restarts: one that is over is started anew, set up with the values of that time, at the first step after a pause that doubles with
 * every start; until then its steps are left out (`ready`). After the agreed number of restarts it stays over.
 *
 * Every start is a new `Instance` with a thread or process of its own, and an instance that is over listens to nobody: what a former one
 * still sends reaches no one.
 */
export class IsolatedPlugin implements Plugin {
  readonly #spec: PluginSpec;
  readonly #host: PluginHost;
  readonly #isolation: Isolation;
  readonly #nonFinite: NonFinite;
  /** It is ended when its time is over. */
  readonly keepsTime = true;
  #info: PluginInfo;
  #instance: Instance | undefined;
  #reals: Reals = 'f32';
  /** Versions of fields that the instance has. */
  #sent = new Map<string, number>();
  #restarts = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(spec: PluginSpec, host: PluginHost, isolation: Isolation) {
    this.#spec = spec;
    this.#host = host;
    this.#isolation = isolation;
    this.#nonFinite = nonFiniteOf(spec);
    this.#info = { name: spec.name, version: '0.0.0' };
  }

  get info(): PluginInfo {
    return this.#info;
  }

  async negotiate(): Promise<Protocol> {
    const answer = await askOnce(this.#isolation.open, this.#instanceOptions(undefined, undefined), this.#load());
    this.#info = infoOf(answer, this.#info);
    if (typeof answer.protocol !== 'object' || answer.protocol === null) {
      throw new DteError('input.plugin', 'it states no protocol', { where: this.#spec.where });
    }
    return await parseProtocol(answer.protocol, `protocol of plugin '${this.#spec.name}'`);
  }

  async setup(context: PluginContext, data: PluginData): Promise<void> {
    await this.#start(context, data);
  }

  /** False while it waits to be started again: the step is to be left out. One that will not be started again is to say so. */
  ready(): boolean {
    const isWaiting = this.#instance?.isLive !== true && this.#restarts < this.#spec.restarts;
    return !isWaiting || this.#elapsedMs() >= this.#notBeforeMs;
  }

  async run(context: PluginContext, data: PluginData): Promise<void> {
    await this.#guarded(async () => {
      const instance = this.#instance?.isLive === true ? this.#instance : await this.#restart(context, data);
      const arrays = await freshArrays(this.#host.engine, agreedFields(data), this.#reals, this.#sent);
      const answer = await instance.ask({ kind: 'run', moment: momentOf(context, data) }, arrays);
      await this.#takeOutputs(context, answer);
    });
  }

  async teardown(): Promise<void> {
    const instance = this.#instance;
    if (instance === undefined) return;
    try {
      if (instance.isLive) await instance.ask({ kind: 'teardown' }, noArrays);
    } finally {
      await instance.end();
    }
  }

  async #restart(context: PluginContext, data: PluginData): Promise<Instance> {
    const { name, restarts } = this.#spec;
    if (this.#restarts >= restarts) {
      throw new DteError('fault.plugin', `it is over, and was started again ${this.#restarts} times`, {
        hint: "'restarts' of the plugin says how often it may",
      });
    }
    this.#restarts++;
    this.#host.context.log.warn('plume.plugin.restart', { plugin: name, restart: this.#restarts, of: restarts });
    return await this.#start(context, data);
  }

  async #start(context: PluginContext, data: PluginData): Promise<Instance> {
    const instance = new Instance(this.#isolation.open, this.#instanceOptions(context, data));
    this.#instance = instance;
    this.#sent = new Map();
    return await this.#guarded(async () => {
      const { message } = await instance.ask(this.#load(), noArrays);
      this.#reals = message.reals === 'f64' ? 'f64' : 'f32';
      const moment = momentOf(context, data);
      const outputs = Object.values(context.outputs).map(fieldMeta);
      const arrays = await freshArrays(this.#host.engine, agreedFields(data), this.#reals, this.#sent);
      const setup = { kind: 'setup', reals: this.#reals, missing: missingValue, moment, outputs } as const;
      setScalars(context, (await instance.ask(setup, arrays)).message.scalars);
      return instance;
    });
  }

  /** All or nothing: what breaks the contract changes no output. */
  async #takeOutputs(context: PluginContext, { message, arrays }: Answer): Promise<void> {
    try {
      const checked = checkOutputs(Object.values(context.outputs), arrays, this.#nonFinite);
      setScalars(context, message.scalars);
      await writeOutputs(this.#host.engine, checked);
    } catch (error) {
      if (!isDteError(error, 'input.field', 'input.plugin')) throw error;
      throw new DteError('fault.plugin', error.reason, {
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
  }

  /** After a failure that ended the instance the pause before the next start begins. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (this.#instance?.isLive === false) this.#notBeforeMs = this.#elapsedMs() + firstPauseMs * 2 ** this.#restarts;
      throw error;
    }
  }

  #load(): Question {
    const { name, coreConfig } = this.#spec;
    return { kind: 'load', contract: contractVersion, plugin: name, lib: this.#isolation.lib, config: coreConfig };
  }

  #instanceOptions(context: PluginContext | undefined, data: PluginData | undefined): InstanceOptions {
    const { name, timeoutMs = usualTimeoutMs, memoryMiB = usualMemoryMiB } = this.#spec;
    const fields = data === undefined ? [] : agreedFields(data);
    const all = [...fields, ...Object.values(context?.outputs ?? {})];
    // In f64, and once more on their way.
    const fieldBytes = 16 * all.reduce((sum, handle) => sum + lengthOf(fieldMeta(handle)), 0);
    return {
      plugin: name,
      context: this.#host.context,
      timeoutMs,
      memoryBytes: memoryMiB * 2 ** 20 + fieldBytes,
      notify: (event, logged) => context?.notify(event, logged),
      coordinates: (field) => {
        const handle = all.find((candidate) => candidate.name === field);
        return handle === undefined ? undefined : coordinatesOf(handle);
      },
    };
  }

  #elapsedMs(): number {
    return this.#host.context.clock.elapsedMs();
  }
}

function nonFiniteOf({ coreConfig, name, where }: PluginSpec): NonFinite {
  const given = coreConfig['non-finite'] ?? 'refuse';
  if (given === 'refuse' || given === 'missing') return given;
  throw new DteError('input.config', `non-finite of plugin '${name}' is ${JSON.stringify(given)}`, {
    where,
    hint: 'use refuse or missing',
  });
}

function infoOf({ info }: PluginAnswer, usual: PluginInfo): PluginInfo {
  return { name: String(info?.name ?? usual.name), version: String(info?.version ?? usual.version) };
}
