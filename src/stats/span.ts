import { DteError } from '../base/index.js';

/** A range of time: start < time <= end, in seconds since the start of a run. */
export interface Span {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/**
 * The window of `lengthSeconds` that a sample at `timeSeconds` belongs to. Windows follow each other from time 0, and a sample on the
 * boundary closes the earlier one: the initial state, at time 0, belongs to none, because no time has passed.
 */
export function windowAt(timeSeconds: number, lengthSeconds: number): Span | undefined {
  if (!(Number.isFinite(lengthSeconds) && lengthSeconds > 0)) {
    throw new DteError('input.option', `${lengthSeconds} s is not a length of time`, { hint: 'seconds, above 0' });
  }
  if (timeSeconds <= 0) return undefined;
  const index = Math.ceil(timeSeconds / lengthSeconds) - 1;
  return { startSeconds: index * lengthSeconds, endSeconds: (index + 1) * lengthSeconds };
}
