import { type Context, DteError, type LogData } from '../../base/index.js';
import type { Channel, OpenChannel } from './channel.js';
import { checkSendable } from './message-guard.js';
import { type Arrays, type FromPlugin, noArrays, type PluginAnswer, type Question } from './messages.js';

/** What an instance may use up, and who hears what it says. */
export interface InstanceOptions {
  readonly plugin: string;
  readonly context: Context;
  /** Octets of memory that it may occupy. */
  readonly memoryBytes: number;
  /** Longest time for an answer. */
  readonly timeoutMs: number;
  notify(event: string, data: LogData): void;
  /** Latitudes and longitudes of the points of one of its fields. */
  coordinates(field: string): Arrays | undefined;
}

export interface Answer {
  readonly message: PluginAnswer;
  readonly arrays: Arrays;
}

interface Waiting {
  readonly id: number;
  resolve(answer: Answer): void;
  reject(error: DteError): void;
}

/** Memory is looked at this often. */
const watchMs = 20;
/** A thread or process, and what it imports, may take this long to start on a busy machine: short times are meant for steps. */
const startMs = 20_000;
/** Of one question; more are counted and left out, so that a plugin cannot drown its owner in them. */
const mostRemarks = 200;

/**
 * One start of an isolated plugin. It is asked one question at a time. An instance that has not answered in time, took too much memory,
 * broke the contract or ended is over: it was terminated, and every later question is refused with the same error. A plugin that only
 * threw lives on.
 */
export class Instance {
  readonly #options: InstanceOptions;
  readonly #channel: Channel;
  #waiting: Waiting | undefined;
  #nextId = 1;
  #remarks = 0;
  #over: DteError | undefined;

  constructor(open: OpenChannel, options: InstanceOptions) {
    this.#options = options;
    this.#channel = open({
      message: (message, arrays) => this.#receiveAny(message, arrays),
      broken: (error) => this.#breakOff(error),
    });
  }

  get isLive(): boolean {
    return this.#over === undefined;
  }

  /** Asks and waits for the answer. `fault.plugin`, `limit.deadline`, `limit.memory`, `fault.cancelled`; the manager adds plugin, phase and step. */
  async ask(question: Question, arrays: Arrays): Promise<Answer> {
    if (this.#over !== undefined) throw this.#over;
    if (question.kind === 'load') checkSendable(question.config, `core-config of plugin '${this.#options.plugin}'`);
    const id = this.#nextId++;
    this.#remarks = 0;
    const { signal } = this.#options.context;
    const cancel = (): void => this.#breakOff(new DteError('fault.cancelled', 'it was cancelled'));
    const { timeoutMs } = this.#options;
    const longestMs = question.kind === 'load' ? Math.max(timeoutMs, startMs) : timeoutMs;
    const deadline = setTimeout(() => this.#tooLate(longestMs), longestMs);
    const watch = setInterval(() => this.#checkMemory(), watchMs);
    this.#channel.setBusy(true);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#waiting = { id, resolve, reject };
        if (signal?.aborted === true) cancel();
        else this.#channel.post({ ...question, id }, arrays).catch((error: unknown) => this.#breakOff(sendingFault(error)));
      });
    } finally {
      this.#waiting = undefined;
      clearTimeout(deadline);
      clearInterval(watch);
      signal?.removeEventListener('abort', cancel);
      this.#channel.setBusy(false);
    }
  }

  /** Ends it at once, in whatever state. */
  async end(): Promise<void> {
    this.#over ??= new DteError('input.state', `plugin '${this.#options.plugin}' was asked something after its end`);
    await this.#channel.end();
  }

  /** What comes need not be what the contract says, and nothing of it may end the model. */
  #receiveAny(message: unknown, arrays: Arrays): void {
    if (this.#over !== undefined) return;
    try {
      if (typeof message !== 'object' || message === null) throw new TypeError(`${String(message)} is no message`);
      this.#receive(message as FromPlugin, arrays);
    } catch (cause) {
      const reason = `a message of it could not be taken: ${(cause as Error).message}`;
      this.#breakOff(new DteError('fault.plugin', reason, { cause }));
    }
  }

  #receive(message: FromPlugin, arrays: Arrays): void {
    const { plugin, context } = this.#options;
    if (message.kind === 'done' || message.kind === 'failed') {
      this.#settle(message, arrays);
      return;
    }
    if (++this.#remarks > mostRemarks) {
      if (this.#remarks === mostRemarks + 1) context.log.warn('plume.plugin.flood', { plugin, most: mostRemarks });
      return;
    }
    if (message.kind === 'log' && isLevel(message.level)) {
      context.log[message.level]('plume.plugin.log', { plugin, event: String(message.event), ...message.data });
    } else if (message.kind === 'notify') this.#options.notify(String(message.event), { ...message.data });
    else if (message.kind === 'coordinates') void this.#sendCoordinates(message.field);
    else
      this.#breakOff(new DteError('fault.plugin', `it sent a message of unknown kind '${String((message as { kind?: unknown }).kind)}'`));
  }

  #settle(message: FromPlugin & { readonly kind: 'done' | 'failed' }, arrays: Arrays): void {
    const waiting = this.#waiting;
    if (waiting === undefined || message.id !== waiting.id) {
      this.#breakOff(new DteError('fault.plugin', `it answered question ${String(message.id)}, which was not asked`));
    } else if (message.kind === 'done') waiting.resolve({ message, arrays });
    else waiting.reject(new DteError('fault.plugin', String(message.message), { cause: thrown(message) }));
  }

  async #sendCoordinates(field: string): Promise<void> {
    const arrays = this.#options.coordinates(String(field));
    if (arrays === undefined) this.#breakOff(new DteError('fault.plugin', `it asked for the coordinates of '${field}', which it has not`));
    else await this.#channel.post({ kind: 'coordinates', field }, arrays);
  }

  #tooLate(longestMs: number): void {
    this.#breakOff(new DteError('limit.deadline', `it had not finished after ${longestMs} ms, and was ended`));
  }

  #checkMemory(): void {
    const taken = this.#channel.memoryBytes() ?? 0;
    const { memoryBytes } = this.#options;
    if (taken > memoryBytes) {
      const reason = `it took ${mebibytes(taken)} MiB of memory, more than its ${mebibytes(memoryBytes)}, and was ended`;
      this.#breakOff(new DteError('limit.memory', reason, { hint: "'memory' of the plugin sets the limit, in MiB" }));
    }
  }

  /** It is over: what it was asked fails with the reason, as does all that will be asked. */
  #breakOff(error: DteError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    void this.#channel.end();
    this.#waiting?.reject(error);
  }
}

/** One question to an instance of its own. */
export async function askOnce(open: OpenChannel, options: InstanceOptions, question: Question): Promise<PluginAnswer> {
  const instance = new Instance(open, options);
  try {
    return (await instance.ask(question, noArrays)).message;
  } finally {
    await instance.end();
  }
}

function isLevel(level: unknown): level is 'debug' | 'info' | 'warn' | 'error' {
  return level === 'debug' || level === 'info' || level === 'warn' || level === 'error';
}

function sendingFault(cause: unknown): DteError {
  return new DteError('fault.plugin', `it could not be told: ${(cause as Error).message}`, { cause });
}

/** What was thrown on the other side, with its stack there. */
function thrown({ message, stack }: { readonly message: string; readonly stack?: string }): Error {
  const error = new Error(message);
  if (typeof stack === 'string') error.stack = stack;
  return error;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
