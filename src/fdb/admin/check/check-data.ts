import { isDteError, type ReadableFile } from '../../../base/index.js';
import { gribTables, marsMetadata, parseMessage } from '../../../grib/index.js';
import type { Database } from '../../database/index.js';
import { type SplitKey, valuesOfText } from '../../schema/index.js';
import type { Extent, Walk } from './check-walk.js';
import { stopIfCancelled } from '../stop-if-cancelled.js';
import { faultOfMessage, messageBytes, stretches } from './message-at.js';
import { isOwned } from '../owned.js';
import { groupText } from '../usage.js';
import { splitterOf } from './scan-messages.js';

/** Key of the group and text -> place in the order of the newest index that has it: older ones do not show. */
function newestOf(extents: Walk['extents']): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const list of extents.values())
    for (const extent of list) {
      const name = nameOf(extent);
      newest.set(name, Math.max(newest.get(name) ?? -1, extent.ref.sequence));
    }
  return newest;
}

function nameOf({ ref, text }: Extent): string {
  return `${groupText(ref)}\0${text}`;
}

/** What entries refer to: files, and messages in them. */
export async function checkData(walk: Walk, database: Database): Promise<void> {
  const { context, disk, place, findings, counts, depth, extents } = walk;
  const what = depth.messages ?? 'ends';
  const split = splitterOf(database.schema);
  const tables = what === 'keys' ? await gribTables(context) : undefined;
  let newest: ReadonlyMap<string, number> | undefined;
  for (const [path, list] of extents) {
    stopIfCancelled(context);
    counts.dataFiles += 1;
    let file: ReadableFile;
    try {
      file = await disk.open(path);
    } catch (error) {
      if (!isDteError(error)) throw error;
      newest ??= newestOf(extents);
      const shown = list.filter((extent) => newest?.get(nameOf(extent)) === extent.ref.sequence).length;
      // A purge removes a data file of which nothing shows; indexes that show other fields go on naming it.
      if (shown > 0)
        findings.add({
          kind: 'data.missing',
          severity: 'error',
          message: `${shown} entries refer to it: ${error.reason}`,
          file: path,
          error,
        });
      continue;
    }
    try {
      const size = file.sizeBytes ?? 0;
      const window = stretches(file);
      let last = -1;
      for (const { offset, length, text, ref } of list.sort((a, b) => a.offset - b.offset)) {
        if (offset + length > size) {
          findings.add({
            kind: 'data.short',
            severity: 'error',
            message: `the entry '${text}' ends at ${offset + length}, the file at ${size}`,
            file: path,
            offset,
          });
          continue;
        }
        if (what === 'none' || offset === last) continue;
        last = offset;
        counts.messages += 1;
        const fault = await faultOfMessage(window, offset, length);
        if (fault !== undefined) {
          findings.add({ kind: 'data.message', severity: 'error', message: `the message of '${text}' ${fault}`, file: path, offset });
          continue;
        }
        if (tables === undefined || ref.remap !== undefined) continue;
        const difference = await differenceOfKeys(file, database, { offset, length, text, ref }, (bytes) => {
          const message = parseMessage(bytes, tables)[0];
          return message === undefined ? undefined : split(marsMetadata(message));
        });
        // Messages that were adopted under other keys are meant to differ.
        const severity = isOwned(place, path) ? 'error' : 'warning';
        if (difference !== undefined)
          findings.add({ kind: 'data.key', severity, message: `the message of '${text}' ${difference}`, file: path, offset });
      }
    } finally {
      await file.close();
    }
  }
}

type KeysOfBytes = (bytes: Uint8Array) => SplitKey | undefined;

async function differenceOfKeys(
  file: ReadableFile,
  database: Database,
  { offset, length, text, ref }: Extent,
  keysOf: KeysOfBytes,
): Promise<string | undefined> {
  let keys: ReturnType<KeysOfBytes>;
  try {
    keys = keysOf(await messageBytes(file, offset, length));
  } catch (error) {
    if (isDteError(error)) return `cannot be read: ${error.reason}`;
    throw error;
  }
  if (keys === undefined) return 'has metadata that no rule of the schema takes';
  for (const [keyword, value] of database.key)
    if ((keys.database.get(keyword) ?? '') !== value) return `has ${keyword}=${keys.database.get(keyword) ?? ''}, its database ${value}`;
  for (const [keyword, value] of ref.group)
    if ((keys.group.get(keyword) ?? '') !== value) return `has ${keyword}=${keys.group.get(keyword) ?? ''}, its index ${value}`;
  const values = valuesOfText(keys.rule.group.element.predicates, text);
  for (const [index, { printed }] of keys.rule.group.element.predicates.entries())
    if ((keys.element.get(printed) ?? '') !== values[index])
      return `has ${printed}=${keys.element.get(printed) ?? ''}, its entry ${values[index]}`;
  return undefined;
}
