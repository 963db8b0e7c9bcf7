import { isDigits } from './duration.js';
import { refused } from './refused.js';

const decimal = /^([-+]?)(\d*)(?:\.(\d*))?$/;
const accepted = 'decimal numbers such as 7, -0.5 or .5 are understood';

/** An integer in canonical text: no leading zeros, no plus, no minus zero. */
export function canonicalNumber(text: string): string {
  const negative = text.charCodeAt(0) === 45;
  const digits = negative || text.charCodeAt(0) === 43 ? text.slice(1) : text;
  if (!isDigits(digits)) throw refused(text, 'an integer', 'digits with an optional sign are understood');
  const bare = withoutZeros(digits);
  return bare === '' ? '0' : negative ? `-${bare}` : bare;
}

/** A number in the canonical text of stored keys: `1000`, `0.05`, `-2.5`. Digits are kept as they are written, so nothing is rounded. */
export function canonicalDouble(text: string): string {
  const { sign, whole, fraction } = parts(text);
  const value = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  return value === '0' ? value : `${sign}${value}`;
}

/** A number in the canonical text of expanded requests, where positive ones have no zero in front of the point: `1000`, `.05`, `-0.5`. */
export function canonicalFloat(text: string): string {
  const value = canonicalDouble(text);
  return value.startsWith('0.') ? value.slice(1) : value;
}

function parts(text: string): { readonly sign: string; readonly whole: string; readonly fraction: string } {
  const match = decimal.exec(text);
  if (match === null || (match[2] === '' && (match[3] ?? '') === '')) throw refused(text, 'a number', accepted);
  const fraction = match[3] ?? '';
  let end = fraction.length;
  while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--;
  return { sign: match[1] === '-' ? '-' : '', whole: withoutZeros(match[2] as string), fraction: fraction.slice(0, end) };
}

function withoutZeros(digits: string): string {
  let start = 0;
  while (start < digits.length && digits.charCodeAt(start) === 48) start++;
  return digits.slice(start);
}
