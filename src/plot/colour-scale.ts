import { DteError } from '../base/index.js';
import type { Colour } from './image.js';
import type { Palette } from './palette.js';
import { niceRange, niceTicks } from './ticks.js';

/** From values to colours. */
export interface ColourScale {
  readonly min: number;
  readonly max: number;
  /** Labelled values, ascending, in `[min, max]`. */
  readonly ticks: readonly number[];
  /** 0 at `min`, 1 at `max`, clamped. */
  position(value: number): number;
  colour(value: number): Colour;
  /** The colour at a position, 0..1. */
  colourAt(part: number): Colour;
}

export interface ColourScaleOptions {
  /** Ends of the scale; beyond them the end colours go on. Round numbers around the data when absent. */
  readonly range?: readonly [min: number, max: number] | undefined;
  /** One colour between each tick and the next instead of a smooth passage. */
  readonly bands?: boolean | undefined;
  /** At most about so many intervals between ticks. */
  readonly intervals?: number;
}

const shades = 1024;

/** The scale of a palette over data in `[dataMin, dataMax]`. Throws `input.option` for a range that is not finite and ascending. */
export function createColourScale(palette: Palette, dataMin: number, dataMax: number, options: ColourScaleOptions = {}): ColourScale {
  const intervals = options.intervals ?? 20;
  const [min, max] = options.range === undefined ? defaultRange(palette, dataMin, dataMax, intervals) : checkRange(options.range);
  const root = palette.root === true && min >= 0;
  const position = (value: number): number => {
    const part = Math.min(1, Math.max(0, (value - min) / (max - min)));
    return root ? Math.sqrt(part) : part;
  };
  const ticks = root ? rootTicks(min, max) : niceTicks(min, max, intervals);
  const colours = options.bands === true ? bandColours(palette, ticks.map(position)) : shadeColours(palette);
  const colourAt = (part: number): Colour => colours[Math.min(shades - 1, Math.floor(part * shades))];
  return { min, max, ticks, position, colourAt, colour: (value) => colourAt(position(value)) };
}

function defaultRange(palette: Palette, dataMin: number, dataMax: number, intervals: number): [number, number] {
  if (palette.diverging !== true) return niceRange(dataMin, dataMax, intervals);
  const largest = Math.max(Math.abs(dataMin), Math.abs(dataMax));
  return niceRange(-largest, largest, intervals);
}

function checkRange([min, max]: readonly [number, number]): [number, number] {
  if (Number.isFinite(min) && Number.isFinite(max) && min < max) return [min, max];
  throw new DteError('input.option', `range [${min}, ${max}] is not a scale: two finite numbers, the smaller first`, {
    where: { option: 'range' },
  });
}

/** 1, 2, 5 times powers of ten below the square-root scale's end, thinned where labels would touch. */
function rootTicks(min: number, max: number): number[] {
  const ticks = [min];
  const power = Math.floor(Math.log10(max - min)) - 3;
  const candidates = Array.from({ length: 12 }, (_, index) => Number(`${[1, 2, 5][index % 3]}e${power + Math.floor(index / 3)}`));
  const place = (value: number) => Math.sqrt((value - min) / (max - min));
  for (const candidate of candidates) {
    if (
      candidate > min &&
      candidate <= max &&
      place(candidate) - place(ticks[ticks.length - 1]) > 0.04 &&
      (candidate === max || 1 - place(candidate) > 0.04)
    )
      ticks.push(candidate);
  }
  if (ticks[ticks.length - 1] !== max) ticks.push(max);
  return ticks;
}

function shadeColours(palette: Palette): Colour[] {
  return Array.from({ length: shades }, (_, shade) => palette.at(shade / (shades - 1)));
}

/** Each band has the colour of its place in the order of bands, so that the first and last have the end colours. */
function bandColours(palette: Palette, edges: readonly number[]): Colour[] {
  const inner = edges.filter((edge) => edge > 0 && edge < 1);
  return Array.from({ length: shades }, (_, shade) => {
    const band = inner.filter((edge) => edge <= (shade + 0.5) / shades).length;
    return palette.at(inner.length === 0 ? 0.5 : band / inner.length);
  });
}
