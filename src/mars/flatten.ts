import type { MarsLanguage } from './language.js';
import type { MarsRequest } from './request.js';

/**
 * Every single field that a request asks for: all combinations of its values, the first keyword varying slowest. Lazy.
 * With the language, keywords that do not multiply fields (area, grid, target, ...) keep their list, joined by '/'.
 */
export function* flattenRequest(
  request: Pick<MarsRequest, 'verb' | 'keywords'>,
  language?: MarsLanguage,
): Generator<ReadonlyMap<string, string>, void, undefined> {
  const axes = axesOf(request, language);
  if (axes.some(([, values]) => values.length === 0)) return;
  const place = axes.map(() => 0);
  for (;;) {
    yield new Map(axes.map(([keyword, values], axis) => [keyword, values[place[axis] as number] as string]));
    let axis = axes.length - 1;
    while (axis >= 0 && (place[axis] as number) + 1 === (axes[axis] as Axis)[1].length) place[axis--] = 0;
    if (axis < 0) return;
    (place[axis] as number)++;
  }
}

/** How many combinations `flattenRequest` gives. */
export function countCombinations(request: Pick<MarsRequest, 'verb' | 'keywords'>, language?: MarsLanguage): number {
  return axesOf(request, language).reduce((product, [, values]) => product * values.length, 1);
}

type Axis = readonly [keyword: string, values: readonly string[]];

function axesOf(request: Pick<MarsRequest, 'verb' | 'keywords'>, language: MarsLanguage | undefined): readonly Axis[] {
  const table = language?.verb(request.verb);
  return [...request.keywords].map(([keyword, values]) =>
    table === undefined || (table.keyword(keyword)?.flattens ?? true) ? [keyword, values] : [keyword, [values.join('/')]],
  );
}
