import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { type Context, DteError } from '../base/index.js';
import { parseByteRange } from './byte-range.js';
import { problem, problemOf, statusOf } from './problem.js';

/** What is served: values by key, as a Zarr store has them. */
export interface ServedStore {
  /** undefined for a key without a value. */
  info(key: `/${string}`): { readonly sizeBytes: number /** Changes with the octets. */; readonly tag: string } | undefined;
  get(key: `/${string}`): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export interface StoreAppOptions {
  /** Origin whose pages may read (`*` for all); default: none but the server's own. */
  readonly cors?: string;
}

/**
 * The answers of a door to a store: GET and HEAD by key, parts by `Range`, unchanged values by `ETag`. A key without a value is 404;
 * failures are problems with the status of their error's family, never 404, which readers of Zarr take for fill values.
 */
export function storeApp(context: Pick<Context, 'log'>, store: ServedStore, options: StoreAppOptions = {}): Hono {
  const app = new Hono();
  if (options.cors !== undefined) {
    const exposed = ['ETag', 'Content-Range', 'Content-Length', 'Accept-Ranges'];
    app.use(
      cors({
        origin: options.cors,
        allowMethods: ['GET', 'HEAD'],
        allowHeaders: ['Range', 'If-None-Match', 'If-Range'],
        exposeHeaders: exposed,
      }),
    );
  }
  app.get('*', async ({ req }) => {
    try {
      return await answer(store, req.raw);
    } catch (error) {
      const status = statusOf(error);
      context.log[status >= 500 ? 'error' : 'warn']('serve.failed', {
        path: new URL(req.url).pathname,
        status,
        reason: (error as Error).message,
      });
      // What is not there after all has been lost since it was listed.
      return problemOf(error, status === 404 ? 500 : status);
    }
  });
  app.all('*', ({ req }) =>
    problem(405, { title: 'input.option', detail: `method ${req.method} is not possible; GET and HEAD are` }, { Allow: 'GET, HEAD' }),
  );
  return app;
}

async function answer(store: ServedStore, request: Request): Promise<Response> {
  const key = keyOf(request);
  const info = store.info(key);
  if (info === undefined) return problem(404, { title: 'absent.key', detail: `'${key}' has no value; what there is stands in /zarr.json` });
  const { sizeBytes } = info;
  const tag = `"${info.tag}"`;
  const headers = {
    'Content-Type': key.endsWith('.json') ? 'application/json' : 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    // Kept by readers, and asked for again: another store may be served here tomorrow.
    'Cache-Control': 'no-cache',
    ETag: tag,
  };
  if (matches(request.headers.get('If-None-Match'), tag)) return new Response(null, { status: 304, headers });
  const condition = request.headers.get('If-Range');
  const range = condition === null || condition === tag ? parseByteRange(request.headers.get('Range') ?? undefined, sizeBytes) : undefined;
  if (range === 'unsatisfiable')
    return problem(
      416,
      { title: 'input.option', detail: `the range lies outside the ${sizeBytes} octets of '${key}'` },
      { 'Content-Range': `bytes */${sizeBytes}` },
    );
  const length = range === undefined ? sizeBytes : range.end - range.start;
  const ranged = range === undefined ? {} : { 'Content-Range': `bytes ${range.start}-${range.end - 1}/${sizeBytes}` };
  const answered = { status: range === undefined ? 200 : 206, headers: { ...headers, ...ranged, 'Content-Length': String(length) } };
  if (request.method === 'HEAD') return new Response(null, answered);
  const bytes = await store.get(key);
  if (bytes === undefined) throw new DteError('fault.internal', `'${key}' was announced and has no value`);
  return new Response(range === undefined ? bytes : bytes.subarray(range.start, range.end), answered);
}

function keyOf({ url }: Request): `/${string}` {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname) as `/${string}`;
  } catch (error) {
    throw new DteError('input.syntax', `'${pathname}' is not a path: a % stands for no character`, { cause: error });
  }
}

function matches(header: string | null, tag: string): boolean {
  return header?.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim())) === true;
}
