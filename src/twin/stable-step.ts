import { radius, rotation } from './cases/index.js';
import type { InitialState } from './initial-state.js';
import type { SchemeName } from './time-scheme.js';

export interface StepProblem {
  readonly truncation: number;
  readonly scheme: SchemeName;
  readonly state: InitialState;
  /** Root mean square of the perturbations of the wind, m/s. */
  readonly perturbation: number;
}

const hour = 3600;
/** The greatest wind of a perturbation of degrees up to 21, in units of its root mean square. */
const perturbationPeak = 4;
/**
 * Step times fastest rate, for each scheme. At T42 without diffusion the exponential scheme was stable for 4 days up to 3.3 (jet), 2.0 (steady
 * flow; not tried beyond) and 3.9 (Rossby-Haurwitz wave) and changed the available energy by less than 1e-5 up to 1.6; the explicit one was
 * stable up to 2.6 and became unstable at 3.1 in the worst case.
 */
const stableProduct: Readonly<Record<SchemeName, number>> = { exponential: 1.6, explicit: 2.4 };

/**
 * A time step, s, with which the scheme is stable and accurate for the initial state and what comes of it: the longest whole
 * number of seconds that divides an hour. Waves of the shortest length are carried by the wind; in the explicit scheme gravity waves run as well.
 */
export function stableSeconds({ truncation, scheme, state, perturbation }: StepProblem): number {
  const wind = state.greatestWind + perturbationPeak * perturbation;
  const fastest = scheme === 'explicit' ? wind + Math.sqrt(state.greatestPhi) : wind;
  const rate = ((truncation + 1) / radius) * fastest + 2 * rotation;
  const seconds = Math.max(1, Math.floor(stableProduct[scheme] / rate));
  for (let step = Math.min(seconds, hour); ; step--) if (hour % step === 0) return step;
}
