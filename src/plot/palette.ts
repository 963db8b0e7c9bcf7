import {
  interpolateBuPu,
  interpolateCividis,
  interpolateGreys,
  interpolateInferno,
  interpolateMagma,
  interpolatePlasma,
  interpolatePRGn,
  interpolateRdBu,
  interpolateRdYlBu,
  interpolateSpectral,
  interpolateTurbo,
  interpolateViridis,
  interpolateYlGnBu,
} from 'd3-scale-chromatic';
import { DteError, nearestWord } from '../base/index.js';
import type { Colour } from './image.js';

export interface Palette {
  /** Colour at 0..1. */
  readonly at: (part: number) => Colour;
  /** The middle of the palette stands for zero. */
  readonly diverging?: boolean;
  /** Low values get more than their share of the colours, by the square root: for amounts that are mostly small. */
  readonly root?: boolean;
}

type Ramp = (part: number) => string;

const upward = (ramp: Ramp) => (part: number) => parseColour(ramp(part));
const downward = (ramp: Ramp) => (part: number) => parseColour(ramp(1 - part));
/** White at 0, so that a map without rain stays empty, and the ramp itself from a sixth on. */
const fromWhite =
  (ramp: Ramp) =>
  (part: number): Colour => {
    const weight = Math.min(1, part * 6);
    const [red, green, blue] = parseColour(ramp(part));
    return [255 + (red - 255) * weight, 255 + (green - 255) * weight, 255 + (blue - 255) * weight];
  };

/** Palettes by family of parameter, then by their own name. */
const palettes = {
  temperature: { at: downward(interpolateSpectral) },
  wind: { at: upward(interpolateBuPu) },
  pressure: { at: downward(interpolateRdYlBu) },
  precipitation: { at: fromWhite(interpolateYlGnBu), root: true },
  humidity: { at: upward(interpolateYlGnBu) },
  cloud: { at: upward((part) => interpolateGreys(part * 0.8)) },
  anomaly: { at: downward(interpolateRdBu), diverging: true },
  vorticity: { at: upward(interpolatePRGn), diverging: true },
  viridis: { at: upward(interpolateViridis) },
  cividis: { at: upward(interpolateCividis) },
  inferno: { at: upward(interpolateInferno) },
  magma: { at: upward(interpolateMagma) },
  plasma: { at: upward(interpolatePlasma) },
  turbo: { at: upward(interpolateTurbo) },
  greys: { at: upward(interpolateGreys) },
} satisfies Record<string, Palette>;

export type PaletteName = keyof typeof palettes;
export const paletteNames = Object.keys(palettes) as readonly PaletteName[];

/** Throws `input.option` for a name that is not one of `paletteNames`. */
export function findPalette(name: string): Palette {
  if (Object.hasOwn(palettes, name)) return palettes[name as PaletteName];
  const meant = nearestWord(name, paletteNames);
  throw new DteError('input.option', `'${name}' is not a palette: ${paletteNames.join(', ')}`, {
    where: { option: 'palette' },
    ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
  });
}

// ECMWF short names of each family.
const families: readonly (readonly [PaletteName, string])[] = [
  ['temperature', 't 2t skt sst stl1 stl2 stl3 stl4 2d mx2t mn2t mx2t3 mn2t3 mx2t6 mn2t6 pt istl1 tsn lmlt ci_t wbt'],
  ['wind', 'ws 10si 100si 10fg fg10 10fg3 10fg6 i10fg swh hmax shww shts mwp pp1d ke cape'],
  ['pressure', 'msl sp z gh pres lnsp blh'],
  ['precipitation', 'tp cp lsp tprate mtpr crr lsrr sf sd csf lsf tcrw tcsw tclw tciw ro sro ssro e'],
  ['humidity', 'q r 2r tcwv tcw pwat swvl1 swvl2 swvl3 swvl4'],
  ['cloud', 'tcc lcc mcc hcc cc'],
  ['anomaly', 'u v 10u 10v 100u 100v w wz sshf slhf ewss nsss'],
  ['vorticity', 'vo d absv pv strf vp'],
];

/** The palette for an ECMWF short name; `viridis` for one of no known family. */
export function paletteOf(shortName: string): PaletteName {
  return families.find(([, names]) => names.split(' ').includes(shortName))?.[0] ?? 'viridis';
}

/** CSS text as d3-scale-chromatic gives it, `rgb(1, 2, 3)` or `#010203`. */
export function parseColour(text: string): Colour {
  const numbers = text.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16))
    : (text.match(/\d+/g) ?? []).map(Number);
  return [numbers[0], numbers[1], numbers[2]];
}
