import { combinedKey, type Entry } from '../../../fdb/index.js';

type Keywords = Map<string, readonly string[]>;

/**
 * Requests whose products are exactly the given fields, each field in one of them: cells that differ in one keyword's values only
 * are merged, the innermost keyword first. Values stand in the order in which they were met.
 */
export function compactRequests(entries: readonly Entry[]): readonly ReadonlyMap<string, readonly string[]>[] {
  const groups = new Map<string, Map<string, Keywords>>();
  for (const entry of entries) {
    const key = combinedKey(entry);
    // Only fields with the same keywords can share a request.
    const shape = [...key.keys()].join(',');
    const cells = groups.get(shape) ?? new Map<string, Keywords>();
    groups.set(shape, cells);
    cells.set([...key.values()].join('\0'), new Map([...key].map(([keyword, value]) => [keyword, [value]])));
  }
  return [...groups.values()].flatMap((cells) => merged([...cells.values()]));
}

function merged(cells: readonly Keywords[]): readonly Keywords[] {
  const keywords = [...(cells[0] as Keywords).keys()].reverse();
  return keywords.reduce((left, keyword) => mergedAlong(left, keyword), cells);
}

function mergedAlong(cells: readonly Keywords[], along: string): readonly Keywords[] {
  const byOthers = new Map<string, Keywords>();
  for (const cell of cells) {
    const others = [...cell].map(([keyword, values]) => (keyword === along ? '' : [...values].sort().join('/'))).join('\0');
    const same = byOthers.get(others);
    if (same === undefined) byOthers.set(others, new Map(cell));
    else same.set(along, [...(same.get(along) as readonly string[]), ...(cell.get(along) as readonly string[])]);
  }
  return [...byOthers.values()];
}
