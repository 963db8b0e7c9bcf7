import type { CaseKind } from './case.js';
import { galewsky } from './galewsky.js';
import { rossbyHaurwitz } from './rossby-haurwitz.js';
import { williamson2 } from './williamson2.js';
import { williamson5 } from './williamson5.js';

export type { CaseKind, CaseParameter, Diffusion, PointValues, ShallowWaterCase } from './case.js';
export { gravity, radius, rotation } from './case.js';

/** Initial states by name; callers may `set` their own. */
export const cases: Map<string, CaseKind> = new Map([
  ['galewsky', galewsky],
  ['rossby-haurwitz', rossbyHaurwitz],
  ['williamson2', williamson2],
  ['williamson5', williamson5],
]);
