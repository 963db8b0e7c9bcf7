import { dayOfDate, parseStep, secondsOfTime } from '../../mars/index.js';
import type { Fdb } from '../fdb.js';
import { combinedKey, type Key, type OnDamage, type Selection } from '../types.js';

/** Fields that differ only in values along dimensions: they make one array. */
export interface Variable {
  /** Keywords of one value, in the order of the schema. */
  readonly fixed: Key;
  /** Keywords along dimensions: values that fields have. */
  readonly varying: ReadonlyMap<string, Set<string>>;
  /** Pairs of date and time that fields have, where both are such keywords: `20240101/0000`. */
  readonly times: Set<string>;
}

/** Words even where they look like numbers. */
const wordKeywords: ReadonlySet<string> = new Set([
  'class',
  'expver',
  'stream',
  'type',
  'levtype',
  'domain',
  'param',
  'dataset',
  'georef',
  'generation',
  'model',
]);

/** How a value is put on a line of numbers; undefined when it is a word, which tells arrays apart instead. */
export function coordinateOf(keyword: string, value: string): number | undefined {
  if (wordKeywords.has(keyword)) return undefined;
  if (keyword === 'date') return dayOfDate(value);
  try {
    if (keyword === 'time') return secondsOfTime(value) / 3600;
    if (keyword === 'step') return parseStep(value).toSeconds;
  } catch {
    return undefined;
  }
  return /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(value) ? Number(value) : undefined;
}

/** All fields that fit a selection, by variable, in the order in which they are listed. Keywords that only repeat a part of the date are left out. */
export async function listVariables(
  fdb: Fdb,
  selections: readonly Selection[],
  onDamage: OnDamage | undefined,
): Promise<readonly Variable[]> {
  const variables = new Map<string, Variable>();
  const isNumber = new Map<string, boolean>();
  const varies = (keyword: string, value: string): boolean => {
    const name = `${keyword}=${value}`;
    let known = isNumber.get(name);
    if (known === undefined) isNumber.set(name, (known = coordinateOf(keyword, value) !== undefined));
    return known;
  };
  for (const selection of selections)
    for await (const entries of fdb.list(selection, onDamage === undefined ? {} : { onDamage }))
      for (const entry of entries) {
        const key = combinedKey(entry);
        const hasDate = key.has('date');
        let signature = '';
        for (const [keyword, value] of key) {
          if (hasDate && (keyword === 'year' || keyword === 'month')) continue;
          signature += varies(keyword, value) ? `${keyword},` : `${keyword}=${value},`;
        }
        let variable = variables.get(signature);
        if (variable === undefined) variables.set(signature, (variable = variableOf(key, hasDate, varies)));
        for (const [keyword, values] of variable.varying) values.add(key.get(keyword) as string);
        if (variable.varying.has('date') && variable.varying.has('time')) variable.times.add(`${key.get('date')}/${key.get('time')}`);
      }
  return [...variables.values()];
}

function variableOf(key: Key, hasDate: boolean, varies: (keyword: string, value: string) => boolean): Variable {
  const own = [...key].filter(([keyword]) => !(hasDate && (keyword === 'year' || keyword === 'month')));
  return {
    fixed: new Map(own.filter(([keyword, value]) => !varies(keyword, value))),
    varying: new Map(own.filter(([keyword, value]) => varies(keyword, value)).map(([keyword]) => [keyword, new Set<string>()])),
    times: new Set(),
  };
}

/** What is retrieved for a variable: all its values of all its keywords. */
export function selectionOf({ fixed, varying }: Variable): Selection {
  return new Map([
    ...[...fixed].map(([keyword, value]) => [keyword, [value]] as const),
    ...[...varying].map(([keyword, values]) => [keyword, [...values]] as const),
  ]);
}
