import { DteError } from '../base/index.js';
import type { MarsRequest } from './request.js';

/**
 * What of an expanded request a filter leaves: of each keyword that the filter names the values that it names too, in the order of the
 * request. The filter's `day` (1 to 31) is about the request's dates: those on such a day of the month stay; a month of a climatology
 * has no day and goes. Keywords that the request does not have filter nothing. Undefined when a keyword is left without values.
 * Values are compared as they are, so both sides must be in canonical text. Errors: `input.value` for a `day` that is none.
 */
export function filterRequest(request: MarsRequest, filter: ReadonlyMap<string, readonly string[]>): MarsRequest | undefined {
  const keywords = new Map<string, readonly string[]>();
  const days = filter.get('day')?.map(dayNumber);
  for (const [keyword, values] of request.keywords) {
    const listed = filter.get(keyword);
    const kept = values.filter(
      (value) => (listed?.includes(value) ?? true) && (keyword !== 'date' || days === undefined || days.includes(dayOfMonth(value))),
    );
    if (kept.length === 0 && values.length > 0) return undefined;
    keywords.set(keyword, kept);
  }
  return { ...request, keywords };
}

/** Day of the month of a canonical date: `20240131`, `jan-31`; undefined for `jan`. */
function dayOfMonth(date: string): number | undefined {
  const digits = /^\d{6}(\d\d)$|^[a-z]{3}-(\d+)$/.exec(date);
  return digits === null ? undefined : Number(digits[1] ?? digits[2]);
}

function dayNumber(text: string): number | undefined {
  const day = Number(text);
  if (/^\d+$/.test(text) && day >= 1 && day <= 31) return day;
  throw new DteError('input.value', `day: '${text}' is not a day of the month`, { hint: '1 to 31' });
}
