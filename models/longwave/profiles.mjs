// Columns of temperature and humidity as they are met from the tropics to the poles: enough variety, no climatology.
import { exp } from '../make/arithmetic.mjs';
import { levels } from './gray-radiation.mjs';

/** Heights of the levels in a standard atmosphere, km. */
const heights = [0.11, 1.46, 3.01, 5.57, 9.16, 11.8, 16.2, 20.6];

/** Saturation specific humidity over water (Bolton 1980), kg kg-1; pressure in hPa. */
export function saturation(temperature, pressure) {
  const vapour = 6.112 * exp((17.67 * (temperature - 273.15)) / (temperature - 29.65));
  return Math.min((0.622 * vapour) / (pressure - 0.378 * Math.min(vapour, 0.5 * pressure)), 0.05);
}

/** One column `{ t, q, skt }`: a lapse rate up to a tropopause, smooth deviations, and a relative humidity that varies with height. */
export function randomColumn({ between, normal }) {
  const surface = between(235, 306);
  const lapse = between(5, 8.5);
  const tropopause = between(190, 225);
  const above = between(-1, 3);
  let deviation = 0;
  let humidity = between(0.2, 1);
  const t = [];
  const q = [];
  for (let k = 0; k < levels.length; k++) {
    deviation = 0.6 * deviation + 1.6 * normal();
    humidity = Math.min(Math.max(humidity + 0.18 * normal() - 0.04, 0.02), 1.05);
    const below = surface - lapse * heights[k];
    t.push(deviation + (below > tropopause ? below : tropopause + above * Math.max(0, heights[k] - (surface - tropopause) / lapse)));
    // Above the tropopause the air is dry whatever its temperature.
    q.push(levels[k] < 150 ? 3e-6 * between(0.7, 1.4) : humidity * saturation(t[k], levels[k]));
  }
  return { t, q, skt: surface + 3 * normal() };
}
