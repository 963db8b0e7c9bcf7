/**
 * The HTTP door: a store of values by key (a Zarr hierarchy), read by GET and HEAD with ranges and entity tags, on hono and its Node
 * server. What is served is handed in; the door knows nothing of fields. Errors become problem documents (RFC 9457) with the status of
 * their family: input 400, auth 403, data 422, limit 503, unsupported 501, fault 500; 404 is kept for keys that have no value.
 *
 *   const served = await serveStore(context, store, { port: 8080 });
 *   served.url;                                                        // http://127.0.0.1:8080
 *   await served.close();
 *
 * It only reads, has no users, and listens on this machine unless told otherwise; pages of other origins may read only with `cors`.
 */
export { problemOf, statusOf } from './problem.js';
export { type Served, type ServeOptions, serveStore } from './serve-store.js';
export { type ServedStore, storeApp, type StoreAppOptions } from './store-app.js';
