/**
 * The field store with the names and habits of ECMWF's Python client, pyfdb, for programs that come from there.
 *
 *   const fdb = await FDB.open(nodeContext());
 *   await fdb.archive(bytes);
 *   await fdb.flush();
 *   for await (const element of fdb.list({ class: 'od', step: '0/to/24/by/6' })) shown.push(element.combinedKey);
 *   const handle = await fdb.retrieve({ class: 'od', expver: '0001', param: ['t', 'z'] });
 *   const messages = await handle.readall();
 *
 * `FDB` is the class of pyfdb 5.18 and later, `pyfdbModule` has the functions of the module before it. Selections are dictionaries of
 * texts, numbers and lists, where `a/b/c` is a list and `a/to/b/by/n` a range; values are brought to canonical text by the language.
 *
 * Known differences: everything that reads or writes is asynchronous; a context (files, clock, log) is given, where Python has the
 * process; names of options are in camel case; what a retrieve does not find is logged, told by the handle's `shortfall`, and an
 * error with `expect`, where pyfdb gives an empty handle without a word; iterators of `status`, `wipe`, `purge` and `stats` give
 * reports with fields instead of lines of text.
 *
 * Reference: ecmwf/fdb (src/pyfdb), ecmwf/pyfdb (pyfdb/pyfdb.py).
 */
export { DataHandle } from './data-handle.js';
export { FDB, type ListChoice, type RetrieveChoice, type WipeChoice } from './fdb.js';
export type { ListElement } from './list-element.js';
export { type ListedField, type OldListChoice, type PyfdbModule, pyfdbModule } from './module.js';
export type { MarsSelection, SelectionValue } from './selection.js';
