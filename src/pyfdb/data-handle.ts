import { concatenated, DteError, type Log } from '../base/index.js';
import type { Retrieval, Shortfall } from '../fdb/index.js';

/**
 * The octets of retrieved messages, one after the other, as a file is read. Nothing is read from the store before it is asked for.
 * Errors: `input.option` when it is not open; those of retrieving.
 */
export class DataHandle {
  readonly #retrieval: Retrieval;
  readonly #log: Log;
  #messages: AsyncGenerator<{ readonly bytes: Uint8Array }> | undefined;
  /** What is left of the last message that was read. */
  #rest: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(retrieval: Retrieval, log: Log) {
    this.#retrieval = retrieval;
    this.#log = log;
  }

  /** Begins at the first octet. What of the request is missing is logged. */
  async open(): Promise<void> {
    await this.close();
    const { count, asked, reasons } = (await this.#retrieval.plan).shortfall;
    if (count > 0) this.#log.warn('pyfdb.missing', { missing: count, asked, reasons: reasons.map(({ text }) => text) });
    this.#messages = this.#retrieval.messages();
    this.#position = 0;
  }

  async close(): Promise<void> {
    const messages = this.#messages;
    this.#messages = undefined;
    this.#rest = new Uint8Array(0);
    await messages?.return(undefined);
  }

  /** Octets of all messages together. */
  async size(): Promise<number> {
    return (await this.#retrieval.plan).totalBytes;
  }

  /** What of the request has no answer. */
  get shortfall(): Promise<Shortfall> {
    return this.#retrieval.shortfall;
  }

  /** Position of the next octet. */
  tell(): number {
    return this.#position;
  }

  /** At most `count` octets; fewer at the end only. All that is left without `count`, or when it is negative. */
  async read(count = -1): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let wanted = count < 0 ? Number.POSITIVE_INFINITY : count;
    this.#opened();
    while (wanted > 0) {
      const part = await this.#take(wanted);
      if (part.length === 0) break;
      // Its memory is used again for the messages that follow.
      parts.push(part.slice());
      wanted -= part.length;
    }
    return concatenated(parts);
  }

  /** Fills `target` from its beginning: how many octets there were. */
  async readinto(target: Uint8Array): Promise<number> {
    this.#opened();
    let end = 0;
    while (end < target.length) {
      const part = await this.#take(target.length - end);
      if (part.length === 0) break;
      target.set(part, end);
      end += part.length;
    }
    return end;
  }

  /** Opens, reads everything, and closes. */
  async readall(): Promise<Uint8Array> {
    const wasOpen = this.#messages !== undefined;
    if (!wasOpen) await this.open();
    try {
      return await this.read();
    } finally {
      if (!wasOpen) await this.close();
    }
  }

  /** Goes to a position: forwards by reading past, backwards by beginning again. */
  async seek(position: number): Promise<number> {
    if (!Number.isInteger(position) || position < 0)
      throw new DteError('input.option', `${position} is not a position`, { hint: 'a whole number from 0' });
    this.#opened();
    if (position < this.#position) await this.open();
    while (this.#position < position && (await this.#take(position - this.#position)).length > 0);
    return this.#position;
  }

  /** Leaves out `count` octets. */
  async skip(count: number): Promise<number> {
    return await this.seek(this.#position + count);
  }

  /** The whole of it, piece by piece. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.#opened();
    for (;;) {
      const part = await this.#take(Number.POSITIVE_INFINITY);
      if (part.length === 0) return;
      yield part;
    }
  }

  #opened(): AsyncGenerator<{ readonly bytes: Uint8Array }> {
    if (this.#messages !== undefined) return this.#messages;
    throw new DteError('input.option', 'the data handle is not open', { hint: 'await handle.open() first' });
  }

  /** A view of at most `most` octets; empty at the end. */
  async #take(most: number): Promise<Uint8Array> {
    const messages = this.#opened();
    while (this.#rest.length === 0) {
      const next = await messages.next();
      if (next.done === true) return this.#rest;
      this.#rest = next.value.bytes;
    }
    const part = this.#rest.subarray(0, Math.min(most, this.#rest.length));
    this.#rest = this.#rest.subarray(part.length);
    this.#position += part.length;
    return part;
  }
}
