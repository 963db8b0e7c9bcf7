/**
 * Schemas: how metadata is laid out on three levels, database (directory), group (index and data file) and element (key in the index).
 * Text -> `Schema` (parse), `Schema` -> normal form (format); metadata -> three keys by the first rule that fits (archive); selection ->
 * matchers of stored keys (list) and exact cells (retrieve). Source: fdb, src/fdb5/rules and src/fdb5/types; differences are told where they are.
 */
export { canonicalValue, type ValueOptions } from './canonical-value.js';
export { type Cells, canonicalSelection, cellsOf, rulesFor } from './cells.js';
export { defaultSchema } from './default-schema.js';
export { formatPredicates, formatSchema } from './format-schema.js';
export { keyFromText, keyText, valuesOfText } from './key-text.js';
export { askedValues, type LevelMatcher, levelMatcher, passesTest } from './level-matcher.js';
export { paramId, storedValues, valueFits } from './match-value.js';
export { parseSchema } from './parse-schema.js';
export * from './schema.js';
export { archiveSplitter, type SplitKey, splitForArchive } from './split-for-archive.js';
