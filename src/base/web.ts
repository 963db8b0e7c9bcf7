/** The part of the ground floor that is a page's: kept apart so that no process and no worker thread loads it. */
export { webContext, type WebContextOptions } from './web-context.js';
export { type WebFile, webFiles } from './web-files.js';
