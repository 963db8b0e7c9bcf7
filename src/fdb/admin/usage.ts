import type { Disk } from '../../base/index.js';
import { type Database, type IndexRef, readIndexes } from '../database/index.js';
import type { OnDamage } from '../types.js';
import { visibleIndexes } from './owned.js';

/** What one index holds, and how much of it newer indexes hide. */
export interface IndexUsage {
  readonly ref: IndexRef;
  readonly fields: number;
  readonly bytes: number;
  readonly duplicates: number;
  readonly duplicateBytes: number;
  /** False when the index could not be read; the counts are then 0. */
  readonly isWhole: boolean;
}

export interface Usage {
  /** Newest first; unmasked ones only. */
  readonly indexes: readonly IndexUsage[];
  /** Index file -> fields in it that a listing shows. */
  readonly indexFiles: ReadonlyMap<string, number>;
  /** Data file -> fields in it that a listing shows. */
  readonly dataFiles: ReadonlyMap<string, number>;
  /** Data files that a damaged index names: what they hold is not known. */
  readonly doubtfulDataFiles: ReadonlySet<string>;
}

/** How many trees are held at a time. */
const batch = 16;

/**
 * Walks the unmasked indexes that `accept` lets pass, newest first, and counts what is hidden behind a newer entry of the same key.
 * Memory: the element texts of one group at a time.
 */
export async function readUsage(
  disk: Disk,
  database: Database,
  options: { readonly accept?: (ref: IndexRef) => boolean; readonly onDamage?: OnDamage } = {},
): Promise<Usage> {
  const accepted = visibleIndexes(database).filter(options.accept ?? (() => true));
  const usages = new Map<IndexRef, IndexUsage>();
  const indexFiles = new Map<string, number>();
  const dataFiles = new Map<string, number>();
  const doubtful = new Set<string>();
  for (const refs of byGroup(accepted)) {
    const seen = new Set<string>();
    for (let start = 0; start < refs.length; start += batch) {
      const part = refs.slice(start, start + batch);
      const failed = new Set<IndexRef>();
      const columns = await readIndexes(disk, part, {
        onDamage: (error, ref) => {
          failed.add(ref);
          options.onDamage?.(error);
        },
      });
      part.forEach((ref, index) => {
        const { count, texts, uriIds, lengths } = columns[index] as (typeof columns)[number];
        const visible = new Map<number, number>();
        let bytes = 0;
        let duplicates = 0;
        let duplicateBytes = 0;
        for (let entry = 0; entry < count; entry++) {
          const length = lengths[entry] as number;
          const text = texts[entry] as string;
          const uriId = uriIds[entry] as number;
          bytes += length;
          if (seen.has(text)) {
            duplicates += 1;
            duplicateBytes += length;
            if (!visible.has(uriId)) visible.set(uriId, 0);
          } else {
            seen.add(text);
            visible.set(uriId, (visible.get(uriId) ?? 0) + 1);
          }
        }
        usages.set(ref, { ref, fields: count, bytes, duplicates, duplicateBytes, isWhole: !failed.has(ref) });
        addTo(indexFiles, ref.indexFile, count - duplicates);
        for (const [uriId, fields] of visible) if (ref.record.dataFiles.has(uriId)) addTo(dataFiles, ref.dataFile(uriId), fields);
        if (failed.has(ref)) for (const id of ref.record.dataFiles.keys()) doubtful.add(ref.dataFile(id));
      });
    }
  }
  return { indexes: accepted.map((ref) => usages.get(ref) as IndexUsage), indexFiles, dataFiles, doubtfulDataFiles: doubtful };
}

/** Indexes with the same group key; each list in the given order. */
export function byGroup(refs: readonly IndexRef[]): Iterable<readonly IndexRef[]> {
  const groups = new Map<string, IndexRef[]>();
  for (const ref of refs) {
    const text = groupText(ref);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [ref]);
    else group.push(ref);
  }
  return groups.values();
}

/** Values of the group key: equal for indexes of one group, whatever order their keywords were written in. */
export function groupText(ref: Pick<IndexRef, 'group'>): string {
  return [...ref.group]
    .filter(([, value]) => value !== '')
    .map(([keyword, value]) => `${keyword}=${value}`)
    .sort()
    .join(',');
}

function addTo(counts: Map<string, number>, name: string, more: number): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}
