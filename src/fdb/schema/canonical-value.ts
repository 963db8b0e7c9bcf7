import { DteError } from '../../base/index.js';
import {
  canonicalDate,
  canonicalDouble,
  canonicalExpver,
  canonicalNumber,
  canonicalStep,
  canonicalTime,
  monthNumber,
} from '../../mars/index.js';
import type { TypeName } from './schema.js';

/** What texts of a type may be counted from. */
export interface ValueOptions {
  /** The clock, milliseconds since the epoch, for dates relative to today; without it they are refused. */
  readonly todayMs?: number;
}

type Canonical = (text: string, options: ValueOptions) => string;

/** Text of keys -> canonical text of a type, in keys and names of directories. Source: fdb, src/fdb5/types. */
const CANONICAL: Readonly<Record<TypeName, Canonical>> = {
  Default: (text) => text.toLowerCase(),
  First3: (text) => text.slice(0, 3).toLowerCase(),
  Integer: canonicalNumber,
  Double: doubleText,
  Date: date,
  Time: canonicalTime,
  Step: canonicalStep,
  Param: (text) => text.toLowerCase(),
  ParamID: (text) => text.toLowerCase(),
  Expver: (text) => canonicalExpver(text).toLowerCase(),
  Grid: (text) => text.replaceAll('/', '+'),
  Ignore: () => '',
  Year: (text, options) => (/^\d{4}$/.test(text) ? text : fullDate(text, options).slice(0, 4)),
  Month: (text, options) => String(month(text, options)),
  MonthOfDate: (text, options) => String(month(text, options)).padStart(2, '0'),
  YearMonth: (text, options) => (/^\d{6}$/.test(text) ? text : fullDate(text, options).slice(0, 6)),
  ClimateMonthly: (text, options) => String(month(text, options)),
  ClimateDaily: climateDay,
};

/** The canonical text of a value; `input.value` for a text that is none of the type. The empty text (an absent value) stays. */
export function canonicalValue(type: TypeName, text: string, options: ValueOptions = {}): string {
  return text === '' ? '' : CANONICAL[type](text, options);
}

function date(text: string, { todayMs }: ValueOptions): string {
  if (todayMs === undefined && /^(0+|-\d+)$/.test(text)) {
    throw new DteError('input.value', `'${text}' is a date relative to today`, { hint: 'here a date of the calendar is needed, yyyymmdd' });
  }
  return canonicalDate(text, todayMs ?? 0);
}

function fullDate(text: string, options: ValueOptions): string {
  const canonical = date(text, options);
  if (/^\d{8}$/.test(canonical)) return canonical;
  throw new DteError('input.value', `'${text}' is a date without a year`, { hint: 'here a date of the calendar is needed, yyyymmdd' });
}

function month(text: string, options: ValueOptions): number {
  const number = monthNumber(text);
  if (number !== undefined) return number;
  const canonical = date(text, options);
  return monthNumber(canonical.split('-')[0] as string) ?? Number(canonical.slice(4, 6));
}

/** MMDD. */
function climateDay(text: string, options: ValueOptions): string {
  const four = /^(\d\d)(\d\d)$/.exec(text);
  const canonical = date(four === null ? text : `${four[1]}-${four[2]}`, options);
  const [name, day] = canonical.split('-');
  if (day === undefined) {
    if (/^\d{8}$/.test(canonical)) return canonical.slice(4);
    throw new DteError('input.value', `'${text}' is not a day of a year`, {
      hint: "'jan-15', 0115 and dates of the calendar are understood",
    });
  }
  return `${String(monthNumber(name as string)).padStart(2, '0')}${day.padStart(2, '0')}`;
}

/** Plain decimal digits, all of them kept; below 1e-4 with an exponent of two digits, as C++ streams print it. */
function doubleText(text: string): string {
  const plain = /[eE]/.test(text) ? withoutExponent(text) : canonicalDouble(text);
  const small = /^(-?)0\.(0{4,})([1-9]\d*)$/.exec(plain);
  if (small === null) return plain;
  const [, sign, zeros, digits] = small as unknown as [string, string, string, string];
  return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e-${String(zeros.length + 1).padStart(2, '0')}`;
}

function withoutExponent(text: string): string {
  const match = /^([-+]?)(\d+)(?:\.(\d*))?[eE]([-+]?\d{1,2})$/.exec(text);
  if (match === null) return canonicalDouble(text);
  const [, sign, whole, fraction = '', exponent] = match as unknown as [string, string, string, string | undefined, string];
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return canonicalDouble(`${sign}0.${'0'.repeat(-point)}${digits}`);
  if (point >= digits.length) return canonicalDouble(`${sign}${digits}${'0'.repeat(point - digits.length)}`);
  return canonicalDouble(`${sign}${digits.slice(0, point)}.${digits.slice(point)}`);
}
