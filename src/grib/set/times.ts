import type { Message } from '../message.js';
import { rawList, rawNumber } from '../raw-keys.js';
import { dataDate, dataTime, endStep, startStep, stepUnits } from '../time-keys.js';
import { integer, type KeyInput, placeOf, put, refused, type Setter } from './setter.js';

/** Seconds of the codes of GRIB1 table 4 and GRIB2 table 4.4. */
const UNIT_SECONDS: ReadonlyMap<number, number> = new Map([
  [0, 60],
  [1, 3600],
  [2, 86400],
  [10, 10800],
  [11, 21600],
  [12, 43200],
  [13, 1],
]);
const SUFFIXES: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, D: 86400, d: 86400, '': 3600 };
/** Units that edition 1 tries one after another until the step fits an octet. */
const GRIB1_UNITS = [1, 10, 11, 12, 2];
const HOUR = 1;
const RANGES: ReadonlySet<number> = new Set([2, 3, 4, 5]);

/** Date, time and step of the field. Numbers are those of ecCodes: YYYYMMDD, HHMM and hours; texts may carry a unit (30m). */
export const timeSetters: Readonly<Record<string, Setter>> = {
  dataDate: setDate,
  dataTime: setTime,
  endStep: (message, value) => setEnd(message, seconds(message, 'step', value), value),
  startStep(message, value) {
    const start = seconds(message, 'startStep', value);
    const isRange = message.edition === 1 ? RANGES.has(rawNumber(message, 'timeRangeIndicator') as number) : isInterval(message);
    setSteps(message, start, isRange ? stepSeconds(message, endStep(message) as number) : start, value);
  },
  stepRange(message, value) {
    const [start, end] = String(value).split('-') as [string, string | undefined];
    const from = seconds(message, 'stepRange', start);
    setSteps(message, from, end === undefined ? from : seconds(message, 'stepRange', end), value);
  },
};

function setDate(message: Message, value: KeyInput): undefined {
  const date = integer(message, 'dataDate', value);
  const year = Math.floor(date / 10000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  const at = new Date(Date.UTC(2000, month - 1, day));
  at.setUTCFullYear(year, month - 1, day);
  if (year < 1 || at.getUTCFullYear() !== year || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) {
    throw refused(message, 'dataDate', value, 'a date as YYYYMMDD');
  }
  if (message.edition === 2) put(message, 'year', year, 'dataDate');
  else {
    // Years of the century run from 1 to 100: the year 2000 is 100 of century 20.
    put(message, 'yearOfCentury', ((year - 1) % 100) + 1, 'dataDate');
    put(message, 'centuryOfReferenceTimeOfData', Math.floor((year - 1) / 100) + 1, 'dataDate');
  }
  put(message, 'month', month, 'dataDate');
  put(message, 'day', day, 'dataDate');
}

function setTime(message: Message, value: KeyInput): undefined {
  const time = integer(message, 'dataTime', value);
  if (time < 0 || time > 2359 || time % 100 > 59) throw refused(message, 'dataTime', value, 'a time as HHMM');
  put(message, 'hour', Math.floor(time / 100), 'dataTime');
  put(message, 'minute', time % 100, 'dataTime');
  if (message.edition === 2) put(message, 'second', 0, 'dataTime');
}

function seconds(message: Message, key: string, value: KeyInput): number {
  const [, digits, suffix] = /^\s*(\d+)([smhDd]?)\s*$/.exec(String(value)) ?? [];
  if (digits === undefined) throw refused(message, key, value, 'hours, or a number with its unit (30m)');
  return Number(digits) * (SUFFIXES[suffix as string] as number);
}

/** A step that the message states, in seconds. */
function stepSeconds(message: Message, step: number): number {
  const names: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, D: 86400, '3h': 10800, '6h': 21600, '12h': 43200 };
  const unit = names[stepUnits(message) ?? 'h'];
  if (unit === undefined)
    throw refused(message, 'step', step, `steps of this message are in ${stepUnits(message)}, which have no fixed length`);
  return step * unit;
}

/** True where the product is over a time range. */
function isInterval(message: Message): boolean {
  return rawNumber(message, 'numberOfTimeRange') !== undefined;
}

function setEnd(message: Message, end: number, value: KeyInput): undefined {
  const isRange = message.edition === 1 ? RANGES.has(rawNumber(message, 'timeRangeIndicator') as number) : isInterval(message);
  if (!isRange) return setSteps(message, end, end, value);
  setSteps(message, Math.min(stepSeconds(message, startStep(message) as number), message.edition === 1 ? end : Infinity), end, value);
}

