import type { Field, Grid, Tile } from '../atlas/index.js';
import { DteError, nearestWord } from '../base/index.js';
import { copy, type DeviceArray, type Engine, type Pass } from '../compute/index.js';
import { windowCount } from './window-count.js';
import { windowExtreme } from './window-extreme.js';
import { resultKind, windowResult } from './window-result.js';
import { windowSum } from './window-sum.js';

export const statistics = ['mean', 'min', 'max', 'accumulation', 'instant'] as const;
/** `instant` is the last sample of a window. */
export type Statistic = (typeof statistics)[number];

/** Errors: `input.option` for a word that is not a statistic. */
export function parseStatistic(word: string): Statistic {
  const found = statistics.find((statistic) => statistic === word);
  if (found !== undefined) return found;
  const near = nearestWord(word, statistics);
  throw new DteError('input.option', `'${word}' is not a statistic: ${statistics.join(', ')}`, {
    ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
  });
}

export interface WindowOptions {
  /**
   * Values with fewer present samples than this are missing in the result. Default: as many as the window has samples, so that one
   * missing sample makes the result missing, as in multio.
   */
  readonly leastPresent?: number;
}

/** What a window has gathered of one tile, by name: first, sum, min, max, last. */
type Gathered = Partial<Record<'first' | 'sum' | 'min' | 'max' | 'last', DeviceArray<'f32'>>>;

/** What the samples of a window have in common. */
interface Shape {
  readonly grid: Grid;
  readonly tiles: readonly Omit<Tile, 'values'>[];
}

interface TileState {
  readonly gathered: Gathered;
  present: DeviceArray<'u32'> | undefined;
}

/**
 * Statistics over the samples of a window of time, value by value, on the device. What is gathered stays there between passes, updated
 * in place; nothing comes to the host. The first sample decides grid and number of layers; those after it must have the same.
 */
export class TimeWindow {
  readonly statistics: readonly Statistic[];
  readonly #engine: Engine;
  readonly #leastPresent: number | undefined;
  #samples = 0;
  #like: Shape | undefined;
  #tiles: readonly TileState[] = [];
  /** False while it is certain that no sample of the window had a missing value. */
  #isCounted = false;

  constructor(engine: Engine, wanted: readonly Statistic[], { leastPresent }: WindowOptions) {
    this.statistics = wanted;
    this.#engine = engine;
    this.#leastPresent = leastPresent;
  }

  /** Samples of the window that is open. */
  get samples(): number {
    return this.#samples;
  }

