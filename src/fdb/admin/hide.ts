import type { Context } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import type { Key, Selection } from '../types.js';
import { appendRecords } from './append.js';
import { visibleIndexes } from './owned.js';
import { checkCreator, visitDatabases, type VisitOptions } from './visit.js';

export interface HideOptions extends VisitOptions {
  /** False, and so unless told: nothing is changed. */
  readonly doit?: boolean;
}

export interface HideReport {
  readonly key: Key;
  readonly path: string;
  /** Indexes that go, or went, out of sight. */
  readonly indexes: number;
  readonly isDone: boolean;
}

/**
 * Hides all that the matching databases hold now, for good; what is archived later shows. The files stay until a purge.
 * `absent.database`, `auth.access`.
 */
export async function* hide(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: HideOptions = {},
): AsyncGenerator<HideReport> {
  for await (const { database, config: own } of visitDatabases(context, config, selection, 'archive', options)) {
    const report = { key: database.key, path: database.path, indexes: visibleIndexes(database).length };
    if (options.doit !== true) {
      yield { ...report, isDone: false };
      continue;
    }
    checkCreator(context, own, database);
    await appendRecords(context, own, `${database.path}/toc`, [{ kind: 'clear', file: '*', offset: 0 }], options.onDamage);
    yield { ...report, isDone: true };
  }
}
