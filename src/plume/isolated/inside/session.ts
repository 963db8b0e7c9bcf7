import { DteError } from '../../../base/index.js';
import { checkSendable } from '../message-guard.js';
import {
  type Arrays,
  contractVersion,
  type FieldMeta,
  type FromPlugin,
  lengthOf,
  type Moment,
  newReals,
  noArrays,
  type PluginAnswer,
  type Reals32,
  type Reals64,
  type ScalarValue,
  type ToPlugin,
} from '../messages.js';
import { dataOf } from './data.js';
import type { IsolatedContext, IsolatedModule, IsolatedOutput, OutputArrays } from './types.js';

type Values = Reals32 | Reals64;

export interface SessionPort {
  post(message: FromPlugin, arrays: Arrays): void;
  /** Loads the module that a path leads to. */
  load(lib: string): Promise<unknown>;
}

/** What a message from the owner brings along. */
export interface Brought {
  readonly arrays?: Arrays;
  /** Memory that the owner sees, too; without it the plugin has memory of its own. */
  readonly fields?: { readonly inputs: ReadonlyMap<string, Values>; readonly outputs: ReadonlyMap<string, Values> };
}

type Question = ToPlugin & { readonly id: number };

/** The plugin's side: loads its module, answers the owner's questions, each by calling a function of the module. */
export class Session {
  readonly #port: SessionPort;
  #module: IsolatedModule | undefined;
  #plugin = '';
  #config: IsolatedContext['coreConfig'] = {};
  #missing = 0;
  #inputs: ReadonlyMap<string, Values> = new Map();
  #outputs: Readonly<Record<string, IsolatedOutput>> = {};
  #scalars: Record<string, ScalarValue> = {};
  /** Who waits for the coordinates of a field. */
  readonly #coordinates = new Map<string, { readonly places: Promise<Places>; readonly resolve: (places: Places) => void }>();

  constructor(port: SessionPort) {
    this.#port = port;
  }

  async receive(message: ToPlugin, brought: Brought): Promise<void> {
    if (message.kind === 'coordinates') {
      const [lat, lon] = [...(brought.arrays ?? noArrays).values()] as Float64Array[];
      if (lat !== undefined && lon !== undefined) this.#coordinates.get(message.field)?.resolve({ lat, lon });
      return;
    }
    try {
      this.#scalars = {};
      const extra = await this.#answer(message, brought);
      const arrays = message.kind === 'run' ? new Map(Object.entries(this.#outputs).map(([name, { values }]) => [name, values])) : noArrays;
      this.#post({ kind: 'done', id: message.id, scalars: this.#scalars, ...extra }, arrays);
    } catch (error) {
      const { message: text, stack } = error instanceof Error ? error : new Error(String(error));
      this.#post({ kind: 'failed', id: message.id, message: text, ...(stack === undefined ? {} : { stack }) }, noArrays);
    }
  }

  async #answer(message: Question, { arrays = noArrays, fields }: Brought): Promise<Partial<PluginAnswer>> {
    if (message.kind === 'load') return await this.#load(message);
    if (message.kind === 'teardown') {
      await this.#loaded().teardown?.(this.#context(0));
      return {};
    }
    if (message.kind === 'setup') this.#prepare(message, fields);
    if (message.kind === 'setup' || message.kind === 'run') await this.#step(message.kind, message.moment, arrays);
    return {};
  }

  async #load({ contract, plugin, lib, config }: Question & { readonly kind: 'load' }): Promise<Partial<PluginAnswer>> {
    if (contract !== contractVersion) {
      throw new DteError('input.plugin', `the contract is of version ${contract}, this side knows ${contractVersion}`);
    }
    this.#plugin = plugin;
    this.#config = config;
    const module = (await this.#port.load(lib)) as Partial<IsolatedModule>;
    const { protocol, info, reals, run } = module;
    if (typeof run !== 'function') throw new DteError('input.plugin', `${lib} exports no function 'run'`);
    if (protocol === undefined) throw new DteError('input.plugin', `${lib} exports no 'protocol'`);
    this.#module = module as IsolatedModule;
    return {
      protocol: typeof protocol === 'function' ? await protocol(config) : protocol,
      ...(info === undefined ? {} : { info }),
      ...(reals === undefined ? {} : { reals }),
    };
  }

  #prepare({ moment, outputs, reals, missing }: Question & { readonly kind: 'setup' }, fields: Brought['fields']): void {
    const memory = (field: FieldMeta): Values => newReals(reals, lengthOf(field), false).fill(missing);
    this.#missing = missing;
    this.#inputs = fields?.inputs ?? new Map(moment.inputs.map((field) => [field.name, memory(field)]));
    this.#outputs = Object.fromEntries(
      outputs.map((field) => [field.name, { ...field, missing, values: fields?.outputs.get(field.name) ?? memory(field) }]),
    );
  }

  async #step(kind: 'setup' | 'run', moment: Moment, arrays: Arrays): Promise<void> {
    for (const [name, values] of arrays) this.#inputs.get(name)?.set(values);
    const module = this.#loaded();
    const context = this.#context(moment.step);
    const data = dataOf(moment, this.#inputs, this.#missing, (field) => this.#placesOf(field));
    if (kind === 'setup') await module.setup?.(context, data);
    else this.#take(await module.run(context, data));
  }

  /** Arrays that `run` returned become outputs. */
  #take(returned: unknown): void {
    for (const [name, values] of Object.entries((returned ?? {}) as OutputArrays)) {
      const output = this.#outputs[name];
      if (output === undefined) {
        throw new DteError('input.plugin', `run returned '${name}', which is none of its outputs`, { hint: this.#declared() });
      }
      if (values.length !== output.values.length) {
        const { levels, members, points } = output;
        throw new DteError('input.plugin', `run returned ${values.length} values of '${name}'`, {
          hint: `${levels.length * members} x ${points} are agreed: layers, then points`,
        });
      }
      output.values.set(values);
    }
  }

  #context(step: number): IsolatedContext {
    return {
      plugin: this.#plugin,
      step,
      coreConfig: this.#config,
      outputs: this.#outputs,
      set: (name, value) => {
        this.#scalars[name] = value;
      },
      notify: (event, data = {}) => this.#post({ kind: 'notify', event, data }, noArrays),
      log: (event, data = {}) => this.#post({ kind: 'log', level: 'info', event, data }, noArrays),
    };
  }

  #placesOf(field: string): Promise<Places> {
    const known = this.#coordinates.get(field);
    if (known !== undefined) return known.places;
    let resolve: (places: Places) => void = () => {};
    const places = new Promise<Places>((resolvePlaces) => {
      resolve = resolvePlaces;
    });
    this.#coordinates.set(field, { places, resolve });
    this.#post({ kind: 'coordinates', field }, noArrays);
    return places;
  }

  #post(message: FromPlugin, arrays: Arrays): void {
    checkSendable(message, 'a message');
    this.#port.post(message, arrays);
  }

  #loaded(): IsolatedModule {
    if (this.#module === undefined) throw new DteError('input.state', 'the plugin has not been loaded');
    return this.#module;
  }

  #declared(): string {
    const names = Object.keys(this.#outputs);
    return names.length === 0 ? 'none is declared' : `declared are ${names.join(', ')}`;
  }
}

interface Places {
  readonly lat: Float64Array;
  readonly lon: Float64Array;
}
