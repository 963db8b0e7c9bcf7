import { type Entry, readDocument } from '../config/document.js';

/** Degrees: north, west, south, east. */
export type FocusArea = readonly [north: number, west: number, south: number, east: number];

interface Common {
  /** Where the function sets values; everywhere without it. */
  readonly area: FocusArea | undefined;
  /** Degrees northwards and eastwards that the area moves in every step. */
  readonly translation: readonly [lat: number, lon: number];
}

interface Modes {
  readonly modes: number;
  readonly min: number;
  readonly max: number;
  /** Holes in place of peaks. */
  readonly sink: boolean;
}

/** One function of a recipe with its options. */
export type RecipeCall = Common &
  (
    | { readonly function: 'vortex_rollup'; readonly timeVariation: number }
    | { readonly function: 'random'; readonly distribution: 'uniform'; readonly min: number; readonly max: number }
    | { readonly function: 'random'; readonly distribution: 'normal'; readonly mean: number; readonly stddev: number }
    | { readonly function: 'random'; readonly distribution: 'bernoulli'; readonly value: number; readonly probability: number }
    | { readonly function: 'step'; readonly value: number; readonly variation: number; readonly probability: number | undefined }
    | ({ readonly function: 'sinc'; readonly spread: number } & Modes)
    | ({ readonly function: 'gaussian'; readonly maxStddev: number } & Modes)
  );

export interface FieldRecipe {
  readonly name: string;
  readonly levtype: string;
  /** What is applied to each of its levels, in order; a level without functions is 0. */
  readonly levels: readonly { readonly level: number; readonly calls: readonly RecipeCall[] }[];
}

export interface EmulatorConfig {
  readonly steps: number;
  /** A grid's name or gridspec. */
  readonly grid: string;
  readonly verticalLevels: number;
  readonly seed: number;
  readonly fields: readonly FieldRecipe[];
}

/** As upstream, where n_steps is not given. */
const usualSteps = 100;
const functionNames = ['vortex_rollup', 'random', 'step', 'sinc', 'gaussian'] as const;
const modeKeys = ['modes', 'min', 'max', 'sink'];
const functionKeys: Readonly<Record<(typeof functionNames)[number], readonly string[]>> = {
  vortex_rollup: ['time_variation'],
  random: ['distribution', 'min', 'max', 'mean', 'stddev', 'value', 'probability'],
  step: ['value', 'variation', 'probability'],
  sinc: [...modeKeys, 'spread'],
  gaussian: [...modeKeys, 'max_stddev'],
};

interface Surroundings {
  readonly verticalLevels: number;
  readonly area: FocusArea | undefined;
}

/** Reads the configuration of an emulator (YAML, JSON or a plain value). `input.config` and `input.syntax` name the line. */
export async function parseRecipes(given: string | object, source?: string): Promise<EmulatorConfig> {
  const document = await readDocument('configuration', given, source);
  const emulator = document.map(['emulator']).get('emulator')?.named('emulator');
  if (emulator === undefined) throw document.missing('emulator', 'it states n_steps, grid_identifier, vertical_levels and fields');
  const map = emulator.map(['n_steps', 'grid_identifier', 'vertical_levels', 'area', 'seed', 'fields']);
  const grid = map.get('grid_identifier')?.text();
  const fields = map.get('fields');
  if (grid === undefined) throw emulator.missing('grid_identifier', 'it is the name of a grid, such as N80 or O320');
  if (fields === undefined) throw emulator.missing('fields', 'it holds a recipe for every field, by short name');
  const verticalLevels = map.get('vertical_levels')?.whole(1) ?? 1;
  return {
    steps: map.get('n_steps')?.whole(1) ?? usualSteps,
    grid,
    verticalLevels,
    seed: map.get('seed')?.whole(0) ?? 0,
    fields: fieldsOf(fields.named('fields'), { verticalLevels, area: areaOf(map.get('area')) }),
  };
}

function fieldsOf(fields: Entry, surroundings: Surroundings): readonly FieldRecipe[] {
  const names = Object.keys(plainMap(fields));
  const map = fields.map(names);
  if (names.length === 0) throw fields.error('has no field', 'at least one is expected');
  return names.map((name) => {
    const entry = map.get(name) as Entry;
    const recipe = typeof entry.value() === 'string' ? copied(map, entry) : entry;
    return recipeOf(name, recipe.named(`field '${name}'`), surroundings);
  });
}

