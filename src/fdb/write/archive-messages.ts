import { atPlace, type Context, DteError, isDteError, type ReadableFile } from '../../base/index.js';
import { type GribTables, marsMetadata, type Message, messages, parseMessage, withKeys } from '../../grib/index.js';
import type { Schema } from '../schema/index.js';
import { formatKey, type Key, type OnDamage, type Selection } from '../types.js';
import type { Archiver } from './archiver.js';
import { expectedCells } from './expected-cells.js';
import { metadataFilter } from './message-filter.js';

export interface ArchiveMessagesOptions {
  readonly tables: GribTables;
  /** For the types of values in filters and the request. */
  readonly schema: Schema;
  /** GRIB keys that are set in every message before its own keys are read. */
  readonly modifiers?: Key;
  /** Only messages that fit. */
  readonly include?: Selection;
  /** No messages that fit. */
  readonly exclude?: Selection;
  /** What the data should be: messages outside it and cells without message are errors. */
  readonly request?: Selection;
  /** Told of damaged messages, which are then left out; without it the first is thrown. */
  readonly onDamage?: OnDamage;
}

export interface ArchivedMessages {
  readonly messages: number;
  readonly sizeBytes: number;
  /** Messages that the filters left out. */
  readonly filtered: number;
  /** Messages of several fields: they are archived whole under the key of their first field, as upstream does. */
  readonly multiField: number;
}

/**
 * Archives all GRIB messages of a file, a stream or octets in memory under their MARS keys. Nothing is visible before the flush.
 * What lies between messages is left out.
 *
 * A GRIB2 message of several fields is kept as one, under the key of its first field: that is what fdb-write does. `multiField`
 * and the log tell of such messages; split them first (`dte grib split`) to find every field.
 *
 * Errors, with file, message and offset: `input.metadata` for messages without MARS keys, for those that no rule takes and those
 * outside `request`; `absent.field` for cells of `request` without message; those of reading GRIB, of setting keys and of the
 * archiver. After any of them some messages are taken and none is visible: `close({ flush: false })` of the archiver throws them away.
 */
export async function archiveMessages(
  context: Pick<Context, 'log' | 'signal'>,
  archiver: Archiver,
  source: Uint8Array | ReadableFile,
  options: ArchiveMessagesOptions,
): Promise<ArchivedMessages> {
  const { tables, schema, modifiers, onDamage } = options;
  const included = options.include === undefined ? undefined : metadataFilter(schema, options.include);
  const excluded = options.exclude === undefined ? undefined : metadataFilter(schema, options.exclude);
  const expected = options.request === undefined ? undefined : expectedCells(schema, options.request);
  let count = 0;
  let sizeBytes = 0;
  let filtered = 0;
  let multiField = 0;
  const given = {
    tables,
    borrow: true,
    ...(onDamage === undefined ? {} : { onDamage }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  };
  for await (const original of messages(source, given)) {
    if (original.fieldNumber > 1) continue;
    const isChanged = modifiers !== undefined && modifiers.size > 0;
    const message = isChanged ? modified(original, modifiers) : original;
    const metadata = marsMetadata(message);
    if (included?.(metadata) === false || excluded?.(metadata) === true) {
      filtered++;
      continue;
    }
    if (original.fields > 1) {
      multiField++;
      context.log.warn('fdb.multi-field', { ...original.where, fields: original.fields });
    }
    try {
      expected?.take(metadata);
      await archiver.archiveKey(metadata, [message.bytes], { isOwned: isChanged });
    } catch (error) {
      throw atPlace(explained(error, metadata), message.where);
    }
    count++;
    sizeBytes += message.bytes.length;
  }
  expected?.finish();
  return { messages: count, sizeBytes, filtered, multiField };
}

function modified(message: Message, modifiers: Key): Message {
  const changed = parseMessage(withKeys(message, modifiers), message.tables, message.where);
  return changed[0] as Message;
}

/** Fields of other centres have no class: telling that helps more than telling which rule wanted it. */
function explained(error: unknown, metadata: Key): unknown {
  if (!isDteError(error, 'input.metadata') || metadata.has('class')) return error;
  return new DteError('input.metadata', `the message has no MARS keys of its own (class, type, stream, expver): ${formatKey(metadata)}`, {
    hint: 'archive it under a key that you give, or add an ECMWF local section with grib_set',
    cause: error,
  });
}
