import { refused } from './refused.js';

/** The experiment version in canonical text: without blanks around, filled with zeros on the left to four characters; `all` and `any` stay. */
export function canonicalExpver(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') throw refused(text, 'an experiment version', "four characters such as '0001' are understood");
  const lower = trimmed.toLowerCase();
  return lower === 'all' || lower === 'any' ? lower : trimmed.padStart(4, '0');
}
