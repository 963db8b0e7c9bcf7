import { folderOf } from '../../base/index.js';
import type { Database, IndexRef } from '../database/index.js';
import type { Place } from './visit.js';

/** True for a file directly in the database's own folders: only such may ever be deleted with it. */
export function isOwned(place: Pick<Place, 'path' | 'store'>, file: string): boolean {
  const folder = folderOf(file);
  return folder === place.path || folder === place.store;
}

/** Absolute paths of all data files that an index names. */
export function dataFilesOf(ref: IndexRef): readonly string[] {
  return [...ref.record.dataFiles.keys()].map((id) => ref.dataFile(id));
}

/** Tables of contents that are masked, themselves or through one above them. */
export function maskedTocs(database: Database): ReadonlySet<string> {
  const masked = new Set<string>();
  for (const toc of database.tocs) if (toc.isMasked || (toc.parent !== undefined && masked.has(toc.parent))) masked.add(toc.path);
  return masked;
}

/** Indexes that listings read, newest first. */
export function visibleIndexes(database: Database): readonly IndexRef[] {
  const masked = maskedTocs(database);
  return database.indexes.filter((ref) => !ref.isMasked && !masked.has(ref.tocFile));
}
