import { DteError, nearestWord } from '../base/index.js';
import { statisticNames } from './statistics/row-statistics.js';

interface NumberOption {
  readonly kind: 'number' | 'integer';
  readonly default: number;
  /** Smallest value accepted; `above` instead excludes the bound itself. */
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly unit?: string;
  readonly meaning: string;
}

interface ChoiceOption {
  readonly kind: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
  readonly meaning: string;
}

interface FlagOption {
  readonly kind: 'flag';
  readonly default: boolean;
  readonly meaning: string;
}

export type MethodOption = NumberOption | ChoiceOption | FlagOption;

/**
 * Options of the interpolation methods, by MIR's names. Distances are straight lines (chords) between points of a sphere of
 * 6 371 229 m, as in MIR.
 */
export const methodOptions = {
  outside: {
    kind: 'choice',
    default: 'missing-value',
    choices: ['missing-value', 'failure', 'nearest'],
    meaning: 'what becomes of a target point that the source grid does not hold: no value, an error, or the nearest source point',
  },
  nclosest: { kind: 'integer', default: 4, least: 1, most: 1000, meaning: 'number of source points' },
  'nearest-method': {
    kind: 'choice',
    default: 'nclosest',
    choices: [
      'nclosest',
      'distance',
      'distance-and-nclosest',
      'distance-or-nclosest',
      'nclosest-or-nearest',
      'longest-element-diagonal-and-nclosest',
      'nearest-neighbour-with-lowest-index',
      'sample',
      'sorted-sample',
    ],
    meaning: 'how source points are picked',
  },
  distance: { kind: 'number', default: 1, above: 0, unit: 'm', meaning: 'radius of the picks and weightings that have one' },
  'distance-tolerance': { kind: 'number', default: 1, least: 0, unit: 'm', meaning: 'distances that differ by less are equal' },
  'distance-weighting': {
    kind: 'choice',
    default: 'inverse-distance-weighting-squared',
    choices: [
      'inverse-distance-weighting',
      'inverse-distance-weighting-squared',
      'reciprocal',
      'shepard',
      'gaussian',
      'cressman',
      'climate-filter',
      'pseudo-laplace',
      'nearest-neighbour',
      'no',
    ],
    meaning: 'weight of a source point by its distance',
  },
  'distance-weighting-shepard-power': { kind: 'number', default: 2, least: 0, meaning: 'power p of 1 / d^p' },
  'distance-weighting-gaussian-stddev': { kind: 'number', default: 1, above: 0, unit: 'm', meaning: 'standard deviation' },
  'cressman-model-extension-power': { kind: 'number', default: 1, least: 1, meaning: 'power p of ((r^2 - d^2) / (r^2 + d^2))^p' },
  'cressman-as-upstream': {
    kind: 'flag',
    default: false,
    meaning: 'keep the sign error of MIR: with an odd power no point has a value',
  },
  'climate-filter-delta': { kind: 'number', default: 1000, above: 0, unit: 'm', meaning: 'half width of the edge around distance / 2' },
  'healpix-half-box': {
    kind: 'flag',
    default: false,
    meaning: 'as upstream: boxes of shifted HEALPix rows lie half a box too far east',
  },
  normalise: {
    kind: 'flag',
    default: true,
    meaning: 'divide by the part of the target cell that source cells cover, so that rows sum to 1; else by the whole cell',
  },
  'least-covered': {
    kind: 'number',
    default: 0,
    least: 0,
    most: 1,
    meaning: 'share of a target cell that source cells must cover for it to have a value',
  },
  of: {
    kind: 'choice',
    default: 'linear',
    choices: ['linear', 'bilinear', 'nearest-neighbour'],
    meaning: 'the method from the target to the source that is transposed',
  },
  'interpolation-statistics': {
    kind: 'choice',
    default: 'maximum',
    choices: statisticNames,
    meaning: 'what is made of the source points of a target point',
  },
} as const satisfies Readonly<Record<string, MethodOption>>;

export type MethodOptionName = keyof typeof methodOptions;

type ValueOf<Option> = Option extends { readonly kind: 'number' | 'integer' }
  ? number
  : Option extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : boolean;

/** Options of a method, each of them optional. */
export type MethodOptions = { readonly [Name in MethodOptionName]?: ValueOf<(typeof methodOptions)[Name]> };

