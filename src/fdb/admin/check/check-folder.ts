import { type Context, isDteError, type ReadableFile } from '../../../base/index.js';
import type { FdbConfig } from '../../config/index.js';
import { type Database, type IndexRef, readDatabase, readIndex } from '../../database/index.js';
import { storedRule } from '../../read/stored-rule.js';
import { valuesOfText } from '../../schema/index.js';
import { checkData } from './check-data.js';
import { checkLeftovers, checkOrphans } from './check-orphans.js';
import { checkTocs } from './check-tocs.js';
import { checkTree } from './check-tree.js';
import type { CheckDepth, CheckedPlace, Extent, FolderCheck, Walk } from './check-walk.js';
import { diskOf } from '../../disk-of.js';
import { stopIfCancelled } from '../stop-if-cancelled.js';
import { type FindingKind, findingsList } from './findings.js';
import { dataFilesOf, isOwned, visibleIndexes } from '../owned.js';
import { rebuildIndex } from './rebuild-index.js';

/** Walks one database: every record, tree, entry and message, and every file of its folders. Nothing is changed; findings hold what would repair them. */
export async function checkFolder(context: Context, config: FdbConfig, place: CheckedPlace, depth: CheckDepth): Promise<FolderCheck> {
  const disk = diskOf(context);
  const findings = findingsList();
  const counts = { tocRecords: 0, indexes: 0, entries: 0, messages: 0, dataFiles: 0 };
  const walk: Walk = { context, config, disk, place, findings, counts, depth, extents: new Map(), damagedFiles: new Set() };
  let database: Database | undefined;
  try {
    database = await readDatabase(disk, place.path);
  } catch (error) {
    if (!isDteError(error)) throw error;
    const kind: FindingKind = error.where.file?.endsWith('/schema') === true ? 'schema.missing' : 'toc.key';
    findings.add({ kind, severity: 'error', message: error.reason, file: error.where.file ?? place.path, error });
  }
  await checkLeftovers(walk, database);
  if (database === undefined) return { database, findings, counts };
  await checkTocs(walk, database);
  // Oldest first: indexes that are made anew in this order hide each other as the lost ones did.
  for (const ref of [...visibleIndexes(database)].reverse()) {
    stopIfCancelled(context);
    await checkIndex(walk, database, ref);
  }
  await checkData(walk, database);
  await checkOrphans(walk, database);
  return { database, findings, counts };
}

async function checkIndex(walk: Walk, database: Database, ref: IndexRef): Promise<void> {
  const { context, config, disk, place, findings, counts } = walk;
  counts.indexes += 1;
  const { indexFile, record } = ref;
  const fix = isOwned(place, indexFile)
    ? async (): Promise<boolean> => (await rebuildIndex(context, config, database, ref)) >= 0
    : undefined;
  const lose = (): void => {
    for (const file of dataFilesOf(ref)) walk.damagedFiles.add(file);
  };
  let file: ReadableFile;
  try {
    file = await disk.open(indexFile);
  } catch (error) {
    if (!isDteError(error)) throw error;
    lose();
    findings.add({
      kind: 'index.missing',
      severity: 'error',
      message: `the index of ${ref.tocFile}: ${error.reason}`,
      file: indexFile,
      offset: record.offset,
      error,
      fix,
    });
    return;
  }
  try {
    const faults = await checkTree(file, record.offset, record.treeType);
    if (faults.length > 0) {
      lose();
      faults.forEach((fault, index) => findings.add({ ...fault, severity: 'error', file: indexFile, fix: index === 0 ? fix : undefined }));
      return;
    }
  } finally {
    await file.close();
  }
  await checkEntries(walk, database, ref);
}

async function checkEntries(walk: Walk, database: Database, ref: IndexRef): Promise<void> {
  const { disk, findings, counts, extents } = walk;
  const { record, indexFile } = ref;
  const { count, texts, uriIds, offsets, lengths } = await readIndex(disk, ref);
  counts.entries += count;
  const predicates = storedRule(database.schema, database.key, ref.group)?.group.element.predicates;
  const axes = predicates?.map(({ printed }) => {
    const values = record.axes.get(printed);
    return values === undefined ? undefined : new Set(values);
  });
  const files = new Map<number, Extent[]>();
  for (const id of record.dataFiles.keys()) {
    const path = ref.dataFile(id);
    let list = extents.get(path);
    if (list === undefined) extents.set(path, (list = []));
    files.set(id, list);
  }
  const error = (kind: FindingKind, message: string): void =>
    findings.add({ kind, severity: 'error', message, file: indexFile, offset: record.offset });
  for (let row = 0; row < count; row++) {
    const text = texts[row] as string;
    const list = files.get(uriIds[row] as number);
    if (list === undefined)
      error(
        'index.data-file',
        `the entry '${text}' names the data file ${uriIds[row]}, its record lists ${[...record.dataFiles.keys()].join(', ')}`,
      );
    else list.push({ offset: offsets[row] as number, length: lengths[row] as number, text, ref });
    if (predicates === undefined) continue;
    let values: readonly string[];
    try {
      values = valuesOfText(predicates, text);
    } catch (fault) {
      error('index.key', isDteError(fault) ? fault.reason : String(fault));
      continue;
    }
    for (let i = 0; i < values.length; i++)
      if (axes?.[i]?.has(values[i] as string) === false)
        error('index.axis', `the entry '${text}' has ${predicates[i]?.printed}=${values[i]}, which its record does not list`);
  }
}
