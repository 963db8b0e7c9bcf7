import { type Context, DteError } from '../../base/index.js';
import type { Channel, ChannelListener, OpenChannel } from './channel.js';
import {
  type Arrays,
  type FieldMeta,
  type FromPlugin,
  lengthOf,
  newReals,
  noArrays,
  type Reals32,
  type Reals64,
  type ToPlugin,
} from './messages.js';

type Reals = Reals32 | Reals64;

/** Memory that owner and plugin see, by name of field. */
export interface SharedFields {
  readonly inputs: ReadonlyMap<string, Reals>;
  readonly outputs: ReadonlyMap<string, Reals>;
}

/** A plugin in a worker thread: its fields lie in shared memory, so that a step copies them once. */
export function workerChannel(context: Context, heapMiB: number, onText: (text: string) => void): OpenChannel {
  return (listener) => new WorkerChannel(context, heapMiB, onText, listener);
}

class WorkerChannel implements Channel {
  readonly #worker: ReturnType<Context['workers']['start']>;
  readonly #context: Context;
  readonly #listener: ChannelListener;
  #fields: SharedFields = { inputs: new Map(), outputs: new Map() };
  /** What inputs were filled from. */
  readonly #sent = new Map<string, Reals>();
  #residentBefore = 0;
  #hasEnded = false;

  constructor(context: Context, heapMiB: number, onText: (text: string) => void, listener: ChannelListener) {
    this.#context = context;
    this.#listener = listener;
    this.#worker = context.workers.start(new URL('./inside/worker-main.js', import.meta.url), { heapMiB, onText });
    this.#worker.onMessage((message) => this.#receive(message as FromPlugin));
    this.#worker.onFailure((error) => this.#broken(failureOf(error)));
    this.#worker.onEnd((code) => this.#broken(new DteError('fault.plugin', `its thread ended with exit code ${code}`)));
    this.#worker.setReferenced(false);
  }

  async post(message: ToPlugin, arrays: Arrays): Promise<void> {
    if (message.kind === 'coordinates') {
      this.#worker.post({ message, arrays });
      return;
    }
    if (message.kind === 'setup') this.#fields = sharedFields(message.moment.inputs, message.outputs, message.reals, message.missing);
    for (const [name, values] of arrays) {
      this.#fields.inputs.get(name)?.set(values);
      this.#sent.set(name, values);
    }
    this.#worker.post(message.kind === 'setup' ? { message, fields: this.#fields } : { message });
  }

  /**
   * A thread's typed arrays cannot be told from its process's. Their owner waits while a plugin works, so what the process grows by
   * meanwhile is taken to be the plugin's.
   */
  memoryBytes(): number | undefined {
    const resident = this.#context.processes?.residentBytes();
    return resident === undefined ? undefined : resident - this.#residentBefore;
  }

  setBusy(isBusy: boolean): void {
    if (isBusy) this.#residentBefore = this.#context.processes?.residentBytes() ?? 0;
    this.#worker.setReferenced(isBusy);
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#worker.terminate();
  }

  #receive(message: FromPlugin): void {
    if (this.#hasEnded) return;
    // A plugin can send to its owner whatever it likes.
    const isDone = (message as FromPlugin | null)?.kind === 'done';
    const spoilt = isDone ? this.#spoiltInput() : undefined;
    if (spoilt !== undefined && message.kind === 'done') {
      this.#listener.message({ kind: 'failed', id: message.id, message: spoilt }, noArrays);
    } else this.#listener.message(message, this.#fields.outputs);
  }

  /** Memory cannot be shared for reading only. What the plugin wrote there is put right, and told. */
  #spoiltInput(): string | undefined {
    let told: string | undefined;
    for (const [name, values] of this.#sent) {
      const memory = this.#fields.inputs.get(name);
      const at = memory === undefined ? -1 : firstDifference(memory, values);
      if (memory === undefined || at < 0) continue;
      told ??= `it wrote to its input '${name}' (element ${at}), which is for reading only`;
      memory.set(values);
    }
    return told;
  }

  #broken(error: DteError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#listener.broken(error);
  }
}

function sharedFields(inputs: readonly FieldMeta[], outputs: readonly FieldMeta[], reals: 'f32' | 'f64', missing: number): SharedFields {
  const memory = (field: FieldMeta): [string, Reals] => [field.name, newReals(reals, lengthOf(field), true).fill(missing)];
  return { inputs: new Map(inputs.map(memory)), outputs: new Map(outputs.map(memory)) };
}

/** Compared bit by bit, as whole numbers: a NaN equals itself then. */
function firstDifference(a: Reals, b: Reals): number {
  const words = (values: Reals): Int32Array => new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const [left, right] = [words(a), words(b)];
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return Math.floor((index * a.length) / left.length);
  return -1;
}

function failureOf(error: Error): DteError {
  if ((error as { readonly code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new DteError('limit.memory', 'its JavaScript heap came to its limit', { cause: error });
  }
  return new DteError('fault.plugin', `its thread died: ${error.message}`, { cause: error });
}
