import { type Disk, DteError, joinPath } from '../../base/index.js';
import { type DatabaseRule, keyText } from '../schema/index.js';
import { formatKey, type Key } from '../types.js';
import { type Chance, chooseRoot, noRoot } from './choose-root.js';
import type { FdbConfig, Root, Space } from './config.js';
import { databaseName } from './name-rows.js';

/** Where a database is, or is to be made. */
export interface Directory {
  /** Folder of its table of contents. */
  readonly catalogue: string;
  /** Folder of its data files; the same, unless the configuration separates them. */
  readonly store: string;
  readonly root: Root;
}

/** A file with this name in a database allows others of the same key in other roots. */
const severalAllowed = 'duplicates.allow';

/**
 * The directory in which a database is archived: the one that exists in a root of the first space that fits, else one in the root that the
 * space's handler chooses. `input.config` when no space fits or several roots have it, `auth.locked` when its root does not allow archiving.
 */
export async function directoryFor(
  config: FdbConfig,
  disk: Disk,
  key: Key,
  rule: DatabaseRule,
  chance: Chance = { random: Math.random },
): Promise<Directory> {
  const text = keyText(rule.predicates, key);
  const space = config.spaces.find(({ pattern }) => pattern.test(text));
  if (space === undefined) {
    throw new DteError('input.config', `no space takes ${formatKey(key)}`, {
      where: { file: config.source },
      hint: `'${text}' fits none of ${config.spaces.map(({ regex }) => `'${regex}'`).join(', ')}`,
    });
  }
  const name = databaseName(config.names, rule.predicates, key);
  checkName(name);
  const choose = { ...chance, config, disk, key, space };
  const existing = await existingRoot(
    disk,
    space.roots.filter((root) => root.list || root.archive),
    name,
    key,
  );
  if (existing !== undefined && !existing.archive) {
    throw new DteError('auth.locked', `${formatKey(key)} is in '${existing.catalogue}', where nothing is archived`, {
      where: { file: config.source },
      hint: 'allow archive for this root, or move the database',
    });
  }
  const root = existing ?? (await chooseRoot(choose, await usable(disk, space, space.roots)));
  return { catalogue: joinPath(root.catalogue, name), store: await storeFor(choose, root, name), root };
}

/** Data files have their own roots where the configuration separates them; a directory that is there already wins here too. */
async function storeFor(choose: Parameters<typeof chooseRoot>[0], root: Root, name: string): Promise<string> {
  const { disk, space } = choose;
  if (space.storeRoots === undefined) return joinPath(root.store, name);
  for (const candidate of space.storeRoots) {
    if ((await disk.info(joinPath(candidate.store, name)))?.isDirectory === true) return joinPath(candidate.store, name);
  }
  return joinPath((await chooseRoot(choose, await usable(disk, space, space.storeRoots))).store, name);
}

async function existingRoot(disk: Disk, roots: readonly Root[], name: string, key: Key): Promise<Root | undefined> {
  const found: Root[] = [];
  for (const root of roots) if ((await disk.info(`${joinPath(root.catalogue, name)}/toc`)) !== undefined) found.push(root);
  if (found.length < 2) return found[0];
  const shared: Root[] = [];
  for (const root of found) if ((await disk.info(`${joinPath(root.catalogue, name)}/${severalAllowed}`)) !== undefined) shared.push(root);
  // As upstream: of those that allow others, the last; one that does not may stand beside them.
  if (found.length - shared.length <= 1) return found.findLast((root) => shared.includes(root));
  throw new DteError('input.config', `${formatKey(key)} is in several roots: ${found.map((root) => root.catalogue).join(', ')}`, {
    hint: `keep one of them, or allow it by a file '${severalAllowed}' in each`,
  });
}

/** Roots that may be written to and are there. */
async function usable(disk: Disk, space: Space, roots: readonly Root[]): Promise<readonly Root[]> {
  const there: Root[] = [];
  for (const root of roots) {
    if (root.archive && (root.isMadeOnWrite || (await disk.info(root.catalogue))?.isDirectory === true)) there.push(root);
  }
  if (there.length === 0 && space.handler !== 'envvar') throw noRoot(space);
  return there.length === 0 ? roots : there;
}

/** Nothing may be written outside the root, whatever the values are. */
function checkName(name: string): void {
  const isBad = name === '' || name.includes('\0') || name.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (isBad)
    throw new DteError('input.value', `${JSON.stringify(name)} cannot name a database`, { hint: "no empty parts, '.', '..' or NUL" });
}
