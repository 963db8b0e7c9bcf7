import type { Grid } from '../atlas/index.js';
import { concatenated, DteError, nearestWord } from '../base/index.js';
import { buildMessage, type EncodedData } from './build-message.js';
import { gridSection2 } from './grid-section.js';
import { putTimeRange, rangeOctets, type StepInput, stepsOf, type TimeRange } from './new-time-range.js';
import { type Message, parseMessage } from './message.js';
import { putIeee32, putSigned, putUnsigned } from './octets.js';
import { type ParamRule, paramRules } from './parameter-keys.js';
import { defaultSubset } from './spectral/spectral-layout.js';
import { codeOf, type GribTables, paramLine } from './tables.js';

/** The headers of a new field. */
export interface NewMessageKeys {
  /** Abbreviation (`ecmf`) or number. Default ecmf. */
  readonly centre?: string | number;
  /** YYYYMMDD of the reference time. */
  readonly date: number;
  /** HHMM of the reference time. Default 0. */
  readonly time?: number;
  /** Time after the reference time. Default 0. */
  readonly step?: StepInput;
  /** For products over a time range. The parameter is the instant one (`u`); what the message then holds is, say, `avg_u`. */
  readonly range?: TimeRange;
  /** Short name of ECMWF's parameter database, or paramId. */
  readonly param: string | number;
  readonly levtype: 'sfc' | 'pl' | 'ml' | 'hl';
  /** hPa for `pl`, number of the model level for `ml`, metres above the ground for `hl`. */
  readonly level?: number;
  readonly class?: string;
  readonly type?: string;
  readonly stream?: string;
  readonly expver?: string;
  /** Member of an ensemble. */
  readonly number?: number;
  readonly ensembleSize?: number;
}

/** The MTG2 migration begins with the tables after this; before it the coding that all present readers know. */
const TABLES_VERSION = 32;
const LOCAL_TABLES_VERSION = 1;
const GENERATION = 1;
const FORECAST = 2;
const ENSEMBLE_FORECAST = 4;
const TYPES_OF_DATA: Readonly<Record<string, number>> = { an: 0, fc: 1, cf: 3, pf: 4 };

/**
 * A GRIB2 field from scratch, holding one constant value 0 (on a spectral grid, coefficients 0): the template for `buildMessage`. Errors: `input.option` for a key with
 * an unknown value, `unsupported.template` for a parameter that is not an instant one, `unsupported.grid`.
 */
export function newMessage(keys: NewMessageKeys, grid: Grid, tables: GribTables): Message {
  const rule = ruleOf(keys.param, tables);
  const sections = [new Uint8Array(16), identification(keys, tables), localUse(keys, tables), gridSection2(grid), product(keys, rule)];
  const bare = assemble(sections, Number(rule.triple[0]));
  const [message] = parseMessage(bare, tables);
  const data = grid.type === 'sh' ? zeroCoefficients(grid) : zeros(grid);
  return parseMessage(buildMessage(message as Message, { data }), tables)[0] as Message;
}

const NO_INTEGERS = { bits: 0, referenceValue: 0, binaryScale: 0, decimalScale: 0, payload: new Uint8Array(0) } as const;

function zeros(grid: Grid): EncodedData {
  return { ...NO_INTEGERS, packing: 'simple', count: grid.points };
}

/** Complex packing, in which a subset of floats comes first. */
function zeroCoefficients(grid: Grid): EncodedData {
  const sub = Math.min(defaultSubset, grid.truncation as number) + 1;
  const floats = new Float64Array(sub * (sub + 1));
  const spectral = { packing: 'spectral_complex', sub, storedPower: 0, floatOctets: 4, floats } as const;
  return { ...NO_INTEGERS, packing: 'spectral_complex', count: grid.points - floats.length, spectral };
}

interface FoundRule {
  readonly triple: readonly string[];
  readonly conditions: ReadonlyMap<string, string>;
  readonly isLocal: boolean;
}

