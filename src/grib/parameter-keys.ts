import type { KeyValue } from './layout.js';
import type { Message } from './message.js';
import { raw, rawList, rawNumber } from './raw-keys.js';
import { abbreviation, paramLine } from './tables.js';

/** One way to code a parameter: beside discipline, category and number (or table and parameter) these header keys must hold. */
export interface ParamRule {
  readonly paramId: number;
  /** w: WMO, e: ECMWF, d: Destination Earth. */
  readonly set: string;
  /** Bit mask of coding generations: 1 before the MTG2 migration, 2 after, 4 with separate chemical species, 8 legacy. */
  readonly generations: number;
  readonly rank: number;
  /** Key and value as text; an empty value is missing, '[a,b]' a list. */
  readonly conditions: readonly (readonly [string, string])[];
}

const LEGACY = 8;
/** Product templates behind the derived conditions of the rules. */
const TEMPLATES_OF: Readonly<Record<string, readonly number[]>> = {
  is_chemical: [40, 41, 42, 43],
  is_chemical_distfn: [57, 58, 67, 68],
  is_chemical_srcsink: [76, 77, 78, 79],
  is_aerosol: [44, 45, 46, 47, 50, 85],
  is_aerosol_optical: [48, 49],
};
/** Classes that keep the chemical species apart from the parameter. */
const SPLIT_CLASSES: ReadonlySet<string> = new Set(['a5', 'cr', 'mc', 'gg']);

/** Numeric parameter identifier of ECMWF's parameter database; 0 when the parameter is not in the tables. */
export function paramId(message: Message): number {
  const known = message.known.values.get('paramId');
  if (typeof known === 'number') return known;
  const id = message.edition === 1 ? grib1ParamId(message) : grib2ParamId(message);
  message.known.values.set('paramId', id);
  return id;
}

/** The rules of a line 'gD.C.N' or 'tT.P' of params.tsv. */
export function paramRules(line: string | undefined): readonly ParamRule[] {
  if (line === undefined) return [];
  const known = parsedRules.get(line);
  if (known !== undefined) return known;
  const rules = line.split('|').map((text) => {
    const [id, set, generations, rank, conditions] = text.split(';') as [string, string, string, string, string];
    const pairs = conditions === '' ? [] : conditions.split('&').map((pair) => pair.split('=') as [string, string]);
    return { paramId: Number(id), set, generations: Number(generations), rank: Number(rank), conditions: pairs };
  });
  parsedRules.set(line, rules);
  return rules;
}

/** Lines that were met. Bounded by the table, and in practice by the parameters of a file. */
const parsedRules = new Map<string, readonly ParamRule[]>();

function grib1ParamId(message: Message): number {
  return bestRule(message, grib1Rules(message))?.paramId ?? 0;
}

function grib1Rules(message: Message): readonly ParamRule[] {
  return paramRules(paramLine(message.tables, `t${rawNumber(message, 'table2Version')}.${rawNumber(message, 'indicatorOfParameter')}`));
}

function grib2ParamId(message: Message): number {
  const { rules, generation } = grib2Rules(message);
  const current = bestRule(
    message,
    rules.filter((rule) => (rule.generations & generation) !== 0),
  );
  return (
    (
      current ??
      bestRule(
        message,
        rules.filter((rule) => (rule.generations & LEGACY) !== 0),
      )
    )?.paramId ?? 0
  );
}

function grib2Rules(message: Message): { readonly rules: readonly ParamRule[]; readonly generation: number } {
  const triple = ['discipline', 'parameterCategory', 'parameterNumber'].map((key) => rawNumber(message, key)).join('.');
  const isDestine = (rawNumber(message, 'productionStatusOfProcessedData') as number) >> 1 === 6;
  const rules = paramRules(paramLine(message.tables, `g${triple}`)).filter((rule) => rule.set !== 'd' || isDestine);
  return { rules, generation: generationOf(message, isDestine) };
}

/** CF names belong to rules, not to parameters: 2t is also an air_temperature. The best rule among those that have one. */
function cfName(message: Message): string {
  const own = paramColumn(message, 3);
  if (own !== 'unknown') return own;
  const nameOf = (rule: ParamRule): string | undefined => paramLine(message.tables, `p${rule.paramId}`)?.split('\t')[3];
  const rules = message.edition === 1 ? grib1Rules(message) : grib2Rules(message).rules;
  const best = bestRule(
    message,
    rules.filter((rule) => (nameOf(rule) ?? '') !== ''),
  );
  return (best === undefined ? undefined : nameOf(best)) ?? 'unknown';
}

/** Which generation of ECMWF's coding the message follows; other centres follow the present one. */
function generationOf(message: Message, isDestine: boolean): number {
  const isEcmwf = rawNumber(message, 'centre') === 98;
  if (!isEcmwf && !isDestine) return 2;
  const version = rawNumber(message, 'tablesVersion') as number;
  if (version <= 33 || isEarlyException(message, version)) return 1;
  const marsClass = rawNumber(message, 'marsClass');
  return marsClass !== undefined && SPLIT_CLASSES.has(abbreviation(message.tables, 'marsClass', marsClass)) ? 4 : 2;
}

/** Class ai and the first IFS cycles with newer tables keep the earlier coding. */
function isEarlyException(message: Message, version: number): boolean {
  if (rawNumber(message, 'marsClass') === 51) return true;
  const process = rawNumber(message, 'generatingProcessIdentifier');
  const isIfs50 = process === 161 || process === 109 || process === 209;
  return rawNumber(message, 'backgroundProcess') === 255 && isIfs50 && version <= 36;
}

/** The matching rule with the most conditions; among equals WMO before local, then the higher rank. */
function bestRule(message: Message, rules: readonly ParamRule[]): ParamRule | undefined {
  let best: ParamRule | undefined;
  for (const rule of rules) {
    if (!rule.conditions.every(([key, text]) => holds(message, key, text))) continue;
    if (best === undefined || isBetter(rule, best)) best = rule;
  }
  return best;
}

function isBetter(rule: ParamRule, than: ParamRule): boolean {
  if (rule.conditions.length !== than.conditions.length) return rule.conditions.length > than.conditions.length;
  if ((rule.set === 'w') !== (than.set === 'w')) return rule.set === 'w';
  return rule.rank > than.rank;
}

function holds(message: Message, key: string, text: string): boolean {
  const templates = TEMPLATES_OF[key];
  if (templates !== undefined)
    return templates.includes(rawNumber(message, 'productDefinitionTemplateNumber') as number) === (text === '1');
  if (text.startsWith('[')) return `[${rawList(message, key).join(',')}]` === text;
  const value = raw(message, key);
  if (text === '') return value === null;
  return value === Number(text);
}

/** Column of the line of a parameter: 0 shortName, 1 units, 2 name, 3 cfName. */
function paramColumn(message: Message, column: number): string {
  const text = paramLine(message.tables, `p${paramId(message)}`)?.split('\t')[column];
  return text === undefined || text === '' ? 'unknown' : text;
}

export const parameterKeys: Readonly<Record<string, (message: Message) => KeyValue | undefined>> = {
  paramId,
  shortName: (message) => paramColumn(message, 0),
  units: (message) => paramColumn(message, 1),
  name: (message) => paramColumn(message, 2),
  cfName,
};
