import { formatDuration, isDigits, parseDuration } from './duration.js';
import { refused } from './refused.js';

/** A point (`fromSeconds` = `toSeconds`) or an interval of forecast time, seconds since the start of the forecast. */
export interface Step {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

const accepted =
  "hours ('6'), durations ('1h30m', '90s', '1:30') and intervals of them ('0-24', '30m-1h30m') are understood, none negative";

/** The step in canonical text: whole hours bare (`6`), else `1h30m`, `40m`; an interval as `0-24`, one of no length as its point. */
export function canonicalStep(text: string): string {
  // The plain number is by far the commonest.
  if (isDigits(text) && (text.length === 1 || text.charCodeAt(0) !== 48) && text.length < 10) return text;
  return formatStep(parseStep(text));
}

export function parseStep(text: string): Step {
  const dash = text.indexOf('-');
  const from = parseDuration(dash < 0 ? text : text.slice(0, dash))?.seconds;
  const to = dash < 0 ? from : parseDuration(text.slice(dash + 1))?.seconds;
  if (from === undefined || to === undefined || !Number.isSafeInteger(to)) throw refused(text, 'a step', accepted);
  if (from > to) throw refused(text, 'an interval of steps, it ends before it begins', accepted);
  return { fromSeconds: from, toSeconds: to };
}

export function formatStep({ fromSeconds, toSeconds }: Step): string {
  const from = formatDuration(fromSeconds);
  return fromSeconds === toSeconds ? from : `${from}-${formatDuration(toSeconds)}`;
}
