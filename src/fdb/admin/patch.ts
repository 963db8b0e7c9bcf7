import { type Context, DteError, type ReadableFile } from '../../base/index.js';
import { gribTables, marsMetadata, parseMessage, withKeys } from '../../grib/index.js';
import type { FdbConfig } from '../config/index.js';
import { listEntries } from '../read/list-entries.js';
import { combinedKey, formatKey, type Key, type OnDamage, type Selection } from '../types.js';
import { withArchiver } from './adopt.js';
import { diskOf } from '../disk-of.js';
import { stopIfCancelled } from './stop-if-cancelled.js';
import { messageBytes } from './check/message-at.js';
import { noDatabase } from './visit.js';

export interface PatchReport {
  readonly fields: number;
  readonly bytes: number;
  /** Fields that have the new values already, and were left alone. */
  readonly unchanged: number;
}

/**
 * Archives copies of what the selection shows, with other values of `class` or `expver` written into the messages.
 * `input.option` without any value, `absent.database` when nothing matches, those of reading and archiving.
 */
export async function patch(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  keys: Key,
  options: { readonly onDamage?: OnDamage; readonly ignoreNoData?: boolean } = {},
): Promise<PatchReport> {
  const other = [...keys.keys()].find((keyword) => keyword !== 'class' && keyword !== 'expver');
  if (keys.size === 0 || other !== undefined)
    throw new DteError('input.option', other === undefined ? 'nothing is given to be changed' : `'${other}' cannot be changed`, {
      hint: 'give class, expver or both',
    });
  const disk = diskOf(context);
  const tables = await gribTables(context);
  return withArchiver(context, config, async (archiver) => {
    let fields = 0;
    let bytes = 0;
    let unchanged = 0;
    let file: ReadableFile | undefined;
    try {
      for await (const entries of listEntries(
        context,
        config,
        selection,
        options.onDamage === undefined ? {} : { onDamage: options.onDamage },
      ))
        for (const entry of entries) {
          stopIfCancelled(context);
          const key = combinedKey(entry);
          if ([...keys].every(([keyword, value]) => key.get(keyword) === value)) {
            unchanged += 1;
            continue;
          }
          const { location } = entry;
          if (file?.path !== location.file) {
            await file?.close();
            file = await disk.open(location.file);
          }
          const original = parseMessage(await messageBytes(file, location.offset, location.length), tables, {
            file: location.file,
            offset: location.offset,
          })[0];
          if (original === undefined)
            throw new DteError('data.message', `${formatKey(key)} is no GRIB message`, {
              where: { file: location.file, offset: location.offset },
            });
          const copy = parseMessage(withKeys(original, new Map([...(location.remap ?? []), ...keys])), tables)[0] as typeof original;
          await archiver.archiveKey(marsMetadata(copy), [copy.bytes], { isOwned: true });
          fields += 1;
          bytes += copy.bytes.length;
        }
    } finally {
      await file?.close();
    }
    if (fields + unchanged === 0 && options.ignoreNoData !== true) throw noDatabase(config, selection);
    return { fields, bytes, unchanged };
  });
}
