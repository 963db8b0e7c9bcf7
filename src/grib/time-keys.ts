import type { KeyValue } from './layout.js';
import type { Message } from './message.js';
import { rawList, rawNumber } from './raw-keys.js';

/** Seconds of the units of GRIB1 table 4, GRIB2 table 4.4. Months and years have no fixed length. */
const UNIT_SECONDS: Readonly<Record<number, number>> = { 0: 60, 1: 3600, 2: 86400, 10: 3 * 3600, 11: 6 * 3600, 12: 12 * 3600 };
const UNIT_NAMES: Readonly<Record<number, string>> = {
  0: 'm',
  1: 'h',
  2: 'D',
  3: 'M',
  4: 'Y',
  5: '10Y',
  6: '30Y',
  7: 'C',
  10: '3h',
  11: '6h',
  12: '12h',
  13: 's',
  14: '15m',
  15: '30m',
};
const HOUR = 1;

const GRIB1_STEP_TYPES: Readonly<Record<number, string>> = {
  0: 'instant',
  1: 'instant',
  2: 'accum',
  3: 'avg',
  4: 'accum',
  5: 'diff',
  10: 'instant',
  113: 'avgfc',
  118: 'max',
  119: 'min',
  123: 'avgua',
  124: 'avgia',
};
const GRIB2_STEP_TYPES: Readonly<Record<number, string>> = {
  1: 'accum',
  2: 'max',
  3: 'min',
  4: 'diff',
  5: 'rms',
  6: 'sd',
  7: 'cov',
  8: 'sdiff',
  9: 'ratio',
  10: 'stdanom',
  11: 'sum',
  100: 'severity',
  101: 'mode',
};

/** The steps of a field: start and end in `unit`, a code of table 4.4. */
interface Steps {
  readonly start: number;
  readonly end: number;
  readonly unit: number;
}

/** YYYYMMDD of the reference time. */
export function dataDate(message: Message): number {
  const month = rawNumber(message, 'month') as number;
  const day = rawNumber(message, 'day') as number;
  return yearOf(message) * 10000 + month * 100 + day;
}

/** HHMM of the reference time. */
export function dataTime(message: Message): number {
  return (rawNumber(message, 'hour') as number) * 100 + (rawNumber(message, 'minute') as number);
}

function yearOf(message: Message): number {
  if (message.edition === 2) return rawNumber(message, 'year') as number;
  // Years of the century run from 1 to 100: the year 2000 is 100 of century 20.
  return ((rawNumber(message, 'centuryOfReferenceTimeOfData') as number) - 1) * 100 + (rawNumber(message, 'yearOfCentury') as number);
}

/** What happened over the time range: instant, avg, accum, max, min, ... */
export function stepType(message: Message): string {
  if (message.edition === 1) return grib1StepType(message);
  const process = rawNumber(message, 'typeOfStatisticalProcessing');
  if (process === undefined || process === 255) return 'instant';
  if (process === 0) return rawNumber(message, 'typeOfTimeIncrement') === 1 ? 'avgd' : 'avg';
  return GRIB2_STEP_TYPES[process] ?? String(process);
}

function grib1StepType(message: Message): string {
  const indicator = rawNumber(message, 'timeRangeIndicator') as number;
  // Edition 1 has no maximum and minimum; ECMWF codes them as a range and ecCodes calls every such range a maximum.
  if (indicator === 2 && rawNumber(message, 'centre') === 98) return 'max';
  return GRIB1_STEP_TYPES[indicator] ?? String(indicator);
}

function stepsOf(message: Message): Steps | undefined {
  return message.edition === 1 ? grib1Steps(message) : grib2Steps(message);
}

function grib1Steps(message: Message): Steps | undefined {
  const indicator = rawNumber(message, 'timeRangeIndicator') as number;
  const p1 = rawNumber(message, 'P1') as number;
  const p2 = rawNumber(message, 'P2') as number;
  const unit = rawNumber(message, 'unitOfTimeRange') as number;
  if (indicator === 10) return inHours(p1 * 256 + p2, p1 * 256 + p2, unit, unit);
  return indicator >= 2 && indicator <= 5 ? inHours(p1, p2, unit, unit) : inHours(p1, p1, unit, unit);
}

