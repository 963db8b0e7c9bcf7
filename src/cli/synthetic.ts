import { type Field, type Grid, gridFromSpec, tileLayout } from '../atlas/index.js';
import { type Context, concatenated, writeWhole } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { encode, gribTables, type Message, newMessage, type NewMessageKeys } from '../grib/index.js';
import { waves, type WavePattern } from './waves.js';

/** A field of the synthetic atmosphere: its GRIB keys, and its value at a point. */
interface Recipe {
  readonly keys: Pick<NewMessageKeys, 'param' | 'levtype' | 'level'>;
  readonly value: (place: Place) => number;
}

/** What recipes are made of at one point. */
interface Place {
  /** Sines and cosines of latitude and longitude. */
  readonly sinLat: number;
  readonly cosLat: number;
  readonly sinLon: number;
  /** Upper-level waves, of order one: the pattern and its derivatives by longitude and latitude. */
  readonly upper: number;
  readonly upperByLon: number;
  readonly upperByLat: number;
  /** Surface waves, of order one. */
  readonly lower: number;
  /** Between -1 and 1, without pattern: what makes measured fields hard to compress. */
  readonly noise: number;
}

const gravity = 9.80665;
const gasConstant = 287.05;
const levels = [1000, 925, 850, 700, 500, 300, 250, 100] as const;
const header = { date: 20260101, time: 0, step: 0, class: 'rd', type: 'an', stream: 'oper', expver: 'dte0' } as const;

export const syntheticGrid = 'O320';

/**
 * Writes a synthetic set of analyses: z, t, u, v and q on eight pressure levels, 2t, msl, 10u and 10v, in CCSDS packing with 16
 * bits. The state is analytic - a standard atmosphere with jets, planetary and synoptic waves in rough balance, and a little
 * noise - and claims nothing but the size, range and texture of real fields.
 */
export async function writeSynthetic(
  context: Context,
  engine: Engine,
  path: string,
): Promise<{ readonly fields: number; readonly points: number }> {
  const grid = gridFromSpec(syntheticGrid);
  const tables = await gribTables(context);
  const places = placesOf(grid);
  const recipes = allRecipes();
  const parts: Uint8Array[] = [];
  for (const [first, lanes] of tileLayout(grid.points, recipes.length, engine.info.maxBindingBytes)) {
    const batch = recipes.slice(first, first + lanes);
    const messages = batch.map(({ keys }) => newMessage({ ...header, ...keys }, grid, tables));
    const values = new Float32Array(grid.points * lanes);
    for (let point = 0; point < grid.points; point++) {
      const place = places(point);
      for (let lane = 0; lane < lanes; lane++) values[point * lanes + lane] = (batch[lane] as Recipe).value(place);
    }
    parts.push(...(await encodeTile(engine, grid, messages, values)));
    context.progress({ task: 'synthetic', done: first + lanes, total: recipes.length, unit: 'fields' });
  }
  await writeWhole(context.fs, path, concatenated(parts));
  return { fields: recipes.length, points: grid.points };
}

async function encodeTile(engine: Engine, grid: Grid, messages: readonly Message[], values: Float32Array): Promise<readonly Uint8Array[]> {
  const array = await engine.upload('f32', values);
  const field: Field<Message> = {
    grid,
    layers: messages,
    tiles: [{ values: array, firstLayer: 0, lanes: messages.length }],
    mayBeMissing: false,
  };
  try {
    return await encode(engine, field, { packing: 'ccsds', bits: 16 });
  } finally {
    array.release();
  }
}

function allRecipes(): readonly Recipe[] {
  const onLevels = levels.flatMap((level): Recipe[] => {
    const at = (param: string, value: Recipe['value']): Recipe => ({ keys: { param, levtype: 'pl', level }, value });
    return [
      at('z', (place) => geopotential(place, level)),
      at('t', (place) => temperature(place, level)),
      at('u', (place) => zonalWind(place, level)),
      at('v', (place) => meridionalWind(place, level)),
      at('q', (place) => humidity(place, level)),
    ];
  });
  const surface = (param: string, value: Recipe['value']): Recipe => ({ keys: { param, levtype: 'sfc' }, value });
  return [
    surface('2t', surfaceTemperature),
    surface('msl', (place) => 101325 + 900 * place.lower * (0.4 + place.cosLat) - 1800 * place.sinLat ** 6 + 10 * place.noise),
    surface('10u', (place) => 0.6 * zonalWind(place, 1000) + 0.4 * place.noise),
    surface('10v', (place) => 0.6 * meridionalWind(place, 1000) + 0.4 * place.noise),
    ...onLevels,
  ];
}

