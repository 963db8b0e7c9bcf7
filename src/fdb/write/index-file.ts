import { baseName, type Disk, type DiskFile } from '../../base/index.js';
import { buildTree, nextTreeStart, type TreeEntry, type WritableTree } from '../format/index.js';
import type { NewFiles } from './new-files.js';

/** Records hold offsets of 32 bits. */
const mostOffset = 2 ** 32 - 1;

/** Index files of one group of one writer: one tree for each flush, packed as closely as readers allow. */
export interface IndexFile {
  /** Writes a tree and gives its place. */
  write(entries: readonly TreeEntry[], type: WritableTree): Promise<{ readonly file: string; readonly offset: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
  /** Names of all files that were made. */
  readonly names: ReadonlySet<string>;
}

/** In `folder`; another file is begun when offsets no longer fit, and when others removed the file because all in it was hidden. */
export function indexFile(disk: Disk, folder: string, stem: string, files: NewFiles): IndexFile {
  const names = new Set<string>();
  let file: DiskFile | undefined;
  let end = 0;
  return {
    names,
    async write(entries, type) {
      const { bytes, spanBytes } = buildTree(entries, type);
      let offset = end === 0 ? 0 : nextTreeStart(end);
      const isGone = file !== undefined && (await disk.info(file.path)) === undefined;
      if (offset > mostOffset || isGone) {
        await file?.sync();
        await file?.close();
        file = undefined;
        end = 0;
        offset = 0;
      }
      if (file === undefined) {
        file = await files.create(disk, folder, stem, '.index', 0o777);
        names.add(baseName(file.path));
      }
      await file.writeAt(offset, [bytes]);
      await file.resize(offset + spanBytes);
      end = offset + bytes.length;
      return { file: baseName(file.path), offset };
    },
    sync: async () => file?.sync(),
    async close() {
      await file?.close();
      file = undefined;
    },
  };
}
