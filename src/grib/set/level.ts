import { levelKeys } from '../level-keys.js';
import type { Message } from '../message.js';
import { rawNumber } from '../raw-keys.js';
import { type KeyInput, placeOf, put, real, refused, type Setter } from './setter.js';

const ISOBARIC = 100;
const POTENTIAL_VORTICITY = 109;
const NO_SURFACE = 255;
/** Largest magnitude of a scaled value and of the scale factors that are tried for a fraction. */
const LARGEST_VALUE = 2 ** 32 - 2;
const MOST_DECIMALS = 12;

/** The level in the units that `level` is read in: hPa for pressure levels, the number of a model level, ... */
export const levelSetters: Readonly<Record<string, Setter>> = {
  level(message, value) {
    const level = real(message, 'level', value);
    if (message.edition === 2) setSurface(message, level, value);
    else put(message, placeOf(message, 'level') === undefined ? 'topLevel' : 'level', level, 'level');
  },
};

function setSurface(message: Message, level: number, value: KeyInput): undefined {
  const type = rawNumber(message, 'typeOfFirstFixedSurface');
  if (type !== undefined && rawNumber(message, 'typeOfSecondFixedSurface') !== NO_SURFACE) {
    throw refused(message, 'level', value, 'fields on one surface; set the surfaces of a layer by their own keys');
  }
  // Octets hold Pa (a level below 1 hPa is given in Pa too), and potential vorticity comes in 1e-9 units.
  const isInHpa = type === ISOBARIC && levelKeys['pressureUnits']?.(message) === 'hPa';
  const [scale, shift] = isInHpa ? [100, 0] : type === POTENTIAL_VORTICITY ? [1, 9] : [1, 0];
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    const scaled = level * scale * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) > 1e-9 * Math.abs(scaled)) continue;
    if (scaled < 0 || scaled > LARGEST_VALUE) break;
    put(message, 'scaleFactorOfFirstFixedSurface', decimals + shift, 'level');
    put(message, 'scaledValueOfFirstFixedSurface', Math.round(scaled), 'level');
    return;
  }
  throw refused(message, 'level', value, 'a level of 0 or more with few decimals');
}
