import type { Context } from '../base/index.js';
import type { FdbConfig } from './config/index.js';
import { listEntries } from './read/list-entries.js';
import type { ReadCache } from './read/read-cache.js';
import type { CatalogueReader } from './seam.js';

/** Reads the databases in the folders of a configuration. What a listing does not need is loaded when it is asked for. */
export function localReader(context: Context, config: FdbConfig, cache: ReadCache | undefined): CatalogueReader {
  return {
    list: (selection, options) => listEntries(context, config, selection, { cache, ...options }),
    plan: async (request, options) =>
      await (await import('./read/plan-retrieve.js')).planRetrieve(context, config, request, { cache, ...options }),
    axes: async (selection, options) => await (await import('./read/axes.js')).axes(context, config, selection, { cache, ...options }),
  };
}
