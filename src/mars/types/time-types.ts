import { DteError } from '../../base/index.js';
import type { Scope } from '../context-rule.js';
import { canonicalDate, dateOfDay, dayOfDate } from '../values/date.js';
import { parseDuration } from '../values/duration.js';
import { canonicalExpver } from '../values/expver.js';
import { canonicalNumber } from '../values/number.js';
import { canonicalStep, formatStep, parseStep } from '../values/step.js';
import { canonicalTime, formatTime, secondsOfTime } from '../values/time.js';
import type { Settings, ValueType } from './value-type.js';
import { walk } from './walk.js';

export function datesType({ by: stride = '1' }: Settings): ValueType {
  return {
    called: 'a date',
    canonical: dateIn,
    range: (from, to, by = stride, scope) =>
      walk(dayIn(from, scope), dayIn(to, scope), Number(canonicalNumber(by))).map((day) => dateOfDay(day)),
  };
}

/** Times of the day; a range does not go over midnight. */
export function timesType({ by: stride = '1' }: Settings): ValueType {
  return {
    called: 'a time',
    canonical: canonicalTime,
    range: (from, to, by = stride) => walk(secondsOfTime(from), secondsOfTime(to), secondsOfTime(by)).map((seconds) => formatTime(seconds)),
  };
}

/** Steps and intervals; in a range of intervals both ends advance together. */
export function stepsType({ by: stride = '1' }: Settings): ValueType {
  return {
    called: 'a step',
    canonical: canonicalStep,
    range: (from, to, by = stride) => {
      const [first, last, seconds] = [parseStep(from), parseStep(to), parseDuration(by)?.seconds];
      if (seconds === undefined)
        throw new DteError('input.value', `'${by}' is not a stride of steps`, { hint: "hours ('6') and durations ('90m') are understood" });
      const length = first.toSeconds - first.fromSeconds;
      if (length !== last.toSeconds - last.fromSeconds)
        throw new DteError('input.value', `a range from ${from} to ${to}, intervals of different lengths`, { hint: 'list them' });
      return walk(first.fromSeconds, last.fromSeconds, seconds).map((start) =>
        formatStep({ fromSeconds: start, toSeconds: start + length }),
      );
    },
  };
}

export function expverType(): ValueType {
  return { called: 'an experiment version', canonical: canonicalExpver };
}

function dateIn(text: string, { todayMs }: Scope): string {
  if (todayMs === undefined && /^(0+|-\d+)$/.test(text))
    throw new DteError('input.value', `'${text}' counts from today, which is not known here`, {
      hint: 'a date, or the option today (the clock in ms)',
    });
  return canonicalDate(text, todayMs ?? 0);
}

function dayIn(text: string, scope: Scope): number {
  const day = dayOfDate(dateIn(text, scope));
  if (day === undefined)
    throw new DteError('input.value', `a range with '${text}', a date without a year`, { hint: 'list the months or days' });
  return day;
}