/** The first rule of the parameter, which is the one that writers use. */
function ruleOf(param: string | number, tables: GribTables): FoundRule {
  for (const paramId of idsOf(param, tables)) {
    const first = paramLine(tables, `p${paramId}`)?.split('\t')[5];
    if (first === undefined || first === '') continue;
    const triple = (first.split('#')[0] as string).split('.');
    const rules = paramRules(paramLine(tables, `g${triple.join('.')}`)).filter((rule) => rule.paramId === paramId);
    const rule = rules.find((one) => (one.generations & GENERATION) !== 0) ?? (rules[0] as ParamRule);
    const conditions = new Map(rule.conditions);
    const unknown = [...conditions.keys()].find((key) => !/(First|Second)FixedSurface$|^localTablesVersion$/.test(key));
    if (unknown !== undefined) {
      throw new DteError('unsupported.template', `parameter '${param}' needs ${unknown}, which new messages do not have`, {
        hint: 'instant parameters on a level can be made',
      });
    }
    return { triple, conditions, isLocal: rule.set === 'e' };
  }
  const candidates = [...tables.paramText.matchAll(/^n(\S+)\t/gm)].map((match) => match[1] as string);
  const near = typeof param === 'string' ? nearestWord(param, candidates) : undefined;
  throw new DteError('input.option', `parameter '${param}' has no GRIB2 coding in the tables`, {
    hint: near === undefined ? 'give a short name (2t, msl, z) or a paramId' : `did you mean '${near}'?`,
  });
}

function idsOf(param: string | number, tables: GribTables): readonly number[] {
  if (typeof param === 'number' || /^\d{3,}$/.test(param)) return [Number(param)];
  return (paramLine(tables, `n${param}`)?.split(',') ?? []).map(Number);
}

function identification(keys: NewMessageKeys, tables: GribTables): Uint8Array {
  const { time = 0, date } = keys;
  if (!isDate(date) || !Number.isInteger(time) || time < 0 || time > 2359 || time % 100 > 59) {
    throw new DteError('input.option', `date ${date} and time ${time} are not a time`, { hint: 'YYYYMMDD and HHMM' });
  }
  const bytes = new Uint8Array(21);
  putUnsigned(bytes, 0, 4, bytes.length);
  bytes[4] = 1;
  putUnsigned(bytes, 5, 2, coded(tables, 'centre', keys.centre ?? 'ecmf'));
  bytes[9] = TABLES_VERSION;
  bytes[10] = LOCAL_TABLES_VERSION;
  bytes[11] = 1;
  putUnsigned(bytes, 12, 2, Math.floor(date / 10000));
  bytes.set([Math.floor(date / 100) % 100, date % 100, Math.floor(time / 100), time % 100, 0, 0], 14);
  bytes[20] = TYPES_OF_DATA[keys.type ?? 'fc'] ?? 255;
  return bytes;
}

function isDate(date: number): boolean {
  if (!Number.isInteger(date) || date < 10000101 || date > 99991231) return false;
  const day = new Date(Date.UTC(Math.floor(date / 10000), (Math.floor(date / 100) % 100) - 1, date % 100));
  return (day.getUTCFullYear() * 100 + day.getUTCMonth() + 1) * 100 + day.getUTCDate() === date;
}

/** ECMWF's local section number 1. */
function localUse(keys: NewMessageKeys, tables: GribTables): Uint8Array {
  const bytes = new Uint8Array(17);
  putUnsigned(bytes, 0, 4, bytes.length);
  bytes[4] = 2;
  putUnsigned(bytes, 5, 2, 1);
  putUnsigned(bytes, 7, 2, coded(tables, 'marsClass', keys.class ?? 'rd'));
  putUnsigned(bytes, 9, 2, coded(tables, 'marsType', keys.type ?? 'fc'));
  putUnsigned(bytes, 11, 2, coded(tables, 'marsStream', keys.stream ?? (keys.number === undefined ? 'oper' : 'enfo')));
  const expver = (keys.expver ?? '0001').padStart(4, '0');
  if (!/^[\x21-\x7e]{4}$/.test(expver)) throw new DteError('input.option', `expver '${keys.expver}' is not four characters`);
  for (let i = 0; i < 4; i++) bytes[13 + i] = expver.charCodeAt(i);
  return bytes;
}

