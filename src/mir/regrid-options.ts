import { defaultMethod, defaultMissingStrategy, methodName, missingStrategy, type RegridOptions } from '../regrid/index.js';
import type { MirOptions } from './options.js';

/** What the options say about an interpolation; `method` in place of that of the options. Errors: as `methodName` and `missingStrategy`. */
export function regridOptions(options: MirOptions, method = options.interpolation ?? defaultMethod): RegridOptions {
  return { method: methodName(method), missing: missingStrategy(options['non-linear'] ?? defaultMissingStrategy).name };
}