  /** Records one more sample. Errors: `input.field` for a field that is not like the first. */
  add(pass: Pass, field: Field): void {
    this.#take(field);
    const isNew = this.#samples === 0 ? 1 : 0;
    const counts = this.#isCounted || field.mayBeMissing;
    for (const [index, { values }] of field.tiles.entries()) {
      const state = this.#tiles[index] as TileState;
      const count = values.length;
      if (counts) {
        const begins = this.#isCounted ? 0 : 1;
        state.present ??= this.#engine.allocate('u32', count);
        pass.run(windowCount, { count, isNew: begins, before: this.#samples, source: values, present: state.present });
      }
      recordSample(pass, state.gathered, values, isNew);
    }
    this.#isCounted = counts;
    this.#samples += 1;
  }

  /**
   * Records the results with the layers given, and begins a new window. The fields are the caller's: the pass must return them.
   * Errors: `input.state` when the window has no sample.
   */
  finish<Layer>(pass: Pass, layers: readonly Layer[]): ReadonlyMap<Statistic, Field<Layer>> {
    const like = this.#like;
    if (like === undefined || this.#samples === 0) {
      throw new DteError('input.state', 'a window of time is finished that has no sample', { hint: 'add a field first' });
    }
    const none = pass.upload('u32', Uint32Array.of(0));
    const results = new Map(
      this.statistics.map((statistic) => {
        const tiles = like.tiles.map((tile, index) => ({
          ...tile,
          values: this.#result(pass, statistic, this.#tiles[index] as TileState, none),
        }));
        return [statistic, { grid: like.grid, layers, tiles, mayBeMissing: this.#isCounted }];
      }),
    );
    this.#samples = 0;
    this.#isCounted = false;
    return results;
  }

  /** Gives the memory back. The window may be used again, from its beginning. */
  release(): void {
    for (const { gathered, present } of this.#tiles) {
      for (const array of Object.values(gathered)) array.release();
      present?.release();
    }
    this.#tiles = [];
    this.#like = undefined;
    this.#samples = 0;
    this.#isCounted = false;
  }

  #take(field: Field): void {
    if (this.#like === undefined) {
      this.#like = { grid: field.grid, tiles: field.tiles.map(({ firstLayer, lanes }) => ({ firstLayer, lanes })) };
      this.#tiles = field.tiles.map((tile) => ({ gathered: this.#allocate(tile), present: undefined }));
      return;
    }
    const { grid, tiles } = this.#like;
    const isAlike =
      grid.hash === field.grid.hash &&
      tiles.length === field.tiles.length &&
      tiles.every(({ firstLayer, lanes }, index) => {
        const tile = field.tiles[index] as Tile;
        return tile.firstLayer === firstLayer && tile.lanes === lanes;
      });
    if (isAlike) return;
    throw new DteError(
      'input.field',
      `a sample of ${layersText(field.tiles)} on ${field.grid.name ?? field.grid.type} (${field.grid.points} points)`,
      {
        hint: `the window began with ${layersText(tiles)} on ${grid.name ?? grid.type} (${grid.points} points)`,
      },
    );
  }

  #allocate({ values }: Tile): Gathered {
    const names = new Set(this.statistics.flatMap((statistic) => GATHERED_BY[statistic]));
    return Object.fromEntries([...names].map((name) => [name, this.#engine.allocate('f32', values.length)]));
  }

  #result(pass: Pass, statistic: Statistic, { gathered, present }: TileState, none: DeviceArray<'u32'>): DeviceArray<'f32'> {
    const [base, sum = base] = GATHERED_BY[statistic].map((name) => gathered[name] as DeviceArray<'f32'>) as [
      DeviceArray<'f32'>,
      DeviceArray<'f32'> | undefined,
    ];
    const count = base.length;
    const result = pass.allocate('f32', count);
    const samples = this.#samples;
    pass.run(windowResult, {
      ...{ count, samples, kind: KINDS[statistic], counted: this.#isCounted ? 1 : 0 },
      // The last sample is what it is.
      least: statistic === 'instant' ? 0 : Math.min(samples, this.#leastPresent ?? samples),
      ...{ first: base, sum, present: this.#isCounted && present !== undefined ? present : none, result },
    });
    return result;
  }
}

const GATHERED_BY: Readonly<Record<Statistic, readonly (keyof Gathered)[]>> = {
  mean: ['first', 'sum'],
  accumulation: ['first', 'sum'],
  min: ['min'],
  max: ['max'],
  instant: ['last'],
};
const KINDS: Readonly<Record<Statistic, number>> = {
  ...{ mean: resultKind.mean, accumulation: resultKind.accumulation },
  ...{ min: resultKind.extreme, max: resultKind.extreme, instant: resultKind.extreme },
};

function recordSample(pass: Pass, { first, sum, min, max, last }: Gathered, source: DeviceArray<'f32'>, isNew: 0 | 1): void {
  const count = source.length;
  if (first !== undefined && sum !== undefined) pass.run(windowSum, { count, isNew, source, first, sum });
  if (min !== undefined) pass.run(windowExtreme, { count, isNew, largest: 0, source, extreme: min });
  if (max !== undefined) pass.run(windowExtreme, { count, isNew, largest: 1, source, extreme: max });
  if (last !== undefined) pass.run(copy, { points: count, source, copied: last });
}

function layersText(tiles: Shape['tiles']): string {
  const layers = tiles.reduce((sum, { lanes }) => sum + lanes, 0);
  return `${layers} layer${layers === 1 ? '' : 's'}`;
}

/**
 * A window for fields of one kind. A sample is read once for each statistic: 20 octets a value for the mean, 12 for an extreme. Memory:
 * 8 and 4 octets a value, and 4 more once a value was missing.
 *
 * @example
 * const window = prepareWindow(engine, ['mean', 'max']);
 * for (const field of samples) await engine.run((pass) => window.add(pass, field));
 * const results = await engine.run((pass) => window.finish(pass, layers));
 */
export function prepareWindow(engine: Engine, wanted: readonly Statistic[], options: WindowOptions = {}): TimeWindow {
  const { leastPresent } = options;
  if (leastPresent !== undefined && !(Number.isInteger(leastPresent) && leastPresent >= 1)) {
    throw new DteError('input.option', `leastPresent ${leastPresent} is not a number of samples`, { hint: 'a whole number from 1' });
  }
  return new TimeWindow(engine, [...new Set(wanted)], options);
}
