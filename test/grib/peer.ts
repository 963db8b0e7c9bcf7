import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Message } from '../../src/grib/message.js';
import { messages } from '../../src/grib/messages.js';
import { type GribTables, gribTables } from '../../src/grib/tables.js';
import type { DteError, ReadableFile } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node-context.js';
import { packageRoot } from '../../src/base/package-root.js';

/** The shared test data beside the project; false when a clone stands alone. */
export const sharedGrib = fileURLToPath(new URL('../shared/data/grib/', packageRoot()));
export const noShared = existsSync(sharedGrib) ? false : 'shared test data (../shared/data/grib) is not here';

/** Whether a program of ecCodes can be run. With DTE_PEERS=required its absence fails the tests instead of skipping them. */
export const noEccodes = ((): string | false => {
  try {
    execFileSync('codes_info', ['-v'], { stdio: 'ignore' });
    return false;
  } catch {
    if (process.env['DTE_PEERS'] === 'required')
      throw new Error('ecCodes tools (codes_info, grib_ls, grib_get) are required and not installed');
    return 'ecCodes tools are not installed';
  }
})();

export const ctx = nodeContext();
export const loadTables = (): Promise<GribTables> => gribTables(ctx);

export async function readMessages(path: string, onDamage?: (error: DteError) => void): Promise<readonly Message[]> {
  const file = await ctx.fs.open(path);
  try {
    return await fromFile(file, onDamage);
  } finally {
    await file.close();
  }
}

async function fromFile(file: ReadableFile, onDamage?: (error: DteError) => void): Promise<readonly Message[]> {
  const found: Message[] = [];
  const options = { tables: await loadTables(), ...(onDamage === undefined ? {} : { onDamage }) };
  for await (const message of messages(file, options)) found.push(message);
  return found;
}

/** Octets as a stream of small pieces, or as a file of known size. */
export async function readBytes(bytes: Uint8Array, isStream = false, onDamage?: (error: DteError) => void): Promise<readonly Message[]> {
  let read = 0;
  return fromFile(
    {
      path: 'test.grib',
      sizeBytes: isStream ? undefined : bytes.length,
      async read(position, length) {
        if (isStream && position !== read) throw new Error(`a stream was read at ${position} after ${read}`);
        const part = bytes.slice(position, position + (isStream ? Math.min(length, 1000) : length));
        read = position + part.length;
        return part;
      },
      async close() {},
    },
    onDamage,
  );
}

/** `grib_ls -j` with options: one object of keys for each field. Bitmap previews are not valid JSON and are cut out. */
export function gribLs(path: string, options: readonly string[]): readonly Record<string, unknown>[] {
  const text = execFileSync('grib_ls', ['-j', ...options, path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 });
  const valid = text.replace(/"bitmap"\s*:\s*[^,\n}]*/g, '"bitmap": 0');
  return (JSON.parse(valid) as { messages: Record<string, unknown>[] }).messages;
}
