import { sharedBuffer } from '../../base/index.js';
import type { RangePrecision } from '../../grib/index.js';
import { byFile } from './by-file.js';
import type { Job } from './field-request.js';
import type { JumpRecord } from './jump-record.js';
import type { ReadTask } from './read-task.js';
import type { Reading } from './reading.js';

/** Fields and values of one task. */
const fieldsPerTask = 16;
const valuesPerTask = 1 << 22;

/** A field and all that reading it takes. */
export interface Work {
  readonly job: Job;
  /** In the window. */
  readonly index: number;
  readonly record: JumpRecord;
  readonly reading: Reading;
}

/** Fields of one file, in the order they lie in it, some for each task. */
export function tasksOf(work: readonly Work[]): readonly (readonly Work[])[] {
  const tasks: Work[][] = [];
  for (const ofFile of byFile(work, ({ job }) => job.location.file).values()) {
    let values = Number.POSITIVE_INFINITY;
    let task: Work[] = [];
    for (const one of [...ofFile].sort((a, b) => a.record.offset - b.record.offset)) {
      if (task.length === fieldsPerTask || values + one.reading.total > valuesPerTask) {
        tasks.push((task = []));
        values = 0;
      }
      task.push(one);
      values += one.reading.total;
    }
  }
  return tasks;
}

/** What a thread is given, and the shared memory that it writes to. */
export function argumentsOf(
  task: readonly Work[],
  precision: RangePrecision,
): { args: ReadTask; values: Float64Array; present: BigUint64Array } {
  let valueStart = 0;
  let wordStart = 0;
  const fields = task.map(({ record, reading }) => {
    const field = { record, bounds: reading.bounds, valueStart, wordStart };
    valueStart += reading.total;
    wordStart += Math.ceil(reading.total / 64);
    return field;
  });
  const values = new Float64Array(sharedBuffer(valueStart * 8));
  const present = new BigUint64Array(sharedBuffer(wordStart * 8));
  return { args: { file: task[0]?.job.location.file as string, precision, fields, values, present }, values, present };
}
