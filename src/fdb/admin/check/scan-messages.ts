import type { Context, ReadableFile } from '../../../base/index.js';
import { gribTables, marsMetadata, type Message, messages } from '../../../grib/index.js';
import { archiveSplitter, type Schema, type SplitKey } from '../../schema/index.js';
import type { Key } from '../../types.js';
import { diskOf } from '../../disk-of.js';

/** A whole message that was found in a file. */
export interface ScannedMessage {
  readonly offset: number;
  readonly length: number;
  readonly metadata: Key;
  readonly message: Message;
}

/** The whole messages of a file, from `start` on, one for each, whatever fields it holds. What is damaged is passed by. */
export async function* scanMessages(context: Context, path: string, start = 0): AsyncGenerator<ScannedMessage> {
  const tables = await gribTables(context);
  const file = await diskOf(context).open(path);
  try {
    const rest = start === 0 ? file : fromOffset(file, start);
    for await (const message of messages(rest, { tables, onDamage: () => {} }))
      if (message.fieldNumber === 1)
        yield { offset: start + (message.where.offset ?? 0), length: message.bytes.length, metadata: marsMetadata(message), message };
  } finally {
    await file.close();
  }
}

/** Keys by the schema of a database; undefined for a message that it does not take. */
export function splitterOf(schema: Schema): (metadata: Key) => SplitKey | undefined {
  const split = archiveSplitter(schema);
  return (metadata) => {
    try {
      return split(metadata);
    } catch {
      return undefined;
    }
  };
}

function fromOffset(file: ReadableFile, start: number): ReadableFile {
  return {
    path: file.path,
    sizeBytes: Math.max(0, (file.sizeBytes ?? 0) - start),
    read: (position, length) => file.read(start + position, length),
    close: () => file.close(),
  };
}