/** A name in place of a recipe stands for that field's recipe. */
function copied(map: ReadonlyMap<string, Entry>, entry: Entry): Entry {
  const other = map.get(entry.text());
  if (other?.isMap() === true) return other;
  const names = [...map].filter(([, field]) => field.isMap()).map(([name]) => name);
  throw entry.error('names no field that has a recipe', `fields with recipes are ${names.join(', ')}`);
}

function recipeOf(name: string, entry: Entry, { verticalLevels, area }: Surroundings): FieldRecipe {
  const map = entry.map(['levtype', 'apply']);
  const apply = map.get('apply')?.named(`apply of field '${name}'`);
  if (apply === undefined) throw entry.missing('apply', `it holds functions: ${functionNames.join(', ')}`);
  const isSurface = map.has('levtype');
  const numbers = isSurface ? [0] : Array.from({ length: verticalLevels }, (_, index) => index + 1);
  const functions = apply.map(['levels', ...functionNames]);
  const byKey = functions.get('levels');
  // As upstream, a stated level type means the surface, whatever it is.
  const levtype = map.get('levtype')?.text() ?? 'ml';
  if (byKey === undefined) {
    const calls = callsOf(apply, area);
    return { name, levtype, levels: numbers.map((level) => ({ level, calls })) };
  }
  if (functions.size > 1) throw apply.error("has functions beside 'levels'", 'put them under the levels that they are for');
  if (isSurface) throw byKey.error('belongs to a field of one level', "a field with a levtype has no 'levels'");
  const keyed = levelsOf(byKey.named(`levels of field '${name}'`), verticalLevels);
  const calls = new Map(keyed.map(([levels, functions]) => [levels, callsOf(functions, area)]));
  const callsAt = (level: number): readonly RecipeCall[] => [...calls].find(([levels]) => levels.includes(level))?.[1] ?? [];
  return { name, levtype, levels: numbers.map((level) => ({ level, calls: callsAt(level) })) };
}

/** Keys `2`, `1,3`, `2:5`, `4:` and `:3`: the levels that each stands for, with what belongs to it. */
function levelsOf(entry: Entry, count: number): readonly (readonly [readonly number[], Entry])[] {
  const keys = Object.keys(plainMap(entry));
  const taken = new Map<number, string>();
  return [...entry.map(keys)].map(([key, functions]) => {
    const levels = levelNumbers(key, count);
    const hint = `levels are 1 to ${count}: '2', '1,3', '2:5', '4:' or ':3'`;
    if (levels === undefined) throw functions.named(`${entry.what}`).error(`has the key '${key}', which names no levels`, hint);
    for (const level of levels) {
      const before = taken.get(level);
      if (before !== undefined) throw functions.error(`names level ${level}, as '${before}' does`, 'each level stands under one key');
      taken.set(level, key);
    }
    return [levels, functions] as const;
  });
}

function levelNumbers(key: string, count: number): readonly number[] | undefined {
  const range = /^(\d*):(\d*)$/.exec(key);
  const isList = /^\d+(,\d+)*$/.test(key);
  if (!isList && (range === null || key === ':')) return undefined;
  const [first, last] = [Number(range?.[1] || 1), Number(range?.[2] || count)];
  const levels = isList ? key.split(',').map(Number) : Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const isWithin = levels.length > 0 && levels.every((level) => level >= 1 && level <= count);
  return isWithin ? levels : undefined;
}

function callsOf(entry: Entry, usualArea: FocusArea | undefined): readonly RecipeCall[] {
  return [...entry.map(functionNames)].map(([name, options]) =>
    callOf(name as (typeof functionNames)[number], options.named(`${name} of ${entry.what}`), usualArea),
  );
}

