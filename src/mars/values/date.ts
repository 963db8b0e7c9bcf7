import { refused } from './refused.js';

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
/** February has its leap day: a day of a climatology has no year. */
const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const dayMs = 86_400_000;
const accepted =
  "yyyymmdd, yyyy-mm-dd, yyyy-ddd (day of year), 0, -1, ... (days from today), a month ('jan', 1) and 'jan-15' are understood";

/**
 * The date in canonical text: `20240131`; a month of a climatology as `jan`, a day of one as `jan-15`.
 * `todayMs` is the clock (milliseconds since the epoch, UTC), against which 0, -1, ... are counted. The day `00` of a monthly mean means the first.
 */
export function canonicalDate(text: string, todayMs: number): string {
  if (/^(0+|-\d+)$/.test(text)) return dateOfDay(Math.floor(todayMs / dayMs) + Number(text), text);
  if (/^\d{8}$/.test(text)) return calendarDate(text, text.slice(0, 4), text.slice(4, 6), text.slice(6));
  const parts = text.split('-');
  if (parts.length === 1 && (/^\d\d?$/.test(text) || /^[a-z]+$/i.test(text))) return shortMonth(text, text);
  if (parts.length === 3 && /^\d{4}-\d\d-\d\d$/.test(text)) return calendarDate(text, parts[0], parts[1], parts[2]);
  if (parts.length === 2 && /^\d{1,3}$/.test(parts[1])) {
    if (/^\d{4}$/.test(parts[0])) return dayOfYear(text, parts[0], Number(parts[1]));
    if (/^(\d\d?|[a-z]+)$/i.test(parts[0])) return dayOfClimatology(text, parts[0], Number(parts[1]));
  }
  throw refused(text, 'a date', accepted);
}

/** Days since 1970-01-01 of a canonical calendar date; undefined for a date of a climatology, which has no year. */
export function dayOfDate(canonical: string): number | undefined {
  if (!/^\d{8}$/.test(canonical)) return undefined;
  return utcDay(Number(canonical.slice(0, 4)), Number(canonical.slice(4, 6)), Number(canonical.slice(6)));
}

/** yyyymmdd of a day counted from 1970-01-01. Years are 1 to 9999. */
export function dateOfDay(day: number, text = String(day)): string {
  const date = new Date(day * dayMs);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw refused(text, 'a date of the years 1 to 9999', accepted);
  return `${String(year).padStart(4, '0')}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`;
}

/** 1 to 12 for 'jan', 'January', '1' or '01'; undefined for any other text. */
export function monthNumber(text: string): number | undefined {
  if (/^\d\d?$/.test(text)) return Number(text) >= 1 && Number(text) <= 12 ? Number(text) : undefined;
  const lower = text.toLowerCase();
  const index = lower.length < 3 ? -1 : months.findIndex((month) => lower === month || lower === month.slice(0, 3));
  return index < 0 ? undefined : index + 1;
}

function calendarDate(text: string, year: string, month: string, day: string): string {
  const canonical = `${year}${month}${day === '00' ? '01' : day}`;
  const days = dayOfDate(canonical) as number;
  if (Number.isNaN(days) || dateOfDay(days, text) !== canonical) throw refused(text, 'a day of the calendar', accepted);
  return canonical;
}

function dayOfYear(text: string, year: string, day: number): string {
  const canonical = dateOfDay(utcDay(Number(year), 1, 1) + day - 1, text);
  if (day < 1 || !canonical.startsWith(year)) throw refused(text, 'a day of that year', accepted);
  return canonical;
}

function shortMonth(text: string, name: string): string {
  const month = monthNumber(name);
  if (month === undefined) throw refused(text, 'a date or a month', accepted);
  return (months[month - 1] as string).slice(0, 3);
}

function dayOfClimatology(text: string, name: string, day: number): string {
  const month = shortMonth(text, name);
  if (day < 1 || day > (daysOfMonth[(monthNumber(name) as number) - 1] as number)) throw refused(text, 'a day of that month', accepted);
  return `${month}-${day}`;
}

function utcDay(year: number, month: number, day: number): number {
  // Date.UTC takes years below 100 as 19xx, hence the setter.
  return Math.floor(new Date(0).setUTCFullYear(year, month - 1, day) / dayMs);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
