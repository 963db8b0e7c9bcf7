import { canonicalSelection, canonicalValue, type Schema } from '../schema/index.js';
import type { Key, Selection } from '../types.js';

/** Whether metadata has, for every keyword of the selection, one of its values; a keyword that is not there fits nothing. */
export function metadataFilter(schema: Schema, selection: Selection): (metadata: Key) => boolean {
  const wanted = [...canonicalSelection(schema, selection)].map(([keyword, values]) => ({
    keyword,
    values: new Set(values),
    type: schema.types.get(keyword) ?? ('Default' as const),
  }));
  return (metadata) =>
    wanted.every(({ keyword, values, type }) => {
      const text = metadata.get(keyword);
      return text !== undefined && (values.has(text) || values.has(canonicalValue(type, text)));
    });
}
