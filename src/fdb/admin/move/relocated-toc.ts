import type { Disk } from '../../../base/index.js';
import { concatenated } from '../../../base/index.js';
import type { TocFile } from '../../database/index.js';
import { encodeRecord, type RecordContent, type TocRecord } from '../../format/index.js';

/** Old absolute path -> what a record shall say instead. */
export type MapPath = (path: string) => string;

/**
 * Octets of a table of contents whose database lies elsewhere from now on: absolute paths into the old place are changed, everything else stays as
 * it is, octet for octet. The same input always gives the same octets, so that a move that was cut short can tell its own work.
 */
export async function relocatedToc(disk: Disk, toc: TocFile, mapPath: MapPath): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await disk.read(toc.path);
  return concatenated(
    toc.records.map((record) => {
      const { start, sizeBytes, version, timeMs, host, pid, uid } = record.header;
      const relocated = relocatedRecord(record, mapPath);
      if (relocated === undefined) return bytes.subarray(start, start + sizeBytes);
      return encodeRecord(relocated, { version: version as 1 | 2 | 3, self: { host, pid, uid }, timeMs });
    }),
  );
}

/** Undefined when nothing changes. */
function relocatedRecord(record: TocRecord, mapPath: MapPath): RecordContent | undefined {
  switch (record.kind) {
    case 'init':
      return undefined;
    case 'sub-toc': {
      const path = mapped(record.path, mapPath);
      return path === record.path ? undefined : { kind: 'sub-toc', path };
    }
    case 'clear': {
      const file = mapped(record.file, mapPath);
      return file === record.file ? undefined : { kind: 'clear', file, offset: record.offset };
    }
    case 'index': {
      const file = mapped(record.file, mapPath);
      const dataFiles = new Map([...record.dataFiles].map(([id, name]) => [id, mapped(name, mapPath)]));
      const isSame = file === record.file && [...record.dataFiles].every(([id, name]) => dataFiles.get(id) === name);
      return isSame ? undefined : { ...record, file, dataFiles };
    }
  }
}

function mapped(text: string, mapPath: MapPath): string {
  return text.startsWith('/') ? mapPath(text) : text;
}