function setSteps(message: Message, start: number, end: number, value: KeyInput): undefined {
  if (end < start) throw refused(message, 'step', value, 'a range that ends no earlier than it starts');
  if (message.edition === 1) setSteps1(message, start, end, value);
  else setSteps2(message, start, end, value);
}

function setSteps1(message: Message, start: number, end: number, value: KeyInput): undefined {
  const indicator = rawNumber(message, 'timeRangeIndicator') as number;
  if (!RANGES.has(indicator)) {
    const unit = GRIB1_UNITS.find((code) => start % unitOf(code) === 0 && start / unitOf(code) <= 255) ?? (start % 3600 === 0 ? HOUR : 0);
    const steps = start / unitOf(unit);
    if (!Number.isInteger(steps) || steps > 65535 || (indicator !== 10 && indicator > 1)) {
      throw refused(message, 'step', value, 'steps up to 65535 hours (or minutes)');
    }
    if (indicator === 10 || steps > 255) {
      const hours = indicator === 10 && start % 3600 === 0 ? start / 3600 : steps;
      if (hours > 65535) throw refused(message, 'step', value, 'steps up to 65535 hours (or minutes)');
      put(message, 'timeRangeIndicator', 10);
      put(message, 'unitOfTimeRange', start % 3600 === 0 ? HOUR : 0);
      put(message, 'P1', hours >> 8);
      put(message, 'P2', hours & 255);
      return;
    }
    put(message, 'unitOfTimeRange', unit);
    put(message, 'P1', steps);
    return;
  }
  const unit = [...GRIB1_UNITS, 0].find((code) => start % unitOf(code) === 0 && end % unitOf(code) === 0 && end / unitOf(code) <= 255);
  if (unit === undefined) throw refused(message, 'step', value, 'a range that fits 255 steps of 1, 3, 6, 12 or 24 hours, or minutes');
  put(message, 'unitOfTimeRange', unit);
  put(message, 'P1', start / unitOf(unit));
  put(message, 'P2', end / unitOf(unit));
}

function unitOf(code: number): number {
  return UNIT_SECONDS.get(code) as number;
}

/** The coded unit where the steps are whole in it, else hours, minutes or seconds. */
function setSteps2(message: Message, start: number, end: number, value: KeyInput): undefined {
  const coded = rawNumber(message, 'indicatorOfUnitOfTimeRange');
  if (coded === undefined) throw refused(message, 'step', value, 'this product has no forecast time');
  const unit = [coded, HOUR, 0, 13].find((code) => start % (UNIT_SECONDS.get(code) ?? Number.NaN) === 0) as number;
  put(message, 'indicatorOfUnitOfTimeRange', unit);
  put(message, 'forecastTime', start / unitOf(unit), 'step');
  if (isInterval(message)) setInterval2(message, end - start, end, value);
}

/** Length of the time range, and the date at which it ends. */
function setInterval2(message: Message, length: number, end: number, value: KeyInput): undefined {
  if (rawNumber(message, 'numberOfTimeRange') !== 1 || rawList(message, 'typeOfTimeIncrement')[0] === 1) {
    throw refused(message, 'step', value, 'products with one time range over the forecast time');
  }
  const coded = rawNumber(message, 'indicatorOfUnitForTimeRange') as number;
  const unit = [coded, HOUR, 0, 13].find((code) => length % (UNIT_SECONDS.get(code) ?? Number.NaN) === 0) as number;
  put(message, 'indicatorOfUnitForTimeRange', unit);
  put(message, 'lengthOfTimeRange', length / unitOf(unit), 'step');
  if (placeOf(message, 'yearOfEndOfOverallTimeInterval') === undefined) return;
  const date = dataDate(message);
  const time = dataTime(message);
  const at = new Date(0);
  at.setUTCFullYear(Math.floor(date / 10000), (Math.floor(date / 100) % 100) - 1, date % 100);
  at.setUTCHours(Math.floor(time / 100), time % 100, (rawNumber(message, 'second') ?? 0) + end);
  const parts: readonly (readonly [string, number])[] = [
    ['year', at.getUTCFullYear()],
    ['month', at.getUTCMonth() + 1],
    ['day', at.getUTCDate()],
    ['hour', at.getUTCHours()],
    ['minute', at.getUTCMinutes()],
    ['second', at.getUTCSeconds()],
  ];
  for (const [part, number] of parts) put(message, `${part}OfEndOfOverallTimeInterval`, number, 'step');
}
