import { type Context, DteError } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { listEntries } from '../read/list-entries.js';
import type { Location, OnDamage, Selection } from '../types.js';
import type { ArchiverHooks } from '../write/archiver.js';
import { byFile } from './by-file.js';
import type { JumpRecord } from './jump-record.js';
import { type Jumper, type JumperOptions, openJumper } from './jumper.js';

export interface IndexJumpsOptions extends JumperOptions {
  readonly jumper?: Jumper;
  /** Makes infos anew that are there already. Default false. */
  readonly force?: boolean;
  /** Told of messages that cannot be read in part (spectral fields, other packings). Default: counted only. */
  readonly onUnsupported?: OnDamage;
  /** Told of databases that are locked or damaged; without it the first is thrown. */
  readonly onDatabaseDamage?: OnDamage;
}

export interface IndexedJumps {
  /** Messages that fit the selection, and what became of them. */
  readonly messages: number;
  readonly made: number;
  readonly known: number;
  readonly unsupported: number;
  /** Data files whose sidecar was written. */
  readonly files: number;
}

/** Messages whose infos are made before a sidecar is written; a long file is written in a few steps, so that little is lost on the way. */
const messagesPerWrite = 4096;

/** Makes the sidecars of everything that a selection finds. Each is replaced as a whole, so readers and writers may be at work. */
export async function indexJumps(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: IndexJumpsOptions = {},
): Promise<IndexedJumps> {
  const { onDatabaseDamage } = options;
  const locations: Location[] = [];
  for await (const entries of listEntries(
    context,
    config,
    selection,
    onDatabaseDamage === undefined ? {} : { onDamage: onDatabaseDamage },
  )) {
    for (const { location } of entries) locations.push(location);
  }
  return indexJumpsOf(context, locations, options);
}

/** The same for messages at known places, of an FDB or of any GRIB file. */
export async function indexJumpsOf(
  context: Context,
  locations: readonly Location[],
  options: IndexJumpsOptions = {},
): Promise<IndexedJumps> {
  const { force = false, onUnsupported } = options;
  const jumper = options.jumper ?? openJumper(context, options);
  const counts = { messages: locations.length, made: 0, known: 0, unsupported: 0, files: 0 };
  try {
    for (const [file, ofFile] of byFile(locations, ({ file: name }) => name)) {
      const there = force ? new Set<number>() : await jumper.sidecars.offsets(file);
      const wanted = ofFile.filter(({ offset }) => !there.has(offset)).sort((a, b) => a.offset - b.offset);
      counts.known += ofFile.length - wanted.length;
      let isWritten = false;
      for (let first = 0; first < wanted.length; first += messagesPerWrite) {
        context.signal?.throwIfAborted();
        const infos = await jumper.makeInfos(wanted.slice(first, first + messagesPerWrite));
        const records: JumpRecord[] = [];
        for (const info of infos) {
          if (!(info instanceof DteError)) records.push(info);
          else if (info.code !== 'unsupported.template') throw info;
          else {
            counts.unsupported++;
            onUnsupported?.(info);
          }
        }
        if (records.length > 0) {
          await jumper.sidecars.add(file, records, { whole: true });
          isWritten = true;
        }
        counts.made += records.length;
        context.progress({ task: 'index', done: counts.made + counts.known + counts.unsupported, total: locations.length, unit: 'fields' });
      }
      if (isWritten) counts.files++;
    }
    return counts;
  } finally {
    if (options.jumper === undefined) await jumper.close();
  }
}

/** Writes sidecars while messages are archived: give its hooks to the archiver, close it after the archiver. */
export interface JumpWriter extends ArchiverHooks {
  readonly onArchive: NonNullable<ArchiverHooks['onArchive']>;
  readonly onFlush: NonNullable<ArchiverHooks['onFlush']>;
  /** Waits until the infos of everything flushed are written. Sidecars are a cache: what failed was reported to `onDamage`. */
  close(): Promise<void>;
}

/**
 * Infos are made from the data files after each flush, on worker threads; the archiver does not wait. Only the process that writes a
 * data file adds to its sidecar, with one write for each flush.
 */
export function openJumpWriter(context: Context, options: JumperOptions = {}): JumpWriter {
  const onDamage = options.onDamage ?? ((error: DteError) => context.log.warn('fdb.jump.sidecar', { error: error.message }));
  const jumper = openJumper(context, { ...options, onDamage });
  let archived: Promise<Location>[] = [];
  let last: Promise<void> = Promise.resolve();

  const write = async (flushed: readonly Promise<Location>[]): Promise<void> => {
    // What could not be archived has been reported by the archiver.
    const locations = (await Promise.allSettled(flushed)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const [file, ofFile] of byFile(locations, ({ file: name }) => name)) {
      const records: JumpRecord[] = [];
      for (const [index, info] of (await jumper.makeInfos(ofFile)).entries()) {
        if (!(info instanceof DteError)) records.push(info);
        // Archived after the flush that this is about: its turn comes.
        else if (info.code === 'data.truncated') archived.push(Promise.resolve(ofFile[index] as Location));
        else if (info.code !== 'unsupported.template') onDamage(info);
      }
      if (records.length > 0) await jumper.sidecars.add(file, records);
    }
  };
  const start = (): void => {
    const flushed = archived;
    archived = [];
    if (flushed.length > 0)
      last = last.then(() => write(flushed)).catch((error) => onDamage(error instanceof DteError ? error : unexpected(error)));
  };

  return {
    onArchive: (_key, _parts, _length, location) => void archived.push(location),
    onFlush: start,
    async close() {
      await last;
      start();
      await last;
      await jumper.close();
    },
  };
}

function unexpected(cause: unknown): DteError {
  return new DteError('fault.internal', `jump infos could not be written: ${String(cause)}`, { cause });
}
