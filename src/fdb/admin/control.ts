import { type Context, DteError } from '../../base/index.js';
import type { FdbConfig } from '../config/index.js';
import { readControls, setControl } from '../database/index.js';
import type { Control, Key, Selection } from '../types.js';
import { diskOf } from '../disk-of.js';
import { checkCreator, visitDatabases, type VisitOptions } from './visit.js';

export interface DatabaseStatus {
  readonly key: Key;
  readonly path: string;
  /** What it is locked for. `unique-root`: fields may lie in several roots. */
  readonly locks: ReadonlySet<Control>;
}

const controlNames: readonly Control[] = ['retrieve', 'archive', 'list', 'wipe', 'unique-root'];

/** Where the matching databases are, and what they are locked for. `absent.database` when there is none. */
export async function* status(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  options: VisitOptions = {},
): AsyncGenerator<DatabaseStatus> {
  for await (const { database } of visitDatabases(context, config, selection, 'list', options))
    yield { key: database.key, path: database.path, locks: database.controls };
}

/**
 * Locks or unlocks the matching databases for operations, and tells how each then stands. Nothing happens before the result is iterated.
 * `input.option` without any operation, `absent.database`, `auth.access`.
 */
export async function* control(
  context: Context,
  config: FdbConfig,
  selection: Selection,
  change: { readonly action: 'lock' | 'unlock'; readonly controls: readonly Control[] },
  options: VisitOptions = {},
): AsyncGenerator<DatabaseStatus> {
  const disk = diskOf(context);
  const unknown = change.controls.find((name) => !controlNames.includes(name));
  if (unknown !== undefined || change.controls.length === 0)
    throw new DteError(
      'input.option',
      unknown === undefined ? `nothing is named to ${change.action}` : `'${unknown as string}' cannot be locked`,
      {
        hint: `name one or more of ${controlNames.join(', ')}`,
      },
    );
  for await (const { database, config: own } of visitDatabases(context, config, selection, 'list', options)) {
    checkCreator(context, own, database);
    for (const name of change.controls) await setControl(disk, database.path, name, change.action === 'lock');
    yield { key: database.key, path: database.path, locks: await readControls(disk, database.path) };
  }
}