/** Warm at noon over the meridian of Greenwich less than over its antipode: the analysis is at midnight. */
function surfaceTemperature(place: Place): number {
  const { sinLat, cosLat, sinLon, lower, noise } = place;
  return 301 - 48 * sinLat ** 2 - 8 * sinLat - 4 * lower - 3 * cosLat * sinLon + 0.5 * noise;
}

function temperature({ sinLat, upper, lower, noise }: Place, level: number): number {
  const height = standardHeight(level);
  const tropospheric = 300 - 0.0065 * height - 30 * sinLat ** 2 * Math.max(0, 1 - height / 14000);
  const stratospheric = 200 + 22 * sinLat ** 2;
  const wave = 3.5 * (height < 11000 ? lower + 0.5 * upper : -upper);
  return Math.max(tropospheric, stratospheric) + wave + 0.15 * noise;
}

/** Standard heights, higher over the tropics, with waves that grow towards the tropopause. */
function geopotential({ sinLat, upper, lower, noise }: Place, level: number): number {
  const height = standardHeight(level);
  const growth = height / 11000;
  return gravity * (height * (1 + 0.035 * (1 - 3 * sinLat ** 2)) + 180 * growth * upper + 60 * (1 - growth) * lower + 0.3 * noise);
}

function zonalWind({ sinLat, cosLat, upperByLat, noise }: Place, level: number): number {
  const growth = Math.min(1.2, 0.15 + standardHeight(level) / 11000);
  const jet = 45 * cosLat * Math.exp(-(((Math.abs(sinLat) - 0.6) / 0.22) ** 2));
  const trades = -8 * Math.exp(-((sinLat / 0.25) ** 2)) * (level > 600 ? 1 : 0.2);
  return growth * jet + trades - 2.5 * growth * upperByLat + 0.3 * noise;
}

function meridionalWind({ upperByLon, noise }: Place, level: number): number {
  return 2.5 * Math.min(1.2, 0.15 + standardHeight(level) / 11000) * upperByLon + 0.3 * noise;
}

/** Relative humidity of a wavy pattern times saturation over water (Magnus form, Bolton 1980). */
function humidity(place: Place, level: number): number {
  const celsius = temperature(place, level) - 273.15;
  const saturation = 611.2 * Math.exp((17.67 * celsius) / (celsius + 243.5));
  const relative =
    Math.min(0.98, Math.max(0.02, 0.55 + 0.25 * place.lower + 0.05 * place.noise)) * Math.exp(-standardHeight(level) / 12000);
  return Math.max(1e-6, (0.622 * relative * saturation) / (100 * level));
}

/** Metres, isothermal scale height of 255 K. */
function standardHeight(level: number): number {
  return ((gasConstant * 255) / gravity) * Math.log(1013.25 / level);
}

function placesOf(grid: Grid): (point: number) => Place {
  const { lat, lon } = grid.coordinates();
  const upper: WavePattern = waves(grid, { seed: 7, smallest: 3, largest: 9 });
  const lower: WavePattern = waves(grid, { seed: 19, smallest: 4, largest: 14 });
  return (point) => {
    const latRad = ((lat[point] as number) * Math.PI) / 180;
    return {
      sinLat: Math.sin(latRad),
      cosLat: Math.cos(latRad),
      sinLon: Math.sin(((lon[point] as number) * Math.PI) / 180),
      upper: upper.value[point] as number,
      upperByLon: upper.byLon[point] as number,
      upperByLat: upper.byLat[point] as number,
      lower: lower.value[point] as number,
      noise: noiseAt(point),
    };
  };
}

/** A hash of the point number, between -1 and 1: the same on every machine. */
function noiseAt(point: number): number {
  let mixed = Math.imul(point + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 31 - 1;
}
