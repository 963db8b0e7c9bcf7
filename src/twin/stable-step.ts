import type { InitialState } from './initial-state.js';
import { radius, rotation } from './cases/index.js';
import type { SchemeName } from './time-scheme.js';

export interface StepProblem {
  readonly truncation: number;
  readonly scheme: SchemeName;
  readonly state: InitialState;
  readonly meanPhi: number;
}

const hour = 3600;

/** A time step, s, with which the scheme is stable for the initial state and what comes of it: the longest that divides an hour. */
export function stableSeconds({ truncation, scheme, state, meanPhi }: StepProblem): number {
  const fastest = Math.sqrt(Math.max(state.greatestPhi, meanPhi));
  const rate = ((truncation + 1) / radius) * (state.greatestWind + (scheme === 'explicit' ? fastest : 0.5 * fastest)) + 2 * rotation;
  return hour / Math.ceil((hour * rate) / 2);
}