/** The options of one method with their defaults filled in: those of other methods are absent. Plain data. */
export type ResolvedOptions = MethodOptions;

/** Other spellings of an option, and of its values. */
const aliases: Readonly<Record<string, { readonly name: MethodOptionName; readonly values: Readonly<Record<string, string>> }>> = {
  // The search for a triangle here needs no tolerance that could be increased.
  'finite-element-projection-fail': { name: 'outside', values: { 'increase-epsilon': 'missing-value' } },
};

/** The name of an option as the table has it, or undefined. */
export function methodOptionName(name: string): MethodOptionName | undefined {
  if (Object.hasOwn(methodOptions, name)) return name as MethodOptionName;
  return Object.hasOwn(aliases, name) ? aliases[name]!.name : undefined;
}

/** The value of an option from its text, as in `--nclosest 8`. `input.option` when it is not one. */
export function parseMethodOption(name: string, text: string): number | string | boolean {
  const known = knownName(name, Object.keys(methodOptions), '');
  const option: MethodOption = methodOptions[known];
  if (option.kind === 'choice') return checkValue(known, translated(name, text));
  if (option.kind === 'flag')
    return checkValue(known, text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text);
  return checkValue(known, text.trim() === '' || !Number.isFinite(Number(text)) ? text : Number(text));
}

/**
 * The options of a method, checked, with defaults for those not given. `input.option` for a name that the method does not take
 * (with the nearest that it does) and for a value out of range.
 */
export function resolveOptions(
  method: string,
  names: readonly MethodOptionName[],
  given: Readonly<Record<string, unknown>>,
): ResolvedOptions {
  const resolved: Record<string, unknown> = {};
  for (const name of names) resolved[name] = methodOptions[name].default;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    resolved[knownName(name, names, method)] = checkValue(knownName(name, names, method), translated(name, value));
  }
  return resolved as ResolvedOptions;
}

function knownName(name: string, names: readonly string[], method: string): MethodOptionName {
  const known = methodOptionName(name);
  if (known !== undefined && names.includes(known)) return known;
  const meant = nearestWord(name, names);
  const accepted = names.length === 0 ? 'it has none' : `its options are ${names.join(', ')}`;
  const reason = method === '' ? `'${name}' is not an option of an interpolation method` : `'${name}' is not an option of ${method}`;
  const hints = [...(method === '' ? [] : [accepted]), ...(meant === undefined ? [] : [`did you mean '${meant}'?`])];
  throw new DteError('input.option', reason, { where: { option: name }, ...(hints.length === 0 ? {} : { hint: hints.join('; ') }) });
}

function translated(name: string, value: unknown): unknown {
  const values = Object.hasOwn(aliases, name) ? aliases[name]!.values : {};
  return typeof value === 'string' && Object.hasOwn(values, value) ? values[value] : value;
}

function checkValue(name: MethodOptionName, value: unknown): number | string | boolean {
  const option: MethodOption = methodOptions[name];
  const refuse = (accepted: string, meant?: string): never => {
    throw new DteError('input.option', `${name} cannot be ${typeof value === 'string' ? `'${value}'` : String(value)}`, {
      where: { option: name },
      hint: meant === undefined ? accepted : `${accepted}; did you mean '${meant}'?`,
    });
  };
  if (option.kind === 'choice') {
    if (typeof value === 'string' && option.choices.includes(value)) return value;
    return refuse(`it is one of ${option.choices.join(', ')}`, nearestWord(String(value), option.choices));
  }
  if (option.kind === 'flag') return typeof value === 'boolean' ? value : refuse('it is true or false');
  const inRange =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (option.kind === 'number' || Number.isInteger(value)) &&
    value >= (option.least ?? -Infinity) &&
    value > (option.above ?? -Infinity) &&
    value <= (option.most ?? Infinity);
  return inRange ? value : refuse(rangeText(option));
}

function rangeText({ kind, least, above, most, unit }: NumberOption): string {
  const what = kind === 'integer' ? 'an integer' : 'a number';
  const low = above === undefined ? (least === undefined ? '' : `${least} or more`) : `above ${above}`;
  const high = most === undefined ? '' : `at most ${most}`;
  const range = [low, high].filter((text) => text !== '').join(', ');
  return `it is ${what}${range === '' ? '' : `, ${range}`}${unit === undefined ? '' : ` (${unit})`}`;
}
