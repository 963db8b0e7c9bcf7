import type { Context } from './context.js';

/** Where this package keeps what it can make again: DTE_CACHE, else `dte` in XDG_CACHE_HOME, else `.cache/dte` in HOME. Undefined where none of them is set. */
export function cacheFolder({ env }: Pick<Context, 'env'>): string | undefined {
  if (env['DTE_CACHE']) return env['DTE_CACHE'];
  if (env['XDG_CACHE_HOME']) return `${env['XDG_CACHE_HOME']}/dte`;
  return env['HOME'] ? `${env['HOME']}/.cache/dte` : undefined;
}
