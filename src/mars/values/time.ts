import { parseDuration } from './duration.js';
import { refused } from './refused.js';

const accepted = 'hh, hhmm, hh:mm, 6h and 360m are understood, from 0000 to 2359, without seconds';

/** The time of day in canonical text, HHMM. `6`, `06`, `600`, `0600`, `06:00`, `060000`, `6h` and `360m` are all `0600`. */
export function canonicalTime(text: string): string {
  return formatTime(secondsOfTime(text), text);
}

/** Seconds since midnight of a time of day. */
export function secondsOfTime(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw refused(text, 'a time', accepted);
  const seconds = duration.form === 'digits' ? secondsOfDigits(text) : duration.seconds;
  if (seconds === undefined || seconds >= 86_400) throw refused(text, 'a time of day', accepted);
  return seconds;
}

/** HHMM of seconds since midnight. */
export function formatTime(seconds: number, text = `${seconds}s`): string {
  if (seconds % 60 !== 0) throw refused(text, 'a time of whole minutes', accepted);
  return `${Math.floor(seconds / 3600)
    .toString()
    .padStart(2, '0')}${((seconds / 60) % 60).toString().padStart(2, '0')}`;
}

/** Up to two digits are hours, up to four hours and minutes, up to six also seconds. */
function secondsOfDigits(text: string): number | undefined {
  if (text.length > 6) return undefined;
  const [hours, minutes, seconds] =
    text.length <= 2
      ? [Number(text), 0, 0]
      : text.length <= 4
        ? [Number(text.slice(0, -2)), Number(text.slice(-2)), 0]
        : [Number(text.slice(0, -4)), Number(text.slice(-4, -2)), Number(text.slice(-2))];
  return minutes > 59 || seconds > 59 ? undefined : hours * 3600 + minutes * 60 + seconds;
}
