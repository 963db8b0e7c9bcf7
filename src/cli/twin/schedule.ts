import { DteError } from '../../base/index.js';
import { parseDuration } from '../../mars/index.js';

/** Seconds of `1h`, `30m`, `90s`, `6` (hours). Errors: `input.option`. */
export function secondsOf(option: string, text: string): number {
  const seconds = parseDuration(text)?.seconds;
  if (seconds !== undefined && seconds > 0) return seconds;
  throw new DteError('input.option', `'${text}' is not a length of time`, { where: { option }, hint: 'such as 1h, 30m, 90s or 6h' });
}

/** How many steps a time takes. Errors: `input.option` where it is not a whole number of them. */
export function stepsOf(option: string, seconds: number, stepSeconds: number): number {
  if (isMultiple(seconds, stepSeconds)) return Math.round(seconds / stepSeconds);
  throw new DteError('input.option', `${seconds} s are not a whole number of time steps of ${Number(stepSeconds.toFixed(3))} s`, {
    where: { option },
    hint: 'choose the time step with --step',
  });
}

/** Within rounding: steps may be fractions, such as 3600 s / 7. */
export function isMultiple(seconds: number, stepSeconds: number): boolean {
  const steps = Math.round(seconds / stepSeconds);
  return steps >= 1 && Math.abs(steps * stepSeconds - seconds) < 1e-6 * seconds;
}

/** The next step at which one of several periods is due, after `step`; at most `last`. */
export function nextDue(step: number, periods: readonly number[], last: number): number {
  return Math.min(last, ...periods.map((period) => (Math.floor(step / period) + 1) * period));
}
