/** Values of part of a field: a jump info says where in a message values lie, and any ranges of them are read through it. */
export type { RangePrecision } from './coded-values.js';
export { type IndexPicks, indexPicks } from './index-picks.js';
export { gridHashOf, type JumpInfo, jumpInfoOf, type JumpStream, pointsPerRank } from './jump-info.js';
export { boundsOf, type IndexRanges, rangeSteps, type RangeValues, type ReadOctets, valuesAt, type WantedOctets } from './values-at.js';
