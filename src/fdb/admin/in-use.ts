import { baseName, type Context, type Disk } from '../../base/index.js';
import { isOpenHere } from '../write/new-files.js';
import { diskOf } from '../disk-of.js';

/** A file of another host that changed within this time counts as in use. */
export const quietMsByDefault = 600_000;

/** Who may still be writing a file: its name ends in host and (process number << 32) + count. */
export interface Writer {
  readonly host: string;
  readonly pid: number;
}

export function writerOf(file: string): Writer | undefined {
  const match = /\.\d{8}\.\d{6}\.(.+?)\.(\d+)(?:\.index|\.data)?$/.exec(baseName(file));
  if (match === null) return undefined;
  return { host: match[1] as string, pid: Number(BigInt(match[2] as string) >> 32n) };
}

/**
 * The process that may still have a file open for writing, or undefined. A writer names its files in records long after it made them, so that
 * a file that only holds what is hidden must stay while its writer lives: the writer's next flush would otherwise refer to a file that is gone.
 * On this host the process table tells; for other hosts, a recent change does. The asking process knows
 * which files it has open itself.
 */
export async function writerStillThere(context: Context, file: string, quietMs: number): Promise<Writer | undefined> {
  const disk = diskOf(context);
  const writer = writerOf(file);
  if (writer === undefined) return undefined;
  if (writer.host === disk.self.host && writer.pid === disk.self.pid) return isOpenHere(disk, file) ? writer : undefined;
  if (writer.host === disk.self.host && (await hasProcessTable(disk)))
    return (await disk.info(`/proc/${writer.pid}`)) === undefined ? undefined : writer;
  const info = await disk.info(file);
  return info !== undefined && context.clock.now() - info.modifiedMs < quietMs ? writer : undefined;
}

async function hasProcessTable(disk: Disk): Promise<boolean> {
  return (await disk.info(`/proc/${disk.self.pid}`)) !== undefined;
}
