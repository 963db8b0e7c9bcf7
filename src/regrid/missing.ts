import { DteError, nearestWord } from '../base/index.js';

/** What a target point becomes when some of its source points are missing. */
export interface MissingStrategy {
  readonly name: string;
  /** Number of the strategy in kernels (`override strategy`). */
  readonly id: number;
  readonly meaning: string;
}

/**
 * MIR's `non-linear` treatments. In the three `missing-if-*`, a row that is not made missing is applied to its present points
 * with their weights divided by their sum. A row whose points are all missing, and an empty row, is missing in all five.
 * "Heaviest" is the entry of the largest weight, the first of equals in column order.
 * Upstream's `no` multiplies the missing marker like a number; here a marker never enters arithmetic, so `no` makes the point
 * missing as soon as one of its points is: the same as NaN would do.
 */
export const missingStrategies = {
  no: {
    name: 'no',
    id: 0,
    meaning: 'no treatment: fields are promised to have no missing values; a missing point makes its row missing, as NaN would',
  },
  'missing-if-all-missing': { name: 'missing-if-all-missing', id: 1, meaning: 'missing only when every source point is missing' },
  'missing-if-any-missing': { name: 'missing-if-any-missing', id: 2, meaning: 'missing when at least one source point is missing' },
  'missing-if-heaviest-missing': {
    name: 'missing-if-heaviest-missing',
    id: 3,
    meaning: 'missing when the source point of the largest weight is missing',
  },
  heaviest: { name: 'heaviest', id: 4, meaning: 'the value of the source point of the largest weight alone; missing when that point is' },
} as const satisfies Readonly<Record<string, MissingStrategy>>;

export type MissingStrategyName = keyof typeof missingStrategies;

export const defaultMissingStrategy: MissingStrategyName = 'missing-if-heaviest-missing';

/** The strategy of a name. `input.option` when there is none. */
export function missingStrategy(name: string): MissingStrategy {
  if (Object.hasOwn(missingStrategies, name)) return missingStrategies[name as MissingStrategyName];
  const names = [...Object.keys(missingStrategies), 'simulated-missing-value'];
  const meant = nearestWord(name, names);
  throw new DteError('input.option', `'${name}' is not a treatment of missing values: ${names.join(', ')}`, {
    where: { option: 'missing' },
    ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
  });
}

/** What a text of `non-linear` asks for: one treatment, after values that stand for missing ones were marked where it asks for that. */
export interface MissingPlan {
  readonly strategy: MissingStrategy;
  readonly simulated: boolean;
}

/** The name that marks values which stand for missing ones. */
export const simulatedMissing = 'simulated-missing-value';

/**
 * Treatments in a row, with `/` between them as MIR has it. A point that one of them makes missing stays so: the strictest decides.
 * `simulated-missing-value` marks values first; alone, `missing-if-heaviest-missing` follows. Errors: `input.option`.
 */
export function missingPlan(text: string): MissingPlan {
  const names = text.split('/');
  const simulated = names.includes(simulatedMissing);
  const strategies = names.filter((name) => name !== simulatedMissing).map(missingStrategy);
  const asked = new Set<string>(strategies.map(({ name }) => name));
  const strictest = (['missing-if-any-missing', 'missing-if-heaviest-missing', 'missing-if-all-missing'] as const).find((name) =>
    asked.has(name),
  );
  if (asked.has('heaviest')) {
    if (strictest !== 'missing-if-any-missing') return { strategy: missingStrategies.heaviest, simulated };
    throw new DteError('input.option', `'${text}' contradicts itself`, {
      where: { option: 'missing' },
      hint: 'heaviest looks at one source point alone, missing-if-any-missing at all of them',
    });
  }
  if (strictest !== undefined) return { strategy: missingStrategies[strictest], simulated };
  return { strategy: simulated && !asked.has('no') ? missingStrategies[defaultMissingStrategy] : missingStrategies.no, simulated };
}