function product(keys: NewMessageKeys, rule: FoundRule): Uint8Array {
  const isMember = keys.number !== undefined;
  const times = stepsOf(keys);
  const instant = isMember ? 37 : 34;
  const bytes = new Uint8Array(keys.range === undefined ? instant : instant + rangeOctets);
  putUnsigned(bytes, 0, 4, bytes.length);
  bytes[4] = 4;
  putUnsigned(bytes, 7, 2, (isMember ? 1 : 0) + (keys.range === undefined ? 0 : isMember ? 10 : 8));
  bytes[9] = Number(rule.triple[1]);
  bytes[10] = Number(rule.triple[2]);
  bytes.set([keys.type === 'an' ? 0 : isMember ? ENSEMBLE_FORECAST : FORECAST, 255, 0, 0xff, 0xff, 0xff, times.unit], 11);
  putSigned(bytes, 18, 4, times.start);
  bytes.fill(0xff, 22, 34);
  putSurface(bytes, 22, firstSurface(keys));
  for (const [key, text] of rule.conditions) putCondition(bytes, key, text);
  if (isMember) bytes.set([255, octet(keys.number as number, 'number'), octet(keys.ensembleSize ?? 0, 'ensembleSize')], 34);
  if (keys.range !== undefined) putTimeRange(bytes, instant, keys, times);
  return bytes;
}

interface Surface {
  readonly type: number;
  readonly value: number | undefined;
}

function firstSurface({ levtype, level }: NewMessageKeys): Surface {
  if (levtype === 'sfc') return { type: 1, value: undefined };
  if (level === undefined || !(level > 0))
    throw new DteError('input.option', `levtype ${levtype} needs a level`, {
      hint: { pl: 'a pressure in hPa', ml: 'the number of a model level', hl: 'whole metres above the ground' }[levtype],
    });
  if (levtype === 'hl') return { type: 103, value: level };
  return levtype === 'pl' ? { type: 100, value: Math.round(level * 100) } : { type: 105, value: level };
}

function putSurface(bytes: Uint8Array, start: number, { type, value }: Surface): void {
  bytes[start] = type;
  if (value === undefined) return;
  bytes[start + 1] = 0;
  putUnsigned(bytes, start + 2, 4, value);
}

/** Positions of the surface keys in the templates 4.0 and 4.1. */
const CONDITION_PLACES: Readonly<Record<string, readonly [number, number]>> = {
  typeOfFirstFixedSurface: [22, 1],
  scaleFactorOfFirstFixedSurface: [23, 1],
  scaledValueOfFirstFixedSurface: [24, 4],
  typeOfSecondFixedSurface: [28, 1],
  scaleFactorOfSecondFixedSurface: [29, 1],
  scaledValueOfSecondFixedSurface: [30, 4],
};

function putCondition(bytes: Uint8Array, key: string, text: string): void {
  const place = CONDITION_PLACES[key];
  if (place === undefined) return;
  const [start, octets] = place;
  if (text === '') bytes.fill(0xff, start, start + octets);
  else if (key.startsWith('scaleFactor')) putSigned(bytes, start, octets, Number(text));
  else putUnsigned(bytes, start, octets, Number(text));
}

function coded(tables: GribTables, table: string, word: string | number): number {
  if (typeof word === 'number') return word;
  const code = codeOf(tables, table, word);
  if (code !== undefined) return code;
  const near = nearestWord(
    word,
    Object.values(tables.codes[table] ?? {}).map(([name]) => name),
  );
  throw new DteError('input.option', `'${word}' is not a value of ${table}`, near === undefined ? {} : { hint: `did you mean '${near}'?` });
}

function octet(value: number, name: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= 254) return value;
  throw new DteError('input.option', `${name} ${value} is not possible`, { hint: 'an integer from 0 to 254' });
}

/** A message with its headers and the shortest data sections, only to be taken apart again. */
function assemble(sections: readonly Uint8Array[], discipline: number): Uint8Array {
  const data = new Uint8Array(21);
  putUnsigned(data, 0, 4, 21);
  data[4] = 5;
  putIeee32(data, 11, 0);
  const bytes = concatenated([
    ...sections,
    data,
    Uint8Array.from([0, 0, 0, 6, 6, 255]),
    Uint8Array.from([0, 0, 0, 5, 7]),
    Uint8Array.from([0x37, 0x37, 0x37, 0x37]),
  ]);
  bytes.set([0x47, 0x52, 0x49, 0x42, 0xff, 0xff, discipline, 2]);
  putUnsigned(bytes, 8, 8, bytes.length);
  return bytes;
}
