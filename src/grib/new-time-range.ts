import { DteError } from '../base/index.js';
import type { NewMessageKeys } from './new-message.js';
import { putUnsigned } from './octets.js';

/** A time since the reference time: whole hours, or a text with its unit (`90m`, `30s`, `6h`). */
export type StepInput = number | string;

/** What happened over a time range that ends at the step of the message. */
export interface TimeRange {
  readonly statistic: 'mean' | 'accumulation' | 'max' | 'min' | 'stddev';
  /** Start of the range. */
  readonly from: StepInput;
  /** Time between samples. Default: not stated (0, continuous). */
  readonly every?: StepInput;
}

/** Octets of the product templates 4.8 and 4.11 after those of 4.0 and 4.1, with one time range. */
export const rangeOctets = 24;

/** Code table 4.10. */
const PROCESSES: Readonly<Record<TimeRange['statistic'], number>> = { mean: 0, accumulation: 1, max: 2, min: 3, stddev: 6 };
/** Code table 4.4, coarsest first, with seconds. Days are left out: readers expect hours. */
const UNITS = [
  [1, 3600],
  [0, 60],
  [13, 1],
] as const;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, D: 86400 };

export interface Steps {
  /** Code of table 4.4. */
  readonly unit: number;
  /** In `unit`: the step of an instant field, the start of a time range. */
  readonly start: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** The times of a new field. Errors: `input.option`. */
export function stepsOf({ step = 0, range }: NewMessageKeys): Steps {
  const endSeconds = secondsOf(step, 'step');
  const startSeconds = range === undefined ? endSeconds : secondsOf(range.from, 'range.from');
  if (startSeconds > endSeconds) {
    throw new DteError('input.option', `a time range from ${range?.from} to ${step}`, { hint: 'a range ends no earlier than it starts' });
  }
  const [unit, length] = unitOf(startSeconds);
  return { unit, start: startSeconds / length, startSeconds, endSeconds };
}

/** Writes the part of a product section that describes its time range, from octet `start`. */
export function putTimeRange(bytes: Uint8Array, start: number, keys: NewMessageKeys, { startSeconds, endSeconds }: Steps): void {
  const { statistic, every } = keys.range as TimeRange;
  const { date, time = 0 } = keys;
  const end = new Date(
    Date.UTC(Math.floor(date / 10000), (Math.floor(date / 100) % 100) - 1, date % 100, Math.floor(time / 100), time % 100, endSeconds),
  );
  putUnsigned(bytes, start, 2, end.getUTCFullYear());
  bytes.set([end.getUTCMonth() + 1, end.getUTCDate(), end.getUTCHours(), end.getUTCMinutes(), end.getUTCSeconds(), 1], start + 2);
  // Octets 8 to 11: number of values missing from the whole range, none.
  const length = endSeconds - startSeconds;
  const [unit, unitSeconds] = unitOf(length);
  // Type 2: successive times have the same reference time, and the step grows.
  bytes.set([PROCESSES[statistic], 2, unit], start + 12);
  putUnsigned(bytes, start + 15, 4, length / unitSeconds);
  const increment = every === undefined ? 0 : secondsOf(every, 'range.every');
  const [incrementUnit, incrementSeconds] = unitOf(increment);
  bytes[start + 19] = every === undefined ? 255 : incrementUnit;
  putUnsigned(bytes, start + 20, 4, increment / incrementSeconds);
}

/** Seconds of a step. Errors: `input.option`. */
function secondsOf(step: StepInput, name: string): number {
  const [, digits, unit] = /^(\d+)([smhdD]?)$/.exec(String(step).trim()) ?? [];
  const seconds = digits === undefined ? Number.NaN : Number(digits) * (SECONDS[unit as string] ?? 3600);
  if (Number.isSafeInteger(seconds) && seconds < 2 ** 31) return seconds;
  throw new DteError('input.option', `${name} ${step} is not a step`, { hint: 'whole hours, or a whole number with its unit: 90m, 30s' });
}

function unitOf(seconds: number): (typeof UNITS)[number] {
  return UNITS.find(([, length]) => seconds % length === 0) as (typeof UNITS)[number];
}
