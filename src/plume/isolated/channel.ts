import type { DteError } from '../../base/index.js';
import type { Arrays, FromPlugin, ToPlugin } from './messages.js';

/** The way to a plugin that runs apart: one thread or process, from its start to its end. */
export interface Channel {
  /** Brings arrays to where the plugin finds them, then the message. Resolves when both are on their way. */
  post(message: ToPlugin, arrays: Arrays): Promise<void>;
  /** Octets of memory that count as the plugin's; undefined where that cannot be known. */
  memoryBytes(): number | undefined;
  /** While it is busy the plugin keeps this process alive. */
  setBusy(isBusy: boolean): void;
  /** Ends the plugin, whatever it does. Nothing is told of it any more. */
  end(): Promise<void>;
}

export interface ChannelListener {
  /** `arrays` hold the plugin's outputs when it is done with a run. */
  message(message: FromPlugin, arrays: Arrays): void;
  /** It ended by itself, or what it sent is no message: nothing more will come. */
  broken(error: DteError): void;
}

export type OpenChannel = (listener: ChannelListener) => Channel;

/** The last that was printed: what a process says before it dies is the best there is to tell why. */
export class LastText {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-mostCharacters);
  }

  /** A sentence about it, or nothing. */
  get told(): string {
    // Numbered calls, lines of dashes and addresses tell nothing.
    const lines = this.#text.split('\n').filter((line) => line.trim() !== '' && !/^\s*(?:\d+:|-{3}|={3}|0x|at )/.test(line));
    // Reports of a crash end in lists of addresses and versions; what happened stands in a line that begins with its kind.
    const line = lines.find((text) => /^\s*(?:FATAL ERROR|[\w.]*(?:Error|Exception))\b/.test(text)) ?? lines.at(-1);
    return line === undefined ? '' : `; it printed: ${line.trim().slice(0, 200)}`;
  }

  get isOutOfMemory(): boolean {
    return /heap out of memory|MemoryError/.test(this.#text);
  }
}

const mostCharacters = 4096;
