import { DteError } from '../../base/index.js';
import type { Message } from '../message.js';
import { paramId, paramRules, type ParamRule } from '../parameter-keys.js';
import { raw } from '../raw-keys.js';
import { type GribTables, paramLine } from '../tables.js';
import { type KeyInput, put, refused, type Setter } from './setter.js';

/** Parameter by paramId, short name, or (edition 1) `number.table`. */
export const parameterSetters: Readonly<Record<string, Setter>> = {
  paramId: setParameter,
  shortName: setParameter,
};

/** Conditions of a rule that are written with the parameter; a rule with others must already hold for them. */
const WRITABLE = /^(typeOf|scaleFactorOf|scaledValueOf)(First|Second)FixedSurface$|^localTablesVersion$/;

function setParameter(message: Message, value: KeyInput): undefined {
  const numbers = /^(\d+)\.(\d+)$/.exec(String(value));
  if (message.edition === 1 && numbers !== null) return putGrib1(message, Number(numbers[2]), Number(numbers[1]));
  const wanted = typeof value === 'number' || /^\d{3,}$/.test(value) ? Number(value) : idOfName(message, value);
  if (wanted === paramId(message)) return;
  if (message.edition === 2) setGrib2(message, wanted, value);
  else setGrib1(message, wanted, value);
}

function idOfName(message: Message, name: string): number {
  const ids = paramLine(message.tables, `n${name}`)?.split(',').map(Number) ?? [];
  const known = ids.find((id) => (message.edition === 1 ? grib1Codes(message, id) : firstRule(message.tables, id)) !== undefined);
  if (known === undefined) throw refused(message, 'param', name, 'a paramId or short name that this edition can code');
  return known;
}

function setGrib1(message: Message, wanted: number, value: KeyInput): undefined {
  const found = grib1Codes(message, wanted);
  if (found === undefined) throw refused(message, 'param', value, 'a paramId that edition 1 can code for this centre');
  putGrib1(message, found[0], found[1]);
}

function putGrib1(message: Message, table: number, number: number): undefined {
  put(message, 'table2Version', table, 'param');
  put(message, 'indicatorOfParameter', number, 'param');
}

const grib1Lines = new WeakMap<GribTables, Map<string, readonly [number, number] | undefined>>();

/** Table and number of a parameter: ECMWF's own tables for ECMWF, else the newest of the WMO tables. */
function grib1Codes(message: Message, wanted: number): readonly [number, number] | undefined {
  const { tables } = message;
  let known = grib1Lines.get(tables);
  if (known === undefined) grib1Lines.set(tables, (known = new Map()));
  const isEcmwf = raw(message, 'centre') === 98;
  const name = `${wanted} ${isEcmwf}`;
  if (known.has(name)) return known.get(name);
  const found: { readonly codes: readonly [number, number]; readonly rule: ParamRule }[] = [];
  for (const [, table, number, line] of tables.paramText.matchAll(new RegExp(`^t(\\d+)\\.(\\d+)\\t((?:.*\\|)?${wanted};.*)$`, 'gm'))) {
    const rule = paramRules(line).find((one) => one.paramId === wanted && one.conditions.length === 0);
    if (rule !== undefined && (rule.set === 'w' || isEcmwf)) found.push({ codes: [Number(table), Number(number)], rule });
  }
  const own = found.find(({ rule }) => (rule.set === 'e') === isEcmwf) ?? found[0];
  known.set(name, own?.codes);
  return own?.codes;
}

interface FoundRule {
  readonly triple: readonly number[];
  readonly rule: ParamRule;
}

/** The first rule of a parameter, which is the one that writers use. */
function firstRule(tables: GribTables, wanted: number): FoundRule | undefined {
  const first = paramLine(tables, `p${wanted}`)?.split('\t')[5];
  if (first === undefined || first === '') return undefined;
  const [triple, index] = first.split('#') as [string, string];
  const rule = paramRules(paramLine(tables, `g${triple}`))[Number(index)];
  return rule === undefined ? undefined : { triple: triple.split('.').map(Number), rule };
}

function setGrib2(message: Message, wanted: number, value: KeyInput): undefined {
  const found = firstRule(message.tables, wanted);
  if (found === undefined) throw refused(message, 'param', value, 'a paramId of the tables that edition 2 can code');
  const { triple, rule } = found;
  const held = (key: string, text: string): boolean => raw(message, key) === (text === '' ? null : Number(text));
  const lacking = rule.conditions.find(([key, text]) => !WRITABLE.test(key) && !held(key, text));
  if (lacking !== undefined) {
    throw new DteError('unsupported.template', `parameter ${value} needs ${lacking[0]}, which this message has not`, {
      where: message.where,
      hint: 'a parameter can be set where the product template fits it',
    });
  }
  for (const [key, index] of [
    ['discipline', 0],
    ['parameterCategory', 1],
    ['parameterNumber', 2],
  ] as const)
    put(message, key, triple[index] as number);
  for (const [key, text] of rule.conditions) if (WRITABLE.test(key)) put(message, key, text === '' ? null : Number(text));
}