function callOf(name: (typeof functionNames)[number], entry: Entry, usualArea: FocusArea | undefined): RecipeCall {
  const map = entry.value() === undefined ? new Map<string, Entry>() : entry.map(['area', 'translation', ...functionKeys[name]]);
  const number = (key: string, usual: number): number => numberOf(map.get(key)) ?? usual;
  const needed = (key: string): number => {
    const value = numberOf(map.get(key));
    if (value === undefined) throw entry.missing(key, `${name} needs it`);
    return value;
  };
  const common = { area: areaOf(map.get('area')) ?? usualArea, translation: translationOf(map.get('translation')) };
  if (name === 'vortex_rollup') return { ...common, function: name, timeVariation: needed('time_variation') };
  if (name === 'step') {
    const probability = map.has('probability') ? probabilityOf(map.get('probability'), 1) : undefined;
    return { ...common, function: name, value: needed('value'), variation: number('variation', 0), probability };
  }
  if (name === 'random') return { ...common, function: name, ...distributionOf(map, number) };
  const modes = map.get('modes')?.whole(1);
  if (modes === undefined) throw entry.missing('modes', 'it is the number of peaks');
  const shape = { modes, ...rangeOf(map, number), sink: map.get('sink')?.truth() ?? false };
  if (name === 'sinc') return { ...common, function: name, ...shape, spread: positive(map.get('spread'), 10) };
  return { ...common, function: name, ...shape, maxStddev: positive(map.get('max_stddev'), 1) };
}

type Numbers = (key: string, usual: number) => number;

function distributionOf(map: ReadonlyMap<string, Entry>, number: Numbers): Distribution {
  const distribution = map.get('distribution')?.oneOf(['uniform', 'normal', 'bernoulli']) ?? 'uniform';
  if (distribution === 'uniform') return { distribution, ...rangeOf(map, number) };
  if (distribution === 'normal') return { distribution, mean: number('mean', 0.5), stddev: positive(map.get('stddev'), 1) };
  return { distribution, value: number('value', 1), probability: probabilityOf(map.get('probability'), 0.5) };
}

type Distribution =
  | { readonly distribution: 'uniform'; readonly min: number; readonly max: number }
  | { readonly distribution: 'normal'; readonly mean: number; readonly stddev: number }
  | { readonly distribution: 'bernoulli'; readonly value: number; readonly probability: number };

function rangeOf(map: ReadonlyMap<string, Entry>, number: Numbers): { readonly min: number; readonly max: number } {
  const [min, max] = [number('min', 0), number('max', 1)];
  if (max >= min) return { min, max };
  throw (map.get('max') ?? (map.get('min') as Entry)).error(`makes max ${max} less than min ${min}`, 'max is at least min');
}

function numberOf(entry: Entry | undefined): number | undefined {
  return entry?.number(-Number.MAX_VALUE, 'a number');
}

function positive(entry: Entry | undefined, usual: number): number {
  return entry?.number(1e-6, 'a positive number') ?? usual;
}

function probabilityOf(entry: Entry | undefined, usual: number): number {
  const value = entry?.number(1e-6, 'a probability above 0') ?? usual;
  if (value <= 1) return value;
  throw (entry as Entry).error('is more than 1', 'a probability is expected');
}

function areaOf(entry: Entry | undefined): FocusArea | undefined {
  if (entry === undefined) return undefined;
  const values = entry.list().map((item) => numberOf(item) as number);
  const [north = Number.NaN, west = Number.NaN, south = Number.NaN, east = Number.NaN] = values;
  const isArea = values.length === 4 && Math.abs(north) <= 90 && Math.abs(south) <= 90 && Math.abs(west) <= 360 && Math.abs(east) <= 360;
  if (isArea && north >= south) return [north, west, south, east];
  throw entry.error('is no area', '[north, west, south, east] in degrees are expected, north not below south');
}

function translationOf(entry: Entry | undefined): readonly [number, number] {
  if (entry === undefined) return [0, 0];
  const [lat, lon, ...others] = entry.list().map((item) => numberOf(item) as number);
  if (lat !== undefined && lon !== undefined && others.length === 0) return [lat, lon];
  throw entry.error('is no translation', '[lat, lon] in degrees a step are expected');
}

/** The keys of a map in their order. */
function plainMap(entry: Entry): Readonly<Record<string, unknown>> {
  if (!entry.isMap()) throw entry.error('is not a map', 'keys with values are expected');
  return entry.value() as Readonly<Record<string, unknown>>;
}
