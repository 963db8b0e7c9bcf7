import { type Context, DteError } from '../../base/index.js';
import { gribTables, marsMetadata, messages } from '../../grib/index.js';
import { configForArchive, type FdbConfig } from '../config/index.js';
import { listEntries } from '../read/list-entries.js';
import { splitForArchive } from '../schema/index.js';
import { combinedKey, type Entry, formatKey, type Key, type OnDamage, type Selection } from '../types.js';
import { type Archiver, openArchiver } from '../write/archiver.js';
import { diskOf } from '../disk-of.js';
import { stopIfCancelled } from './stop-if-cancelled.js';
import { noDatabase } from './visit.js';

export interface AdoptOptions {
  /** Values that take the place of those of the messages, in canonical text. The messages stay as they are, and are read as they are. */
  readonly keys?: Key;
  /** Told of damaged messages, which are then left out; without it the first is thrown. */
  readonly onDamage?: OnDamage;
}

export interface AdoptReport {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Indexes the messages of GRIB files where they lie, without copying: the files must stay. Nothing is visible before all are indexed.
 * `absent.file`, `input.metadata`, and those of reading messages and of archiving.
 */
export async function adopt(
  context: Context,
  config: FdbConfig,
  files: readonly string[],
  options: AdoptOptions = {},
): Promise<AdoptReport> {
  const disk = diskOf(context);
  const tables = await gribTables(context);
  return withArchiver(context, config, async (archiver) => {
    let count = 0;
    let bytes = 0;
    for (const name of files) {
      const path = await disk.realPath(name);
      const file = await disk.open(path);
      try {
        for await (const message of messages(file, { tables, ...(options.onDamage === undefined ? {} : { onDamage: options.onDamage }) })) {
          stopIfCancelled(context);
          if (message.fieldNumber > 1) continue;
          const location = { file: path, offset: message.where.offset ?? 0, length: message.bytes.length };
          await indexUnder(config, archiver, new Map([...marsMetadata(message), ...(options.keys ?? [])]), location);
          count += 1;
          bytes += location.length;
        }
      } finally {
        await file.close();
      }
    }
    return { messages: count, bytes };
  });
}

/**
 * Indexes what one configuration shows by the schema of another, without copying: the data files stay where they are, in their old database, and
 * must not be wiped or purged there. `keys` replaces values. `absent.database`, `input.metadata`, `input.option` for what an overlay shows.
 */
export async function reindex(
  context: Context,
  from: FdbConfig,
  selection: Selection,
  to: FdbConfig,
  options: { readonly keys?: Key; readonly onDamage?: OnDamage; readonly ignoreNoData?: boolean } = {},
): Promise<AdoptReport> {
  return withArchiver(context, to, async (archiver) => {
    let count = 0;
    let bytes = 0;
    for await (const entries of listEntries(context, from, selection, options.onDamage === undefined ? {} : { onDamage: options.onDamage }))
      for (const entry of entries) {
        const { location } = entry;
        if (location.remap !== undefined)
          throw new DteError('input.option', `${formatKey(combinedKey(entry))} comes from a database that is overlaid, under other keys`, {
            where: { file: location.file },
            hint: 'reindex the other database',
          });
        await indexUnder(to, archiver, new Map([...metadataOfEntry(entry), ...(options.keys ?? [])]), location);
        count += 1;
        bytes += location.length;
      }
    if (count === 0 && options.ignoreNoData !== true) throw noDatabase(from, selection);
    return { messages: count, bytes };
  });
}

/** The keywords of metadata: parts of dates that levels of the schema print are not among them when the date is known whole. */
export function metadataOfEntry(entry: Entry): Key {
  const metadata = new Map(combinedKey(entry));
  if (metadata.has('date')) for (const part of ['year', 'month']) metadata.delete(part);
  return metadata;
}

async function indexUnder(config: FdbConfig, archiver: Archiver, metadata: Key, location: Entry['location']): Promise<void> {
  const { schema } = configForArchive(config, metadata);
  await archiver.index(splitForArchive(schema, metadata), schema, location);
}

/** Flushes once, at the end: all or nothing, as far as one process can. */
export async function withArchiver<T>(context: Context, config: FdbConfig, work: (archiver: Archiver) => Promise<T>): Promise<T> {
  const archiver = openArchiver(context, config);
  let result: T;
  try {
    result = await work(archiver);
    await archiver.flush();
  } catch (error) {
    // What was taken before a failure is not to show.
    await archiver.close({ flush: false }).catch(() => {});
    throw error;
  }
  await archiver.close();
  return result;
}
