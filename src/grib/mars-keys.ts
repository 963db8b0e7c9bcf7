import { conceptValue } from './concept.js';
import type { KeyValue } from './layout.js';
import type { Message } from './message.js';
import { levelist, levtype } from './level-keys.js';
import { paramId } from './parameter-keys.js';
import { raw, rawNumber } from './raw-keys.js';
import { abbreviation } from './tables.js';
import { dataDate, dataTime, endStep, stepText, stepUnits } from './time-keys.js';

/** Looks a key up among all keys of the message. */
export type KeyLookup = (key: string) => KeyValue | undefined;

const DESTINE_KEYS: readonly (readonly [string, string, string | undefined])[] = [
  ['dataset', 'destineDataset', 'destineDataset'],
  ['activity', 'destineActivity', 'destineActivity'],
  ['experiment', 'destineExperiment', 'destineExperiment'],
  ['generation', 'destineGeneration', undefined],
  ['model', 'destineModel', 'destineModel'],
  ['realization', 'destineRealization', undefined],
  ['resolution', 'destineResolution', 'destineResolution'],
  ['georef', 'georef', undefined],
];

/** HHMM with four digits. */
export function marsTime(time: number): string {
  return String(time).padStart(4, '0');
}

export function marsWord(message: Message, keyword: 'class' | 'type' | 'stream'): string | undefined {
  const table = { class: 'marsClass', type: 'marsType', stream: 'marsStream' }[keyword];
  const code = rawNumber(message, table);
  return code === undefined ? undefined : abbreviation(message.tables, table, code);
}

/** MARS parameter: '130.128' in edition 1, the paramId in edition 2. */
function marsParam(message: Message): string | number {
  if (message.edition === 2) return paramId(message);
  return `${rawNumber(message, 'indicatorOfParameter')}.${rawNumber(message, 'table2Version')}`;
}

/**
 * The MARS keys of a field, in the order of ecCodes' labelling with class first. Fields without an ECMWF local section have no
 * class, type, stream and expver.
 */
export function marsKeys(message: Message, lookup: KeyLookup): ReadonlyMap<string, KeyValue> {
  const keys = new Map<string, KeyValue>();
  const set = (key: string, value: KeyValue | undefined): void => {
    if (value !== undefined && value !== null) keys.set(key, value);
  };
  const stream = marsWord(message, 'stream');
  const type = marsWord(message, 'type');
  set('class', marsWord(message, 'class'));
  set('type', type);
  set('stream', stream);
  set('expver', raw(message, 'experimentVersionNumber'));
  for (const [key, source, table] of DESTINE_KEYS) {
    const value = raw(message, source);
    set(key, table !== undefined && typeof value === 'number' ? abbreviation(message.tables, table, value) : value);
  }
  if (stream !== undefined && !keys.has('dataset')) keys.set('domain', 'g');
  set('levtype', levtype(message));
  set('levelist', levelist(message));
  set('date', dataDate(message));
  set('time', marsTime(dataTime(message)));
  const step = endStep(message);
  set('step', step === undefined ? undefined : stepUnits(message) === 'h' ? step : stepText(message, step));
  set('param', marsParam(message));
  set('channel', raw(message, 'channelNumber'));
  const status = rawNumber(message, 'productionStatusOfProcessedData');
  if (status === 4 || status === 5) set('number', raw(message, 'perturbationNumber'));
  if (raw(message, 'localDefinitionNumber') === 39 || raw(message, 'grib2LocalSectionNumber') === 39)
    set('number', raw(message, 'componentIndex'));
  applyEdits(message, message.tables.marsEdits.get(`${stream}.${type}`), keys, lookup);
  return keys;
}

/** Edits of the stream and type: 'key=source', '-key', each with 'if class=X' or 'if class!=X'. */
function applyEdits(message: Message, edits: string | undefined, keys: Map<string, KeyValue>, lookup: KeyLookup): void {
  if (edits === undefined) return;
  const marsClass = marsWord(message, 'class');
  for (const edit of edits.split(', ')) {
    const [action, condition] = edit.split(' if ') as [string, string | undefined];
    if (condition !== undefined && !classHolds(condition, marsClass)) continue;
    if (action.startsWith('-')) {
      keys.delete(action.slice(1));
      continue;
    }
    const [key, source] = action.split('=') as [string, string];
    const value = source === 'waveDomain' ? waveDomain(message) : lookup(source);
    if (value !== undefined && value !== null) keys.set(key, marsValue(message, key, value));
  }
}

/** Times have four digits; steps that are not hours carry their unit. */
function marsValue(message: Message, key: string, value: KeyValue): KeyValue {
  if (typeof value !== 'number') return value;
  if (key === 'time') return marsTime(value);
  return key === 'step' && stepUnits(message) !== 'h' ? stepText(message, value) : value;
}

function classHolds(condition: string, marsClass: string | undefined): boolean {
  const [negated, word] = condition.startsWith('class!=') ? [true, condition.slice(7)] : [false, condition.slice(6)];
  return (marsClass === word) !== negated;
}

function waveDomain(message: Message): string {
  const found = conceptValue(message.tables.waveDomain, (key) => {
    const value = raw(message, key);
    return typeof value === 'number' ? value : undefined;
  });
  return found ?? 'unknown';
}

/** First day of the month that the end of the step falls into; streams of monthly means are dated with it. */
export function monthlyVerificationDate(message: Message): number | undefined {
  const verification = verificationDate(message);
  return verification === undefined ? undefined : Math.floor(verification / 100) * 100;
}

export function verificationDate(message: Message): number | undefined {
  const step = endStep(message);
  if (step === undefined || stepUnits(message) !== 'h') return undefined;
  const date = dataDate(message);
  const at = new Date(
    Date.UTC(Math.floor(date / 10000), (Math.floor(date / 100) % 100) - 1, date % 100, Math.floor(dataTime(message) / 100) + step),
  );
  return at.getUTCFullYear() * 10000 + (at.getUTCMonth() + 1) * 100 + at.getUTCDate();
}
