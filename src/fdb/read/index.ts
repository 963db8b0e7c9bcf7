/**
 * Reading: what is there (list, axes), where it lies (inspect), and the messages themselves (retrieve), as octets or as fields on the
 * device. Databases are found by the configuration, their tables of contents are read once at the start of a walk, and of indexes only
 * those are opened whose axes do not exclude them. An open store keeps what it read (`ReadCache`), and looks at every call whether that
 * still holds.
 */
export { axes, type AxesOptions } from './axes.js';
export { inspect } from './inspect.js';
export { listEntries, type ListOptions } from './list-entries.js';
export { formatElement } from './listed-entry.js';
export type { RetrievePlan } from './plan-retrieve.js';
export { retrieve, type Retrieval, type RetrievedMessage, type RetrieveOptions } from './retrieve.js';
export type { Shortfall, ShortfallReason } from './shortfall.js';
