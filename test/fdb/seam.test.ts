// The seam of the store: a store and a catalogue that are no folders, under the same facade.
import t from 'tap';
import type { Context, ReadableFile } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { type Backend, type Entry, type Key, openFdb } from '../../src/fdb/index.js';
import type { CatalogueWriter, StoreWriter } from '../../src/fdb/seam.js';
import { defaultSchema, levelMatcher, type SplitKey } from '../../src/fdb/schema/index.js';
import { gribTables, marsMetadata, newMessage } from '../../src/grib/index.js';
import { gridFromSpec } from '../../src/atlas/index.js';
import { memoryFile } from '../support/memory-file.js';

/** Messages in a Map by made-up addresses; entries in an array once they are flushed. */
async function mapBackend(context: Context): Promise<Backend & { readonly visible: readonly Entry[] }> {
  const schema = await defaultSchema(context);
  const octets = new Map<string, Uint8Array>();
  const visible: Entry[] = [];
  const splits = new Map<Entry, SplitKey>();
  const storeWriter: StoreWriter = {
    archive: (_group, parts) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const file = `map:${octets.size}`;
      octets.set(file, bytes);
      return { file, offset: 0, length: bytes.length };
    },
    flush: async () => {},
    isIntact: async () => true,
    close: async () => {},
  };
  const catalogueWriter = (split: SplitKey): CatalogueWriter => {
    let pending: Entry[] = [];
    return {
      place: { database: split.database, store: 'map' },
      schema,
      checkWritable: async () => {},
      check: () => {},
      index: ({ database, group, element, rule }, location) => {
        const entry: Entry = { keys: [database, group, element], location, flushedMs: 0, isMasked: false };
        splits.set(entry, { database, group, element, rule });
        pending.push(entry);
      },
      get isDirty() {
        return pending.length > 0;
      },
      isIntact: async () => true,
      async flush(stored) {
        await stored();
        visible.push(...pending);
        const count = pending.length;
        pending = [];
        return count;
      },
      close: async () => {},
    };
  };
  const fits = (entry: Entry, selection: ReadonlyMap<string, readonly string[]>): boolean => {
    const { database, group } = (splits.get(entry) as SplitKey).rule;
    const levels = [database.predicates, group.predicates, group.element.predicates];
    return levels.every((predicates, level) => levelMatcher(predicates, selection).matches(entry.keys[level] as Key));
  };
  return {
    visible,
    store: {
      openForWriting: async () => storeWriter,
      open: async (file): Promise<ReadableFile> => memoryFile(octets.get(file) as Uint8Array, file),
      remove: async (file) => octets.delete(file),
    },
    catalogue: {
      openForWriting: async (split) => catalogueWriter(split),
      async *list(selection) {
        yield visible.filter((entry) => fits(entry, selection));
      },
      async plan(request) {
        const entries = visible.filter((entry) => fits(entry, request));
        const totalBytes = entries.reduce((sum, { location }) => sum + location.length, 0);
        return { entries, totalBytes, shortfall: { count: 0, asked: entries.length, cells: [], reasons: [], unused: [] } };
      },
      axes: async () => new Map([['step', [...new Set(visible.map(({ keys }) => keys[2].get('step') as string))]]]),
    },
  };
}

t.test('archive, flush, list, axes and retrieve go through a backend that is given', async (t) => {
  const context = nodeContext();
  const backend = await mapBackend(context);
  const fdb = await openFdb({ ...context, env: { DTE_FDB_ROOT: '/nowhere' } }, { backend });
  const tables = await gribTables(context);
  const keys = { date: 20240101, param: 't', levtype: 'pl', level: 500, class: 'rd', type: 'fc', stream: 'oper', expver: 'xxxx' } as const;
  const sent = [0, 6, 12].map((step) => newMessage({ ...keys, step }, gridFromSpec('O8'), tables));
  for (const { bytes } of sent) t.equal((await fdb.archive(bytes)).messages, 1);
  t.equal(backend.visible.length, 0, 'nothing shows before the flush');
  t.ok(fdb.dirty);
  t.equal(await fdb.flush(), 3);
  const listed: Entry[] = [];
  for await (const entries of fdb.list(new Map([['step', ['6', '12']]]))) listed.push(...entries);
  t.same(
    listed.map(({ keys: [, , element] }) => element.get('step')),
    ['6', '12'],
  );
  t.same(await fdb.axes(new Map()), new Map([['step', ['0', '6', '12']]]));
  const wanted = marsMetadata(sent[1] as (typeof sent)[number]);
  const read: Uint8Array[] = [];
  for await (const { bytes } of fdb.retrieve(new Map([...wanted].map(([keyword, value]) => [keyword, [value]]))).messages())
    read.push(bytes);
  t.same(read.map(Buffer.from), [Buffer.from((sent[1] as (typeof sent)[number]).bytes)]);
  await fdb.close();
});
