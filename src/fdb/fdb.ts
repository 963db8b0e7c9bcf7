import type { Context, ReadableFile } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import type { AdoptOptions, AdoptReport } from './admin/adopt.js';
import type { CheckOptions, CheckReport } from './admin/check.js';
import type { DatabaseStatus } from './admin/control.js';
import type { DatabaseDump, DumpOptions, IndexDump } from './admin/dump.js';
import type { HideOptions, HideReport } from './admin/hide.js';
import type { MoveOptions, MoveReport } from './admin/move.js';
import type { OverlayOptions, OverlayReport } from './admin/overlay.js';
import type { PatchReport } from './admin/patch.js';
import type { PurgeOptions, PurgeReport } from './admin/purge.js';
import type { ReconsolidateOptions, ReconsolidateReport } from './admin/reconsolidate.js';
import type { DatabaseStats } from './admin/stats.js';
import type { VisitOptions } from './admin/visit.js';
import type { WipeOptions, WipeReport } from './admin/wipe.js';
import { type ConfigOptions, type FdbConfig, type Purpose, readFdbConfig, type Root } from './config/index.js';
import type { ExtractOptions, ExtractRequest } from './jump/extract.js';
import type { IndexedJumps, IndexJumpsOptions, JumpWriter } from './jump/index-jumps.js';
import type { ExtractedField } from './jump/field-request.js';
import { localReader } from './local-reader.js';
import type { ListOptions } from './read/list-entries.js';
import { ReadCache } from './read/read-cache.js';
import type { Retrieval, RetrieveOptions } from './read/retrieve.js';
import type { Control, Entry, Key, Location, OnDamage, Selection } from './types.js';
import type { Backend } from './seam.js';
import type { Sink, SinkOptions } from './sink.js';
import type { ArchivedMessages, ArchiveMessagesOptions } from './write/archive-messages.js';
import type { Archiver } from './write/archiver.js';

export interface FdbOptions extends ConfigOptions {
  /** See `ArchiverOptions.compactAfter`. */
  readonly compactAfter?: number;
  /** Makes the sidecars of partial reads (`indexJumps`) as fields are archived. Default: whether FDB_ENABLE_GRIBJUMP is set. */
  readonly jumps?: boolean;
  /** Where messages and entries are. Default: the folders of the configuration. */
  readonly backend?: Backend;
}

/** Which messages of a source are archived, and under what keys. */
export type ArchiveOptions = Omit<ArchiveMessagesOptions, 'tables' | 'schema'>;

/** Told of each message that was taken. Its place is known when `location` is settled; it is visible after the next flush. */
export type ArchiveCallback = (key: Key, parts: readonly Uint8Array[], length: number, location: Promise<Location>) => void;
/** Told after each flush how many fields it made visible. */
export type FlushCallback = (fields: number) => void;

/**
 * A store of fields. Selections name keywords with canonical values (`expandRequest` of the language makes them so); a keyword that
 * is not named accepts anything. What is listed, planned or reported comes lazily: nothing is read before it is iterated, and verbs
 * that change databases (`doit`, `control`) act as they are iterated.
 */
