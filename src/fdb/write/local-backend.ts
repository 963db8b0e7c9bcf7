import type { Context } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { diskOf } from '../disk-of.js';
import type { Catalogue, Store } from '../seam.js';
import { bufferPool } from './buffer-pool.js';
import { type LocalCatalogueOptions, openLocalCatalogue } from './local-catalogue.js';
import { localStore } from './local-store.js';
import { newFiles } from './new-files.js';

/** What an archiver needs of a store and a catalogue. */
export interface WriteBackend {
  readonly store: Pick<Store, 'openForWriting'>;
  readonly catalogue: Pick<Catalogue, 'openForWriting'>;
}

/** Store and catalogue in the folders of a configuration. */
export function localBackend(context: Context, options: Omit<LocalCatalogueOptions, 'files'>): (config: FdbConfig) => WriteBackend {
  const disk = diskOf(context);
  return (config) => {
    const files = newFiles(context, config.umask);
    return {
      store: localStore(disk, { pool: bufferPool(config.bufferBytes), files, umask: config.umask, sync: config.syncOnFlush }),
      catalogue: { openForWriting: (split) => openLocalCatalogue(context, disk, config, split, { ...options, files }) },
    };
  };
}
