import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memoryDisk = '/dev/shm';

/** A folder for the time of `use`, in memory where the machine has such a disk: writing files is not what is measured. */
export async function withScratch<R>(use: (folder: string) => Promise<R>): Promise<R> {
  const folder = make(memoryDisk) ?? make(tmpdir());
  if (folder === undefined) throw new Error(`no folder for scratch files can be made in ${memoryDisk} or ${tmpdir()}`);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function make(parent: string): string | undefined {
  try {
    return mkdtempSync(join(parent, 'dte-bench-'));
  } catch {
    return undefined;
  }
}
