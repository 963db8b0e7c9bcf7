import type { Context, Disk } from '../../../base/index.js';
import type { FdbConfig } from '../../config/index.js';
import { type Database, openToc } from '../../database/index.js';
import { decodeRecords } from '../../format/index.js';
import { storedRule } from '../../read/stored-rule.js';
import type { Walk } from './check-walk.js';
import { maskedTocs } from '../owned.js';

/** Records: torn ends, octets that are none, keys that no rule makes. */
export async function checkTocs({ context, config, disk, findings, counts }: Walk, database: Database): Promise<void> {
  const masked = maskedTocs(database);
  for (const toc of database.tocs) {
    if (masked.has(toc.path)) continue;
    counts.tocRecords += toc.records.length;
    const whole = toc.tornAt === undefined ? undefined : await wholeAfterAll(disk, toc.path, toc.tornAt, config.roundTocRecords);
    if (toc.tornAt !== undefined && whole !== undefined)
      findings.add({
        kind: 'toc.record',
        severity: 'error',
        message: `the last record is whole with ${whole} octets, but states another length`,
        file: toc.path,
        offset: toc.tornAt,
        fix: () => writeLength(disk, toc.path, toc.tornAt as number, whole, config.roundTocRecords),
      });
    else if (toc.tornAt !== undefined)
      findings.add({
        kind: 'toc.torn',
        severity: 'warning',
        message: `the last record is not complete: ${toc.sizeBytes} octets are`,
        file: toc.path,
        offset: toc.tornAt,
        fix: () => cutTornTail(context, config, disk, toc.path),
      });
    for (const record of toc.records)
      if (record.kind === 'index' && storedRule(database.schema, database.key, record.key) === undefined)
        findings.add({
          kind: 'toc.group',
          severity: 'error',
          message: `no rule of the schema makes the group ${[...record.key].join(';')}`,
          file: toc.path,
          offset: record.header.start,
        });
  }
  const torn = new Set(database.tocs.map((toc) => `${toc.path}\0${toc.tornAt}`));
  for (const error of database.damage) {
    if (torn.has(`${error.where.file}\0${error.where.offset}`)) continue;
    const isSubToc = error.message.includes('is missing');
    findings.add({
      kind: isSubToc ? 'toc.sub-toc' : 'toc.record',
      severity: 'error',
      message: error.reason,
      file: error.where.file ?? database.path,
      offset: error.where.offset,
      error,
    });
  }
}

/** Where the length of a record stands in its header. */
const lengthStart = 104;

/**
 * The length of a last record that seems torn only because its stated length is wrong; undefined when it is torn indeed: records are filled up to a
 * multiple of `roundTo`.
 */
async function wholeAfterAll(disk: Disk, tocFile: string, start: number, roundTo: number): Promise<number | undefined> {
  const file = await disk.open(tocFile);
  try {
    const rest = await file.read(start, (file.sizeBytes ?? start) - start);
    if (rest.length <= lengthStart + 8 || rest.length % roundTo !== 0) return undefined;
    rest.set(lengthOctets(rest.length), lengthStart);
    const { records, damage, tornAt } = decodeRecords(rest);
    return records.length === 1 && damage.length === 0 && tornAt === undefined && records[0]?.header.sizeBytes === rest.length
      ? rest.length
      : undefined;
  } finally {
    await file.close();
  }
}

async function writeLength(disk: Disk, tocFile: string, start: number, length: number, roundTo: number): Promise<boolean> {
  if ((await wholeAfterAll(disk, tocFile, start, roundTo)) !== length) return false;
  const file = await disk.write(tocFile);
  try {
    await file.writeAt(start + lengthStart, [lengthOctets(length)]);
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

function lengthOctets(length: number): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, BigInt(length), true);
  return octets;
}

async function cutTornTail(context: Context, config: FdbConfig, disk: Disk, tocFile: string): Promise<boolean> {
  const toc = await openToc(disk, tocFile, { version: config.tocVersion, roundTo: config.roundTocRecords, now: () => context.clock.now() });
  try {
    await toc.append([]);
    await toc.sync();
    return true;
  } finally {
    await toc.close();
  }
}
