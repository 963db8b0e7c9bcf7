import type { Context, Disk } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { openToc } from '../database/index.js';
import type { RecordContent } from '../format/index.js';
import type { OnDamage } from '../types.js';
import { diskOf } from '../disk-of.js';

/** Appends records to a table of contents in one write, and waits until they are on the disk. */
export async function appendRecords(
  context: Context,
  config: Pick<FdbConfig, 'tocVersion' | 'roundTocRecords'>,
  tocFile: string,
  contents: readonly RecordContent[],
  onDamage?: OnDamage,
): Promise<void> {
  if (contents.length === 0) return;
  const disk: Disk = diskOf(context);
  const toc = await openToc(disk, tocFile, {
    version: config.tocVersion,
    roundTo: config.roundTocRecords,
    now: () => context.clock.now(),
    ...(onDamage === undefined ? {} : { onDamage }),
  });
  try {
    await toc.append(contents);
    await toc.sync();
  } finally {
    await toc.close();
  }
}
