import { dayOfDate, parseStep, secondsOfTime } from '../../mars/index.js';
import type { Attributes } from './metadata.js';
import { coordinateOf, type Variable } from './variables.js';

/** A dimension over fields that arrays of a hierarchy share, or, with one value, a single number that holds for all of them. */
export interface Dimension {
  readonly name: string;
  readonly keywords: readonly string[];
  /** Values of the keywords in canonical text, in the order of their numbers. */
  readonly values: readonly (readonly string[])[];
  readonly coordinates: Int32Array | Float64Array;
  readonly attributes: Attributes;
}

const calendar = { calendar: 'proleptic_gregorian' } as const;
export const epoch = '1970-01-01T00:00:00';

/**
 * The dimensions of each variable. Variables share a dimension over all values that any of them has, so that a group reads as one data
 * set; levels are shared within a levtype. A keyword of one value is a dimension of length one here.
 */
export function dimensionsOf(variables: readonly Variable[]): ReadonlyMap<Variable, readonly Dimension[]> {
  const values = new Map<string, Set<string>>();
  const scopes = new Map<Variable, readonly string[]>();
  for (const variable of variables) {
    const own: string[] = [];
    for (const [scope, texts] of scopesOf(variable)) {
      own.push(scope);
      const known = values.get(scope) ?? new Set<string>();
      for (const text of texts) known.add(text);
      values.set(scope, known);
    }
    scopes.set(variable, own);
  }
  const levelScopes = [...values.keys()].filter((scope) => scope.startsWith('levelist@'));
  const dimensions = new Map<string, Dimension>();
  const hasStep = variables.some(({ varying }) => varying.has('step'));
  for (const [scope, texts] of values)
    dimensions.set(scope, dimensionOf(scope, texts, { isOneLevtype: levelScopes.length === 1, hasStep }));
  const inOrder = [...scopes].map(
    ([variable, own]) => [variable, own.map((scope) => dimensions.get(scope) as Dimension).sort(byUse)] as const,
  );
  return new Map(inOrder);
}

/** Keywords with the texts of their values: date and time as one, levels of each levtype by themselves. */
function* scopesOf({ varying, times, fixed }: Variable): Generator<readonly [scope: string, texts: Iterable<string>]> {
  const isPair = varying.has('date') && varying.has('time');
  if (isPair) yield ['date/time', times];
  for (const [keyword, texts] of varying) {
    if (isPair && (keyword === 'date' || keyword === 'time')) continue;
    yield [keyword === 'levelist' ? `levelist@${fixed.get('levtype') ?? ''}` : keyword, texts];
  }
}

interface Facts {
  readonly isOneLevtype: boolean;
  readonly hasStep: boolean;
}

function dimensionOf(scope: string, texts: Iterable<string>, { isOneLevtype, hasStep }: Facts): Dimension {
  const [keyword, levtype] = scope.split('@') as [string, string | undefined];
  const keywords = keyword.split('/');
  const values = [...texts].map((text) => text.split('/'));
  const secondsOf = (value: readonly string[]): number => secondsOfValue(keywords, value);
  values.sort((a, b) => secondsOf(a) - secondsOf(b) || (a.join() < b.join() ? -1 : 1));
  const numbers = values.map(secondsOf);
  if (keywords.includes('date')) {
    const [unit, counts] = inUnits(numbers, true);
    const standard = hasStep ? 'forecast_reference_time' : 'time';
    const attributes = {
      standard_name: standard,
      long_name: hasStep ? 'initial time of forecast' : 'time',
      units: `${unit} since ${epoch}`,
      ...calendar,
    };
    return { name: 'time', keywords, values, coordinates: counts, attributes };
  }
  if (keyword === 'step') {
    const [unit, counts] = inUnits(numbers, false);
    const attributes = { standard_name: 'forecast_period', long_name: 'time since forecast_reference_time', units: unit };
    const ranges = values.map(([text]) => text as string);
    return {
      name: 'step',
      keywords,
      values,
      coordinates: counts,
      attributes: ranges.some((text) => text.includes('-')) ? { ...attributes, ranges } : attributes,
    };
  }
  const name =
    keyword === 'levelist' && !isOneLevtype
      ? `levelist_${levtype}`
      : keyword === 'time'
        ? 'time_of_day'
        : namesOfGrid.has(keyword)
          ? `mars_${keyword}`
          : keyword;
  return { name, keywords, values, coordinates: numbersOf(numbers), attributes: attributesOf(keyword, levtype) };
}

/** Names that the points of grids have. */
const namesOfGrid: ReadonlySet<string> = new Set(['latitude', 'longitude', 'values']);

/** Where a value stands: seconds for dates and steps, else its number. */
function secondsOfValue(keywords: readonly string[], value: readonly string[]): number {
  if (keywords[0] === 'date') return (dayOfDate(value[0]) as number) * 86_400 + (value.length > 1 ? secondsOfTime(value[1]) : 0);
  if (keywords[0] === 'step') return parseStep(value[0]).toSeconds;
  return coordinateOf(keywords[0], value[0]) as number;
}

/** The coarsest unit that all are whole numbers of; dates not in seconds, of which 32 bits hold too few. */
export function inUnits(seconds: readonly number[], isDate: boolean): readonly [unit: string, counts: Int32Array | Float64Array] {
  for (const [unit, length] of [
    ['hours', 3600],
    ['minutes', 60],
  ] as const)
    if (seconds.every((one) => one % length === 0)) return [unit, numbersOf(seconds.map((one) => one / length))];
  return ['seconds', isDate ? Float64Array.from(seconds) : numbersOf(seconds)];
}

function numbersOf(values: readonly number[]): Int32Array | Float64Array {
  return values.every((value) => (value | 0) === value) ? Int32Array.from(values) : Float64Array.from(values);
}

function attributesOf(keyword: string, levtype: string | undefined): Attributes {
  if (keyword === 'number') return { standard_name: 'realization', long_name: 'ensemble member', units: '1' };
  if (keyword === 'time') return { long_name: 'time of day', units: 'hours' };
  if (keyword !== 'levelist') return { long_name: keyword };
  if (levtype === 'pl') return { standard_name: 'air_pressure', long_name: 'pressure', units: 'hPa', positive: 'down', axis: 'Z' };
  if (levtype === 'ml') return { long_name: 'model level', units: '1', positive: 'down', axis: 'Z' };
  return { long_name: `level of levtype ${levtype ?? 'unknown'}`, units: '1' };
}

/** Slowest first; other keywords in between, in the order of the schema. */
const order = ['time', 'time_of_day', 'year', 'month', 'hdate', 'number', 'step'];

function byUse(a: Dimension, b: Dimension): number {
  return rankOf(a) - rankOf(b);
}

function rankOf({ name }: Dimension): number {
  if (name.startsWith('levelist')) return order.length + 1;
  const rank = order.indexOf(name);
  return rank < 0 ? order.length : rank;
}
