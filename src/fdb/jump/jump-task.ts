// Runs on worker threads; nothing that a page loads imports it.
import { atPlace, DteError, isDteError } from '../../base/index.js';
import { nodeContext } from '../../base/node-context.js';
import { openPieceFiles, type PieceFiles } from '../../base/node-pieces.js';
import { type GribTables, gribTables, jumpInfoOf, type Message, parseMessage, rangeSteps } from '../../grib/index.js';
import { fingerprintOf, fingerprintPlaces } from './fingerprint.js';
import type { JumpRecord } from './jump-record.js';
import { type InfoTask, type MadeInfo, outcome, type ReadTask } from './read-task.js';

let scratch = new Uint8Array(1 << 20);

/** Messages of a file -> their jump infos, or why one cannot be made. */
export async function makeInfos({ file, messages }: InfoTask): Promise<readonly MadeInfo[]> {
  const tables = await gribTables(nodeContext());
  // A file may be replaced by another of its name: it is open for one task only.
  const files = openPieceFiles();
  try {
    return messages.map((message) => {
      try {
        return { record: infoOf(files, file, message, tables) };
      } catch (error) {
        if (!isDteError(error)) throw error;
        const { code, reason, where, hint } = error;
        return { failure: { code, reason, where, hint } };
      }
    });
  } finally {
    files.close();
  }
}

function infoOf(files: PieceFiles, file: string, { offset, length }: InfoTask['messages'][number], tables: GribTables): JumpRecord {
  const where = { file, offset };
  const bytes = room(length);
  const have = files.readInto(file, offset, bytes);
  if (have < length) throw new DteError('data.truncated', `the file ends after ${have} of ${length} octets of the message`, { where });
  try {
    const fields = parseMessage(bytes, tables, where);
    if (fields.length > 1)
      throw new DteError('unsupported.template', `the message holds ${fields.length} fields`, {
        where,
        hint: 'messages of one field can be read in part',
      });
    const info = jumpInfoOf(fields[0] as Message);
    const fingerprint = fingerprintOf(fingerprintPlaces(info).map(([start, end]) => bytes.subarray(start, end)));
    return { offset, fingerprint, info };
  } catch (error) {
    throw atPlace(error, where);
  }
}

/** Values of the fields into shared memory: the outcome of each. */
export function readFields({ file, precision, fields, values, present }: ReadTask): Uint8Array {
  const outcomes = new Uint8Array(fields.length);
  const files = openPieceFiles();
  try {
    for (const [index, { record, bounds, valueStart, wordStart }] of fields.entries()) {
      try {
        if (!isCurrent(files, file, record)) {
          outcomes[index] = outcome.stale;
          continue;
        }
        const steps = rangeSteps(record.info, bounds, precision);
        let step = steps.next();
        while (step.done !== true) {
          const { starts, lengths } = step.value;
          step = steps.next(pieces(files, file, record.offset, starts, lengths));
        }
        values.set(step.value.all, valueStart);
        if (step.value.present === undefined) continue;
        present.set(step.value.present, wordStart);
        outcomes[index] = outcome.masked;
      } catch (error) {
        throw atPlace(error, { file });
      }
    }
  } finally {
    files.close();
  }
  return outcomes;
}

function isCurrent(files: PieceFiles, file: string, { offset, fingerprint, info }: JumpRecord): boolean {
  const read = fingerprintPlaces(info).map(([start, end]) => {
    const bytes = new Uint8Array(end - start);
    return bytes.subarray(0, files.readInto(file, offset + start, bytes));
  });
  return fingerprintOf(read) === fingerprint;
}

/** Octets of a message, in memory that the next call uses again. */
function pieces(
  files: PieceFiles,
  file: string,
  offset: number,
  starts: readonly number[],
  lengths: readonly number[],
): readonly Uint8Array[] {
  let total = 0;
  for (const length of lengths) total += length;
  const memory = room(total);
  let at = 0;
  return starts.map((start, index) => {
    const target = memory.subarray(at, at + (lengths[index] as number));
    at += target.length;
    return target.subarray(0, files.readInto(file, offset + start, target));
  });
}

function room(octets: number): Uint8Array {
  if (scratch.length < octets) scratch = new Uint8Array(octets);
  return scratch.subarray(0, octets);
}
