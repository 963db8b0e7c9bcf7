import {
  defaultMethod,
  defaultMissingStrategy,
  type MethodOptions,
  methodName,
  missingPlan,
  optionsOfMethods,
  parseMethodOption,
  type RegridOptions,
} from '../regrid/index.js';
import { DteError } from '../base/index.js';
import { type MethodFlag, type MethodFlagName, methodFlags } from './method-flags.js';
import type { MirOptions } from './options.js';

/**
 * What the options say about an interpolation; `method` in place of that of the options. No method where weights come from a file. Options that the method does not take are
 * refused, unless it stands in for that of the options. Errors: as `methodName`, `missingPlan` and `parseMethodOption`.
 */
export function regridOptions(options: MirOptions, method?: string): RegridOptions {
  const isMatrix = method === undefined && options['interpolation-matrix'] !== undefined;
  const name = isMatrix ? 'matrix' : methodName(method ?? options.interpolation ?? defaultMethod);
  const details = detailsOf(options, name, method === undefined);
  const missing = options['non-linear'] ?? defaultMissingStrategy;
  // Refused before anything is read.
  missingPlan(missing);
  const { 'simulated-missing-value': marker, 'simulated-missing-value-epsilon': epsilon } = options;
  return {
    ...(isMatrix ? {} : { method: name }),
    ...details,
    missing,
    ...(marker === undefined ? {} : { 'simulated-missing-value': marker }),
    ...(epsilon === undefined ? {} : { 'simulated-missing-value-epsilon': epsilon }),
  };
}

function detailsOf(options: MirOptions, method: string, mustTakeAll: boolean): MethodOptions {
  const taken: readonly string[] = optionsOfMethods.get(method) ?? [];
  const details: Record<string, unknown> = {};
  for (const [flag, { own = flag }] of Object.entries(methodFlags) as [MethodFlagName, MethodFlag][]) {
    const value = options[flag];
    if (value === undefined) continue;
    if (taken.includes(own)) details[own] = parseMethodOption(own, String(value));
    else if (mustTakeAll) throw notTaken(flag, method, taken);
  }
  return details as MethodOptions;
}

function notTaken(flag: string, method: string, taken: readonly string[]): DteError {
  const nameOf = (own: string): string =>
    (Object.entries(methodFlags) as [string, MethodFlag][]).find(([, one]) => one.own === own)?.[0] ?? own;
  return new DteError('input.option', `'${flag}' is not an option of the method ${method}`, {
    where: { option: flag },
    hint: taken.length === 0 ? 'it has none' : `its options are ${taken.map(nameOf).join(', ')}`,
  });
}
