import { kernel, missingValue, type TwinArguments } from '../../compute/index.js';

const params = { points: 'u32', lanes: 'u32', isByLane: 'u32' } as const;
const inputs = { temperature: 'f32', humidity: 'f32', pressure: 'f32' } as const;
const outputs = { relative: 'f32' } as const;

/**
 * Relative humidity in percent from temperature (K), specific humidity (kg/kg) and pressure (Pa): 100 e / es(T) with
 * e = p q / (eps + (1 - eps) q), eps = 0.621981. es is the IFS's saturation pressure (IFS documentation, part IV, physical processes;
 * Tetens's form with Buck's and Alduchov's numbers): over water above 273.16 K, over ice below 250.16 K, and between them
 * w es(water) + (1 - w) es(ice), w = ((T - 250.16) / 23)^2. temperature, humidity and relative [points, lanes]; pressure the same, or
 * [lanes] when `isByLane` is 1.
 */
export const relativeHumidity = kernel('plume/derived/relative-humidity', {
  params,
  inputs,
  outputs,
  threads: ({ points, lanes }) => [points, lanes],
  cpu: relativeHumidityHost,
  // An exponential of up to 10, so ten roundings of its argument, beside a few of the rest.
  tolerance: 5e-6,
});

const ratio = 0.621981;
const triple = 273.16;
const coldest = 250.16;

function relativeHumidityHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, isByLane, temperature, humidity, pressure, relative } = args;
  for (let at = start * lanes; at < end * lanes; at++) {
    const t = temperature[at] as number;
    const q = humidity[at] as number;
    const p = pressure[isByLane === 1 ? at % lanes : at] as number;
    const isMissing = t === missingValue || q === missingValue || p === missingValue;
    relative[at] = isMissing ? missingValue : (100 * p * q) / ((ratio + (1 - ratio) * q) * saturation(t));
  }
}

/** Pa. */
function saturation(t: number): number {
  const water = 611.21 * Math.exp((17.502 * (t - triple)) / (t - 32.19));
  const ice = 611.21 * Math.exp((22.587 * (t - triple)) / (t + 0.7));
  const part = Math.min(Math.max((t - coldest) / (triple - coldest), 0), 1);
  return ice + part * part * (water - ice);
}
