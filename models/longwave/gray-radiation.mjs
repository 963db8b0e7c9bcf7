// Longwave radiation of a column in a gray atmosphere whose opacity comes from its water vapour: what the model `longwave` learns.
//
//   d tau / d sigma = a + b q                                   optical depth; Byrne and O'Gorman (2013), J. Climate 26, 4000-4016:
//                                                               a = 0.8678, b = 1997.9, the diffusivity of radiation included
//   dU/d tau = U - B,   dD/d tau = B - D,   B = s T^4           upward and downward flux (tau downwards), Schwarzschild
//   dT/dt = g / cp  d(U - D)/dp                                 heating
//
// Each level stands for a layer of one temperature and humidity, bounded half way to its neighbours, by 0 above and by the surface pressure
// below: across it a flux is F exp(-dtau) + B (1 - exp(-dtau)), exactly. The surface is black.
import { exp } from '../make/arithmetic.mjs';

/** hPa, upwards. */
export const levels = [1000, 850, 700, 500, 300, 200, 100, 50];
export const surfacePressure = 1013.25;
const stefanBoltzmann = 5.670374419e-8; // W m-2 K-4 (CODATA 2018)
const gravity = 9.80665; // m s-2
const heatCapacity = 1004.64; // J kg-1 K-1, dry air
const secondsPerDay = 86_400;

/** hPa between the bounds of each layer. */
export const thickness = levels.map((level, k) => {
  const below = k === 0 ? surfacePressure : (levels[k - 1] + level) / 2;
  const above = k === levels.length - 1 ? 0 : (level + levels[k + 1]) / 2;
  return below - above;
});

const blackBody = (temperature) => stefanBoltzmann * temperature * temperature * temperature * temperature;

/** Column `t` [K] and `q` [kg kg-1] on the levels, `skt` [K] -> `heating` of each layer [K day-1] and `olr` [W m-2]. */
export function grayRadiation(t, q, skt) {
  const count = levels.length;
  const through = thickness.map((layer, k) => exp(-(0.8678 + 1997.9 * q[k]) * (layer / surfacePressure)));
  const up = [blackBody(skt)]; // at the lower bound of layer k
  for (let k = 0; k < count; k++) up.push(up[k] * through[k] + blackBody(t[k]) * (1 - through[k]));
  const down = new Array(count + 1).fill(0);
  for (let k = count - 1; k >= 0; k--) down[k] = down[k + 1] * through[k] + blackBody(t[k]) * (1 - through[k]);
  const net = up.map((flux, k) => flux - down[k]);
  const heating = thickness.map((layer, k) => ((gravity / heatCapacity) * secondsPerDay * (net[k] - net[k + 1])) / (100 * layer));
  return { heating, olr: up[count] };
}
