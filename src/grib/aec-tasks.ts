import type { TaskModule } from '../compute/index.js';
import { type AecDecodeOptions, type AecOptions, type AecStream, type AecValues, aecDecode, aecEncode, aecScan } from './codec/index.js';

/** Tasks for worker threads: arguments and results are structured clones, `out` and `values` views of shared memory. */
export const aecTasks: TaskModule = {
  url: new URL('./aec-tasks.js', import.meta.url),
  functions: { decodeAec, scanAec, encodeAec },
};

/** Decodes a stream, or the intervals of `options.range`, into shared memory. */
export function decodeAec({
  bytes,
  options,
  out,
}: {
  readonly bytes: Uint8Array;
  readonly options: AecDecodeOptions;
  readonly out: AecValues;
}): void {
  aecDecode(bytes, options, out);
}

/** Start bits of a stream's intervals. */
export function scanAec({ bytes, options }: { readonly bytes: Uint8Array; readonly options: AecDecodeOptions }): Float64Array {
  return aecScan(bytes, options);
}

export function encodeAec({ values, options }: { readonly values: AecValues; readonly options: AecOptions }): AecStream {
  return aecEncode(values, options);
}
