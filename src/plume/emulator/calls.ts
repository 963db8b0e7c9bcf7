import { callKind, mixed } from './emulate.js';
import type { FocusArea, RecipeCall } from './parse-recipes.js';

/** The tables of `emulate` for the lanes of a tile in one step. */
export interface CallTables {
  readonly laneStart: Uint32Array;
  readonly callWords: Uint32Array;
  readonly callReals: Float64Array;
  readonly modes: Float64Array;
}

/** A lane's calls, and what their random draws are seeded from. */
export interface LaneCalls {
  readonly calls: readonly RecipeCall[];
  readonly seed: string;
}

interface Call {
  readonly kind: number;
  readonly reals: readonly number[];
  /** `[modes, 4]` */
  readonly modes?: readonly number[];
}

/** What functions are in a step; the first step is 0. Draws are new in every step, as upstream. */
export function callTables(lanes: readonly LaneCalls[], step: number): CallTables {
  const laneStart = [0];
  const words: number[] = [];
  const reals: number[] = [];
  const modes: number[] = [];
  for (const { calls, seed } of lanes) {
    for (const [index, recipe] of calls.entries()) {
      const drawn = seedOf(`${seed} ${index} ${step}`);
      const call = callOf(recipe, step, draws(drawn));
      words.push(call.kind, drawn, modes.length / 4, (call.modes?.length ?? 0) / 4);
      reals.push(...placed(recipe, step), ...call.reals, ...Array.from({ length: 4 - call.reals.length }, () => 0));
      modes.push(...(call.modes ?? []));
    }
    laneStart.push(words.length / 4);
  }
  return {
    laneStart: Uint32Array.from(laneStart),
    callWords: Uint32Array.from(words.length === 0 ? [0] : words),
    callReals: Float64Array.from(reals.length === 0 ? [0] : reals),
    modes: Float64Array.from(modes.length === 0 ? [0] : modes),
  };
}

/** North, west, south and the degrees eastwards of a function's area in a step. */
function placed({ area, translation }: RecipeCall, step: number): readonly number[] {
  if (area === undefined) return [90, -180, -90, 360];
  const [north, west, south] = area;
  const [lat, lon] = [translation[0] * step, translation[1] * step];
  const within = (value: number): number => Math.max(-90, Math.min(90, value));
  return [within(north + lat), wrapped(west + lon), within(south + lat), width(area)];
}

/** An area from west to east, over the date line where west is greater. */
function width([, west, , east]: FocusArea): number {
  return east - west >= 360 ? 360 : (((east - west) % 360) + 360) % 360;
}

function wrapped(lon: number): number {
  return lon - 360 * Math.floor((lon + 180) / 360);
}

function callOf(recipe: RecipeCall, step: number, draw: () => number): Call {
  switch (recipe.function) {
    case 'vortex_rollup': {
      const time = recipe.timeVariation * step;
      return { kind: callKind.vortex, reals: [time, Math.cos(2 * Math.PI * time), Math.sin(2 * Math.PI * time)] };
    }
    case 'random':
      if (recipe.distribution === 'uniform') return { kind: callKind.uniform, reals: [recipe.min, recipe.max] };
      if (recipe.distribution === 'normal') return { kind: callKind.normal, reals: [recipe.mean, recipe.stddev] };
      return { kind: callKind.chance, reals: [recipe.value, recipe.probability] };
    case 'step': {
      const value = recipe.value + recipe.variation * step;
      if (recipe.probability === undefined) return { kind: callKind.constant, reals: [value] };
      // As upstream: a value of 0 stays 0, whatever its variation.
      return { kind: callKind.chance, reals: [Math.abs(recipe.value) > 1e-6 ? value : 0, recipe.probability] };
    }
    default:
      return sumOf(recipe, draw);
  }
}

/** The least value of sin(pi x) / (pi x), as upstream scales by it. */
const leastSinc = 0.21723;

function sumOf(recipe: RecipeCall & { readonly function: 'sinc' | 'gaussian' }, draw: () => number): Call {
  const { modes, min, max, sink, area } = recipe;
  const isSinc = recipe.function === 'sinc';
  const lowest = isSinc ? leastSinc : 0;
  const factor = (max - min) / ((1 + lowest) * modes);
  const rows = Array.from({ length: modes }, () => {
    const [lat, lon] = centre(area ?? [90, -180, -90, 180], draw);
    if (recipe.function === 'sinc') return [...unitVector(lat, lon), between(90 / recipe.spread, 180 / recipe.spread, draw())];
    const deviation = (): number => between(Math.min(1, recipe.maxStddev), Math.max(1, recipe.maxStddev), draw());
    return [lat, lon, deviation(), deviation()];
  });
  const reals = sink ? [min + factor * modes, -factor] : [min + factor * lowest * modes, factor];
  return { kind: isSinc ? callKind.sinc : callKind.gaussian, reals, modes: rows.flat() };
}

function centre(area: FocusArea, draw: () => number): readonly [lat: number, lon: number] {
  const [north, west, south] = area;
  return [between(south, north, draw()), wrapped(west + width(area) * draw())];
}

function unitVector(lat: number, lon: number): readonly [number, number, number] {
  const [latRad, lonRad] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
  return [Math.cos(latRad) * Math.cos(lonRad), Math.cos(latRad) * Math.sin(lonRad), Math.sin(latRad)];
}

function between(low: number, high: number, part: number): number {
  return low + (high - low) * part;
}

/** Uniform numbers in [0, 1) from a seed. */
function draws(seed: number): () => number {
  let count = 0;
  return () => mixed(mixed(++count) ^ seed) / 2 ** 32;
}

function seedOf(text: string): number {
  return [...text].reduce((seed, character) => mixed(seed ^ (character.codePointAt(0) as number)), 1);
}