export interface Fdb {
  readonly config: FdbConfig;
  /** Archives GRIB messages: octets in memory, or a file or stream. Visible after `flush`. */
  archive(source: Uint8Array | ReadableFile, options?: ArchiveOptions): Promise<ArchivedMessages>;
  /** Archives octets under metadata in canonical text; the two are not compared. */
  archiveKey(metadata: Key, parts: readonly Uint8Array[]): Promise<Location>;
  /** Takes fields on the device: they become GRIB and go into the store without a file between. */
  sink(engine: Engine, options?: SinkOptions): Sink;
  /** Makes visible what was archived: number of fields. */
  flush(): Promise<number>;
  /** Something was archived and not flushed. */
  readonly dirty: boolean;
  onArchive(callback: ArchiveCallback): void;
  onFlush(callback: FlushCallback): void;
  list(selection: Selection, options?: ListOptions): AsyncGenerator<readonly Entry[]>;
  /** Where the fields of a complete request lie, in its order. */
  inspect(request: Selection, options?: { readonly onDamage?: OnDamage }): Promise<readonly Entry[]>;
  retrieve(request: Selection, options?: RetrieveOptions): Retrieval;
  /** Values of each keyword among the fields that fit. */
  axes(
    selection: Selection,
    depth?: 1 | 2 | 3,
    options?: { readonly onDamage?: OnDamage },
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  status(selection: Selection, options?: VisitOptions): AsyncGenerator<DatabaseStatus>;
  control(
    selection: Selection,
    change: { readonly action: 'lock' | 'unlock'; readonly controls: readonly Control[] },
    options?: VisitOptions,
  ): AsyncGenerator<DatabaseStatus>;
  stats(selection: Selection, options?: VisitOptions): AsyncGenerator<DatabaseStats>;
  dump(selection: Selection, options?: DumpOptions): AsyncGenerator<DatabaseDump>;
  /** One database's table of contents, by the path of its folder or of a toc file. */
  dumpToc(path: string, options?: DumpOptions): Promise<DatabaseDump>;
  /** One index file. */
  dumpIndex(path: string, options?: { readonly masked?: boolean } & VisitOptions): Promise<readonly IndexDump[]>;
  wipe(selection: Selection, options?: WipeOptions): AsyncGenerator<WipeReport>;
  purge(selection: Selection, options?: PurgeOptions): AsyncGenerator<PurgeReport>;
  move(selection: Selection, options: MoveOptions): Promise<MoveReport>;
  hide(selection: Selection, options?: HideOptions): AsyncGenerator<HideReport>;
  overlay(source: Key, target: Key, options?: OverlayOptions): Promise<OverlayReport>;
  reconsolidate(selection: Selection, options?: ReconsolidateOptions): AsyncGenerator<ReconsolidateReport>;
  /** Indexes what is here in another store, where it lies. `keys`: values to replace. */
  reindex(selection: Selection, to: FdbConfig, options?: VisitOptions & { readonly keys?: Key }): Promise<AdoptReport>;
  /** Indexes the messages of GRIB files where they lie. */
  adopt(files: readonly string[], options?: AdoptOptions): Promise<AdoptReport>;
  /** Archives copies under another `class` or `expver`. */
  patch(selection: Selection, keys: Key, options?: VisitOptions): Promise<PatchReport>;
  check(selection: Selection, options?: CheckOptions): AsyncGenerator<CheckReport>;
  /** Values at points or index ranges, without reading the rest of the fields. */
  extract(requests: readonly ExtractRequest[], options?: ExtractOptions): AsyncGenerator<ExtractedField>;
  /** Makes the sidecars that partial reads look into. */
  indexJumps(selection: Selection, options?: IndexJumpsOptions): Promise<IndexedJumps>;
  /** Whether some root allows it. */
  enabled(purpose: Purpose): boolean;
  /** Flushes unless told otherwise, and lets go of files. */
  close(options?: { readonly flush?: boolean }): Promise<void>;
}

/**
 * Opens the store that a configuration describes. Nothing is made and nothing but the configuration is read. What a verb needs is
 * loaded when it is called: a listing does not wait for codecs. Errors: those of `readFdbConfig`.
 */
export async function openFdb(context: Context, options: FdbOptions = {}): Promise<Fdb> {
  const config = await readFdbConfig(context, options);
  const archiveCallbacks: ArchiveCallback[] = [];
  const flushCallbacks: FlushCallback[] = [];
  let opened: Promise<Archiver> | undefined;
  let archiver: Archiver | undefined;
  let jumps: JumpWriter | undefined;
  const cache = context.disk === undefined ? undefined : new ReadCache(context.disk);
  const catalogue = options.backend?.catalogue ?? localReader(context, config, cache);
  const reading =
    options.backend === undefined
      ? { cache, plan: catalogue.plan }
      : { plan: catalogue.plan, open: (file: string) => (options.backend as Backend).store.open(file) };
  let retrieving: Promise<typeof import('./read/retrieve.js')> | undefined;

  const open = async (): Promise<Archiver> => {
    const { openArchiver } = await import('./write/archiver.js');
    if (options.jumps ?? isOn(context.env['FDB_ENABLE_GRIBJUMP'])) {
      jumps = (await import('./jump/index.js')).openJumpWriter(context);
      archiveCallbacks.push(jumps.onArchive);
      flushCallbacks.push(jumps.onFlush);
    }
    archiver = openArchiver(context, config, {
      ...(options.compactAfter === undefined ? {} : { compactAfter: options.compactAfter }),
      ...(options.backend === undefined ? {} : { backend: () => options.backend as Backend }),
      onArchive: (...told) => {
        for (const callback of archiveCallbacks) callback(...told);
      },
      onFlush: (fields) => {
        for (const callback of flushCallbacks) callback(fields);
      },
    });
    return archiver;
  };
  const archiverOf = (): Promise<Archiver> => (opened ??= open());
  const admin = (): Promise<typeof import('./admin/index.js')> => import('./admin/index.js');

  return {
    config,
    async archive(source, given = {}) {
      const [{ archiveMessages }, { gribTables }, target] = await Promise.all([
        import('./write/archive-messages.js'),
        import('../grib/index.js'),
        archiverOf(),
      ]);
      return await archiveMessages(context, target, source, { ...given, tables: await gribTables(context), schema: config.schema });
    },
    archiveKey: async (metadata, parts) => await (await archiverOf()).archiveKey(metadata, parts),
    sink(engine, given) {
      const sink = Promise.all([import('./sink.js'), archiverOf()]).then(([{ fdbSink }, target]) => fdbSink(engine, target, given));
      // Met by the first write.
      sink.catch(() => {});
      return {
        write: async (field) => await (await sink).write(field),
        flush: async () => await (await sink).flush(),
        close: async () => await (await sink).close(),
      };
    },
    flush: async () => (opened === undefined ? 0 : await (await opened).flush()),
    get dirty() {
      return archiver?.isDirty === true;
    },
    onArchive: (callback) => void archiveCallbacks.push(callback),
    onFlush: (callback) => void flushCallbacks.push(callback),
    list: (selection, given) => catalogue.list(selection, given),
    inspect: async (request, given) => (await catalogue.plan(request, given)).entries,
    retrieve: (request, given) =>
      later(
        (retrieving ??= import('./read/retrieve.js')).then(({ retrieve }) => retrieve(context, config, request, { ...reading, ...given })),
      ),
    axes: (selection, depth, given) => catalogue.axes(selection, { ...given, ...(depth === undefined ? {} : { depth }) }),
    status: (...given) => each(async () => (await admin()).status(context, config, ...given)),
    control: (...given) => each(async () => (await admin()).control(context, config, ...given)),
    stats: (...given) => each(async () => (await admin()).stats(context, config, ...given)),
    dump: (...given) => each(async () => (await admin()).dump(context, config, ...given)),
    dumpToc: async (...given) => await (await admin()).dumpToc(context, ...given),
    dumpIndex: async (...given) => await (await admin()).dumpIndex(context, ...given),
    wipe: (...given) => each(async () => (await admin()).wipe(context, config, ...given)),
    purge: (...given) => each(async () => (await admin()).purge(context, config, ...given)),
    move: async (...given) => await (await admin()).move(context, config, ...given),
    hide: (...given) => each(async () => (await admin()).hide(context, config, ...given)),
    overlay: async (...given) => await (await admin()).overlay(context, config, ...given),
    reconsolidate: (...given) => each(async () => (await admin()).reconsolidate(context, config, ...given)),
    reindex: async (selection, to, given) => await (await admin()).reindex(context, config, selection, to, given),
    adopt: async (...given) => await (await admin()).adopt(context, config, ...given),
    patch: async (...given) => await (await admin()).patch(context, config, ...given),
    check: (...given) => each(async () => (await admin()).check(context, config, ...given)),
    extract: (...given) => each(async () => (await import('./jump/index.js')).extract(context, config, ...given)),
    indexJumps: async (...given) => await (await import('./jump/index.js')).indexJumps(context, config, ...given),
    enabled: (purpose) => rootsOf(config).some((root) => root[purpose]),
    async close(given) {
      await cache?.close();
      if (opened === undefined) return;
      const target = await opened;
      try {
        await target.close(given);
      } finally {
        await jumps?.close();
      }
    },
  };
}

function isOn(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false', 'off', 'no'].includes(text.toLowerCase());
}

/** All roots of a configuration and of its lanes. */
export function rootsOf(config: FdbConfig): readonly Root[] {
  return [...config.spaces.flatMap(({ roots }) => roots), ...config.lanes.flatMap((lane) => rootsOf(lane.config))];
}

async function* each<T>(generator: () => Promise<AsyncGenerator<T>>): AsyncGenerator<T> {
  yield* await generator();
}

/** A retrieval whose code is still loading. */
function later(loading: Promise<Retrieval>): Retrieval {
  // Met by whoever asks for something; until then it is nobody's.
  loading.catch(() => {});
  return {
    get plan() {
      return loading.then(({ plan }) => plan);
    },
    get shortfall() {
      return loading.then(({ shortfall }) => shortfall);
    },
    messages: () => each(async () => (await loading).messages()),
    copyTo: async (write) => await (await loading).copyTo(write),
    gribMessages: (allocate) => each(async () => (await loading).gribMessages(allocate)),
    fields: (engine) => each(async () => (await loading).fields(engine)),
  };
}
