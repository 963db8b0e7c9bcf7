import type { SplitKey } from '../schema/index.js';
import type { Key } from '../types.js';

/** The metadata that a split key stands for, under the keywords of metadata, without empty values. A date counts for more than the year or month of it. */
export function metadataOf({ database, group, element, rule }: SplitKey): Key {
  const metadata = new Map<string, string>();
  const levels = [
    [database, rule.database.predicates],
    [group, rule.group.predicates],
    [element, rule.group.element.predicates],
  ] as const;
  for (const [key, predicates] of levels) {
    for (const { keyword, printed } of predicates) {
      const value = key.get(printed) ?? '';
      if (value !== '' && (printed === keyword || !metadata.has(keyword))) metadata.set(keyword, value);
    }
  }
  return metadata;
}
