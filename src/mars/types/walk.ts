import { DteError } from '../../base/index.js';

/** More values than this in one range are taken for a slip of the pen. */
const mostValues = 1_000_000;

/**
 * Whole numbers from `from` to `to`, both included where they are met. Downwards with a stride of either sign;
 * upwards with a negative stride, or with none, is an error.
 */
export function walk(from: number, to: number, by: number): readonly number[] {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && Number.isSafeInteger(by)))
    throw new DteError('input.value', 'a range of numbers that are too large');
  if (by === 0) throw new DteError('input.value', "the stride 'by' is 0");
  if (from < to && by < 0)
    throw new DteError('input.value', "a range that goes up has a negative stride 'by'", {
      hint: 'a positive stride, or the ends exchanged',
    });
  const count = Math.floor(Math.abs(to - from) / Math.abs(by)) + 1;
  if (count > mostValues) throw new DteError('input.value', `a range of ${count} values`, { hint: `at most ${mostValues} are understood` });
  const stride = from < to ? by : -Math.abs(by);
  return Array.from({ length: count }, (_, index) => from + index * stride);
}