function grib2Steps(message: Message): Steps | undefined {
  const forecastTime = rawNumber(message, 'forecastTime');
  if (forecastTime === undefined) return undefined;
  const unit = rawNumber(message, 'indicatorOfUnitOfTimeRange') as number;
  if (rawNumber(message, 'numberOfTimeRange') === undefined) return inHours(forecastTime, forecastTime, unit, unit);
  // Increment type 1: the reference time moves and the step stays. Otherwise the first range over forecast time gives the length.
  const increments = rawList(message, 'typeOfTimeIncrement');
  const index = increments.length === 1 ? 0 : increments.indexOf(2);
  if (index < 0 || increments[index] === 1) return inHours(forecastTime, forecastTime, unit, unit);
  const lengthUnit = rawList(message, 'indicatorOfUnitForTimeRange')[index] as number;
  const length = rawList(message, 'lengthOfTimeRange')[index] as number;
  const a = UNIT_SECONDS[unit] ?? (unit === 13 ? 1 : undefined);
  const b = UNIT_SECONDS[lengthUnit] ?? (lengthUnit === 13 ? 1 : undefined);
  if (unit === lengthUnit || a === undefined || b === undefined) return inHours(forecastTime, forecastTime + length, unit, unit);
  const endSeconds = forecastTime * a + length * b;
  const finest = a <= b ? unit : lengthUnit;
  return inHours((forecastTime * a) / Math.min(a, b), endSeconds / Math.min(a, b), finest, finest);
}

/** In hours when that is exact, else in the unit as coded. */
function inHours(start: number, end: number, unit: number, fallback: number): Steps {
  const seconds = unit === 13 ? 1 : unit === 14 ? 900 : unit === 15 ? 1800 : UNIT_SECONDS[unit];
  if (seconds === undefined || (start * seconds) % 3600 !== 0 || (end * seconds) % 3600 !== 0) return { start, end, unit: fallback };
  return { start: (start * seconds) / 3600, end: (end * seconds) / 3600, unit: HOUR };
}

export function startStep(message: Message): number | undefined {
  return stepsOf(message)?.start;
}

export function endStep(message: Message): number | undefined {
  return stepsOf(message)?.end;
}

export function stepUnits(message: Message): string | undefined {
  const steps = stepsOf(message);
  return steps === undefined ? undefined : (UNIT_NAMES[steps.unit] ?? String(steps.unit));
}

/** One step with its unit unless that is the hour: 6, 30m. */
export function stepText(message: Message, step: number): string {
  const units = stepUnits(message);
  return units === 'h' || units === undefined ? String(step) : `${step}${units}`;
}

/** '6', '0-24', '30m': units other than hours are written out. */
export function stepRange(message: Message): string | undefined {
  const steps = stepsOf(message);
  if (steps === undefined) return undefined;
  return steps.start === steps.end ? stepText(message, steps.end) : `${stepText(message, steps.start)}-${stepText(message, steps.end)}`;
}

/** Reference time plus end step, or the stated end of the interval; [YYYYMMDD, HHMM]. */
function validity(message: Message): readonly [number, number] | undefined {
  const endYear = rawNumber(message, 'yearOfEndOfOverallTimeInterval');
  if (endYear !== undefined && endYear > 0) {
    const part = (key: string): number => rawNumber(message, `${key}OfEndOfOverallTimeInterval`) as number;
    return [endYear * 10000 + part('month') * 100 + part('day'), part('hour') * 100 + part('minute')];
  }
  const steps = stepsOf(message);
  if (steps === undefined) return undefined;
  const date = dataDate(message);
  const time = dataTime(message);
  const second = message.edition === 2 ? (rawNumber(message, 'second') as number) : 0;
  const stepSeconds = steps.unit === 13 ? steps.end : steps.end * (UNIT_SECONDS[steps.unit] ?? 0);
  const at = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  at.setUTCFullYear(Math.floor(date / 10000), (Math.floor(date / 100) % 100) - 1, date % 100);
  at.setUTCHours(Math.floor(time / 100), time % 100, second + stepSeconds);
  if (steps.unit === 3) at.setUTCMonth(at.getUTCMonth() + steps.end);
  if (steps.unit === 4) at.setUTCFullYear(at.getUTCFullYear() + steps.end);
  return [at.getUTCFullYear() * 10000 + (at.getUTCMonth() + 1) * 100 + at.getUTCDate(), at.getUTCHours() * 100 + at.getUTCMinutes()];
}

export const timeKeys: Readonly<Record<string, (message: Message) => KeyValue | undefined>> = {
  dataDate,
  dataTime,
  year: yearOf,
  stepType,
  stepUnits,
  stepRange,
  startStep,
  endStep,
  validityDate: (message) => validity(message)?.[0],
  validityTime: (message) => validity(message)?.[1],
};
