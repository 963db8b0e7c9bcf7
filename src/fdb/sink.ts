import type { Field } from '../atlas/index.js';
import type { Engine } from '../compute/index.js';
import { encodeInParts, type EncodeOptions, marsMetadata, type Message, parseMessage, withKeys } from '../grib/index.js';
import type { Key } from './types.js';
import type { Archiver } from './write/archiver.js';

/** Takes fields one after another. Nothing is visible before `flush`. */
export interface Sink {
  /** One message for each layer of the field; its memory stays the caller's. */
  write(field: Field<Message>): Promise<void>;
  flush(): Promise<void>;
  /** Flushes too. */
  close(): Promise<void>;
}

export interface SinkOptions extends EncodeOptions {
  /** GRIB keys that are set in every message: those that archived results must not share with what they come from (expver, class). */
  readonly keys?: Key;
}

/**
 * Fields on the device -> GRIB -> store, without a file between: packed integers go from the engine's memory to the data file.
 * The keys are those of each layer's message. The archiver stays open, for others may use it.
 *
 * Errors: those of `encode`, of `withKeys` and of the archiver.
 */
export function fdbSink(engine: Engine, archiver: Archiver, { keys, ...options }: SinkOptions = {}): Sink {
  return {
    async write(field) {
      const layers = keys === undefined || keys.size === 0 ? field.layers : field.layers.map((message) => relabelled(message, keys));
      const { messages, release } = await encodeInParts(engine, { ...field, layers }, options);
      try {
        const metadata = layers.map(marsMetadata);
        const settled = await Promise.allSettled(messages.map((parts, layer) => archiver.archiveKey(metadata[layer] as Key, parts)));
        for (const result of settled) if (result.status === 'rejected') throw result.reason;
      } finally {
        release();
      }
    },
    async flush() {
      await archiver.flush();
    },
    async close() {
      await archiver.flush();
    },
  };
}

function relabelled(message: Message, keys: Key): Message {
  return parseMessage(withKeys(message, keys), message.tables, message.where)[0] as Message;
}
