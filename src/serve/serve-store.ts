import { serve, type ServerType } from '@hono/node-server';
import { type Context, DteError } from '../base/index.js';
import { type ServedStore, storeApp, type StoreAppOptions } from './store-app.js';

export interface ServeOptions extends StoreAppOptions {
  /** Default 127.0.0.1: nobody outside this machine. */
  readonly host?: string;
  /** 0 (default) takes any that is free. */
  readonly port?: number;
}

export interface Served {
  /** Where the door is: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more requests, lets those that are answered come to an end for `graceMs` (default 2000), and ends. */
  close(graceMs?: number): Promise<void>;
}

/** Serves a store over HTTP until it is closed. The store stays the caller's. `input.option` for a port or address that cannot be taken. */
export async function serveStore(context: Pick<Context, 'log'>, store: ServedStore, options: ServeOptions = {}): Promise<Served> {
  const { host = '127.0.0.1', port = 0 } = options;
  const app = storeApp(context, store, options);
  const { server, taken } = await listen(app.fetch, host, port);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
  context.log.info('serve.open', { url });
  let closing: Promise<void> | undefined;
  return {
    url,
    close(graceMs = 2000) {
      closing ??= closeServer(server, graceMs).then(() => context.log.info('serve.close', { url }));
      return closing;
    },
  };
}

function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
): Promise<{ server: ServerType; taken: number }> {
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => {
      reject(
        new DteError('input.option', `port ${port} of ${hostname} cannot be taken: ${error.message}`, {
          hint: 'choose another one; 0 takes any that is free',
          cause: error,
        }),
      );
    };
    try {
      const server = serve({ fetch, hostname, port, overrideGlobalObjects: false }, ({ port: taken }) => {
        server.removeListener('error', refused);
        resolve({ server, taken });
      });
      server.on('error', refused);
    } catch (error) {
      refused(error as Error);
    }
  });
}

/** How often connections whose answer has ended are looked for. */
const pollMs = 20;

function closeServer(server: ServerType, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const closeIdle = (): void => {
      if ('closeIdleConnections' in server) server.closeIdleConnections();
    };
    // A connection that was busy is kept open by its client for the next request, which will not be answered.
    const poll = setInterval(closeIdle, pollMs);
    const force = setTimeout(() => {
      if ('closeAllConnections' in server) server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearInterval(poll);
      clearTimeout(force);
      resolve();
    });
    closeIdle();
  });
}
