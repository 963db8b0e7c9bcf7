import type { ErrorCode, Where } from '../../base/index.js';
import type { RangePrecision } from '../../grib/index.js';
import type { JumpRecord } from './jump-record.js';

/** Messages of one file whose jump infos are wanted. */
export interface InfoTask {
  readonly file: string;
  readonly messages: readonly { readonly offset: number; readonly length: number }[];
}

/** A jump info, or why there is none. */
export type MadeInfo = { readonly record: JumpRecord } | { readonly failure: Failure };

/** An error as it goes between threads. */
export interface Failure {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly where: Where;
  readonly hint: string | undefined;
}

/** Fields of one file, and what to read of each. */
export interface ReadTask {
  readonly file: string;
  readonly precision: RangePrecision;
  readonly fields: readonly {
    readonly record: JumpRecord;
    /** [start, end) of each range. */
    readonly bounds: Float64Array;
    /** First of the field's values in `values`, and of its words in `present`. */
    readonly valueStart: number;
    readonly wordStart: number;
  }[];
  readonly values: Float64Array;
  readonly present: BigUint64Array;
}

/** What became of a field: all values present, some missing, or the file holds another message than was indexed. */
export const outcome = { whole: 0, masked: 1, stale: 2 } as const;
