import { type Context, DteError, joinPath, ordered, writeWhole } from '../../base/index.js';
import type { ZarrKey, ZarrStore } from './types.js';

/** Files that are made at once: one is decoded while another is written. */
const filesAtOnce = 4;

/**
 * Writes a hierarchy into a folder that is empty or not there. Every file appears whole; chunks come before the metadata of their
 * array, and the metadata of the root comes last, so that an interrupted copy is none. Errors: `input.option` for a folder that is not
 * empty, those of the store and of writing; what was written till then stays.
 */
export async function writeZarr(
  context: Context,
  store: ZarrStore,
  folder: string,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const info = await context.fs.info(folder);
  if (info !== undefined && !info.isDirectory)
    throw new DteError('input.option', `'${folder}' is a file`, { hint: 'name a folder that is not there yet' });
  if ((await context.fs.list(folder)).length > 0)
    throw new DteError('input.option', `folder '${folder}' is not empty`, { hint: 'name a folder that is not there yet, or remove it' });
  const done = { files: 0, bytes: 0 };
  const total = store.arrays.reduce((sum, { chunks, chunkBytes }) => sum + chunks * chunkBytes, 0);
  // The root's own metadata waits for all others.
  const root: ZarrKey = '/zarr.json';
  const write = async (key: ZarrKey): Promise<number> => {
    const bytes = await store.get(key, context.signal === undefined ? {} : { signal: context.signal });
    if (bytes === undefined) return 0;
    await writeWhole(context.fs, joinPath(folder, key.slice(1)), bytes);
    return bytes.length;
  };
  const count = (length: number): void => {
    done.files++;
    done.bytes += length;
    context.progress({ task: 'zarr', done: Math.min(done.bytes, total), total, unit: 'bytes' });
  };
  for await (const length of ordered(keysWithout(store, root), write, filesAtOnce)) count(length);
  count(await write(root));
  return done;
}

async function* keysWithout(store: ZarrStore, last: ZarrKey): AsyncGenerator<ZarrKey> {
  for (const key of store.keys()) if (key !== last) yield key;
}
