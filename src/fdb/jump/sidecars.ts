import { baseName, concatenated, type Context, DteError, isDteError, joinPath, sha256Hex, writeWhole } from '../../base/index.js';
import { diskOf } from '../disk-of.js';
import type { OnDamage } from '../types.js';
import {
  decodeJumpRecord,
  encodeJumpRecord,
  encodeSidecar,
  isSidecar,
  type JumpRecord,
  sidecarHead,
  type SidecarPlaces,
  sidecarPlaces,
} from './jump-record.js';

/** Ending of the name of a sidecar; stores that know of gribjump remove such files together with the data. */
export const sidecarEnding = '.gribjump';

interface Known extends SidecarPlaces {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

// Directories of sidecars that are kept; each takes about 100 octets a message.
const mostKnown = 256;
const pathDigits = 16;

/** The sidecars of data files. What cannot be used is reported and then as if it were not there. */
export interface Sidecars {
  /** The records of messages at these offsets of a data file, as far as there are any. */
  find(file: string, offsets: readonly number[]): Promise<readonly JumpRecord[]>;
  /** Which offsets have a record. */
  offsets(file: string): Promise<ReadonlySet<number>>;
  /** Adds records. For the process that writes the data file, or (with `whole`) for any: then the file is replaced. */
  add(file: string, records: readonly JumpRecord[], options?: { readonly whole?: boolean }): Promise<void>;
}

/** With a `folder` sidecars lie there, named by a sum of the data file's path, and not beside the data. */
export function openSidecars(context: Context, onDamage: OnDamage, folder?: string): Sidecars {
  const pathOf = (file: string): string =>
    folder === undefined
      ? file + sidecarEnding
      : joinPath(folder, `${sha256Hex(file).slice(0, pathDigits)}-${baseName(file)}${sidecarEnding}`);
  const known = new Map<string, Known>();

  /** The places of the records, read again when the sidecar changed, and then its octets; undefined when there is none that can be used. */
  const directory = async (path: string): Promise<(Known & { readonly bytes?: Uint8Array }) | undefined> => {
    const disk = diskOf(context);
    const info = await disk.info(path);
    if (info === undefined) {
      known.delete(path);
      return undefined;
    }
    const before = known.get(path);
    if (before !== undefined && before.sizeBytes === info.sizeBytes && before.modifiedMs === info.modifiedMs) return before;
    const bytes = await disk.read(path);
    if (!isSidecar(bytes)) {
      onDamage(foreign(path));
      return undefined;
    }
    const found = { ...sidecarPlaces(bytes), sizeBytes: info.sizeBytes, modifiedMs: info.modifiedMs };
    if (found.tornAt !== undefined) {
      onDamage(
        new DteError('data.format', 'a sidecar of jump infos ends in a torn record, which is left out', {
          where: { file: path, offset: found.tornAt },
          hint: 'it is made anew when it is next written',
        }),
      );
    }
    known.delete(path);
    known.set(path, found);
    if (known.size > mostKnown) known.delete(known.keys().next().value as string);
    return { ...found, bytes };
  };

  const find = async (file: string, offsets: readonly number[]): Promise<readonly JumpRecord[]> => {
    const path = pathOf(file);
    const records: JumpRecord[] = [];
    try {
      const found = await directory(path);
      const places = offsets.flatMap((offset) => found?.places.get(offset) ?? []);
      if (places.length === 0) return records;
      const decode = (bytes: Uint8Array, start: number): void => {
        for (const { position, length } of places) {
          if (position < start || position + length > start + bytes.length) continue;
          try {
            records.push(decodeJumpRecord(bytes.subarray(position - start, position - start + length)));
          } catch (error) {
            if (!isDteError(error)) throw error;
            onDamage(new DteError(error.code, error.reason, { where: { file: path, offset: position }, cause: error }));
          }
        }
      };
      if (found?.bytes !== undefined) {
        decode(found.bytes, 0);
        return records;
      }
      const opened = await diskOf(context).open(path);
      try {
        // Records of one flush lie side by side: one read from the first to the last, unless most of it is not wanted.
        for (const { position, length } of runsOf(places)) decode(await opened.read(position, length), position);
      } finally {
        await opened.close();
      }
    } catch (error) {
      if (!isDteError(error)) throw error;
      onDamage(error);
    }
    return records;
  };

  const add: Sidecars['add'] = async (file, records, { whole = false } = {}) => {
    const path = pathOf(file);
    const disk = diskOf(context);
    const info = await disk.info(path);
    if (info !== undefined && info.sizeBytes > 0) {
      const found = await directory(path);
      // Not ours (reported): another program's file is left as it is.
      if (found === undefined) return;
      if (whole || found.tornAt !== undefined) {
        const kept = new Map((await find(file, [...found.places.keys()])).map((record) => [record.offset, record]));
        for (const record of records) kept.set(record.offset, record);
        await writeWhole(context.fs, path, encodeSidecar(kept.values()));
        return;
      }
    } else if (whole || info === undefined) {
      await writeWhole(context.fs, path, encodeSidecar(records));
      return;
    }
    const pieces = records.map(encodeJumpRecord);
    const isEmpty = info === undefined || info.sizeBytes === 0;
    const log = await disk.log(path);
    try {
      await log.append(concatenated(isEmpty ? [sidecarHead(), ...pieces] : pieces));
    } finally {
      await log.close();
    }
  };

  return {
    find,
    add,
    async offsets(file) {
      return new Set((await directory(pathOf(file)))?.places.keys() ?? []);
    },
  };
}

/** Between records that are wanted, so many octets are read along rather than left out. */
const nearbyOctets = 64 * 1024;

function runsOf(
  places: readonly { readonly position: number; readonly length: number }[],
): readonly { position: number; length: number }[] {
  const runs: { position: number; length: number }[] = [];
  for (const { position, length } of [...places].sort((a, b) => a.position - b.position)) {
    const last = runs.at(-1);
    if (last !== undefined && position <= last.position + last.length + nearbyOctets)
      last.length = Math.max(last.length, position + length - last.position);
    else runs.push({ position, length });
  }
  return runs;
}

function foreign(path: string): DteError {
  return new DteError('data.format', 'a file with the name of a sidecar has another beginning and is not used', {
    where: { file: path },
    hint: 'upstream gribjump writes such files; they are neither read nor changed',
  });
}
