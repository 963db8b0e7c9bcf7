import { DteError, isDteError, type ProcessEnd, type ProcessHandle, type ProcessHost } from '../../base/index.js';
import { type Channel, type ChannelListener, LastText, type OpenChannel } from './channel.js';
import { encodeFrame, FrameReader } from './frames.js';
import { type Arrays, type FieldMeta, type FromPlugin, lengthOf, type ToPlugin } from './messages.js';

/** A plugin in a process of its own, which speaks in frames on standard input and output. It may be written in any language. */
export function processChannel(processes: ProcessHost, command: readonly string[], onText: (text: string) => void): OpenChannel {
  return (listener) => new ProcessChannel(processes.start(command), onText, listener);
}

class ProcessChannel implements Channel {
  readonly #child: ProcessHandle;
  readonly #listener: ChannelListener;
  readonly #text = new LastText();
  /** Octets of all outputs: no frame may hold more. */
  #outputBytes = 0;
  #hasEnded = false;

  constructor(child: ProcessHandle, onText: (text: string) => void, listener: ChannelListener) {
    this.#child = child;
    this.#listener = listener;
    const reader = new FrameReader(() => this.#outputBytes);
    child.onOutput((bytes) => this.#receive(reader, bytes));
    child.onText((text) => {
      this.#text.add(text);
      onText(text);
    });
    child.onEnd((end) => this.#broken(this.#errorOf(end)));
    child.setReferenced(false);
  }

  async post(message: ToPlugin, arrays: Arrays): Promise<void> {
    if (message.kind === 'setup') this.#outputBytes = bytesOf(message.outputs, message.reals);
    await this.#child.write(encodeFrame(message, arrays));
  }

  memoryBytes(): number | undefined {
    return this.#child.residentBytes();
  }

  setBusy(isBusy: boolean): void {
    this.#child.setReferenced(isBusy);
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#child.terminate();
  }

  #receive(reader: FrameReader, bytes: Uint8Array): void {
    if (this.#hasEnded) return;
    try {
      for (const { message, arrays } of reader.add(bytes)) this.#listener.message(message as unknown as FromPlugin, arrays);
    } catch (error) {
      if (!isDteError(error)) throw error;
      this.#broken(error);
      void this.#child.terminate();
    }
  }

  #errorOf(end: ProcessEnd): DteError {
    if ('error' in end) return new DteError('fault.plugin', `its process cannot be started: ${end.error.message}`, { cause: end.error });
    const how = 'signal' in end ? `by signal ${end.signal}` : `with exit code ${end.code}`;
    return new DteError(this.#text.isOutOfMemory ? 'limit.memory' : 'fault.plugin', `its process ended ${how}${this.#text.told}`);
  }

  #broken(error: DteError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#listener.broken(error);
  }
}

function bytesOf(fields: readonly FieldMeta[], reals: 'f32' | 'f64'): number {
  return fields.reduce((sum, field) => sum + lengthOf(field) * (reals === 'f64' ? 8 : 4), 0);
}
