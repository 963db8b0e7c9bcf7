import { type Context, DteError, joinPath } from '../../base/index.js';
import { directoryFor, type FdbConfig, findDatabases } from '../config/index.js';
import { type Database, initDatabase, readDatabase } from '../database/index.js';
import { canHaveMade } from '../read/stored-rule.js';
import type { DatabaseRule } from '../schema/index.js';
import { formatKey, type Key } from '../types.js';
import { appendRecords } from './append.js';
import { diskOf } from '../disk-of.js';
import { checkCreator, type VisitOptions } from './visit.js';

export interface OverlayOptions extends VisitOptions {
  /** Keywords in which the two databases may differ; `class` and `expver` unless told. */
  readonly variableKeys?: readonly string[];
  /** True: takes an overlay away again. */
  readonly remove?: boolean;
  /** True: the target may be there already. */
  readonly force?: boolean;
}

export interface OverlayReport {
  readonly source: { readonly key: Key; readonly path: string };
  readonly target: { readonly key: Key; readonly path: string };
}

const variableByDefault: readonly string[] = ['class', 'expver'];

/**
 * Makes a database show what another holds, under its own key: its table of contents refers to the other's. Messages are given with the
 * target's values when they are read. The source must stay where it is. An overlay that was removed cannot come back (a mask in the table of
 * contents holds for good).
 *
 * `absent.database` for a source, or with `remove` a target, that is not there; `input.option` for a target that is there without `force`, for
 * an overlay that is not there to be removed, or was removed before; `input.value` for keys that differ where they may not.
 */
export async function overlay(
  context: Context,
  config: FdbConfig,
  source: Key,
  target: Key,
  options: OverlayOptions = {},
): Promise<OverlayReport> {
  const disk = diskOf(context);
  const rule = ruleFor(config, target);
  checkKeys(source, target, options.variableKeys ?? variableByDefault);
  const from = await databaseOf(context, config, source, options);
  if (from === undefined) throw noSuch('source', source, config);
  const to = await databaseOf(context, config, target, options);
  if (options.remove === true) {
    if (to === undefined) throw noSuch('target', target, config);
    checkCreator(context, config, to);
    const record = mountOf(to, from.path);
    if (record === undefined || record.isMasked)
      throw new DteError('input.option', `${formatKey(source)} is not laid over ${formatKey(target)}`, {
        where: { file: to.path, option: 'remove' },
      });
    await appendRecords(context, config, joinPath(to.path, 'toc'), [{ kind: 'clear', file: record.path, offset: 0 }], options.onDamage);
    return { source: { key: source, path: from.path }, target: { key: target, path: to.path } };
  }
  if (to !== undefined && options.force !== true)
    throw new DteError('input.option', `the target database ${formatKey(target)} exists already`, {
      where: { file: to.path },
      hint: 'force, or --force on the command line, lays over it',
    });
  if (to !== undefined) checkCreator(context, config, to);
  const mount = to === undefined ? undefined : mountOf(to, from.path);
  if (mount !== undefined)
    throw new DteError(
      'input.option',
      mount.isMasked
        ? `${formatKey(source)} was laid over ${formatKey(target)} before and removed or hidden, which holds for good`
        : `${formatKey(source)} is laid over ${formatKey(target)} already`,
      { where: { file: (to as Database).path }, hint: mount.isMasked ? 'wipe the target, or take another' : 'there is nothing to do' },
    );
  const path = to?.path ?? (await newTarget(context, config, target, rule));
  if (path === from.path) throw new DteError('input.option', `${formatKey(source)} cannot be laid over itself`, { where: { file: path } });
  const tocFile = joinPath(await disk.realPath(from.path), 'toc');
  await appendRecords(context, config, joinPath(path, 'toc'), [{ kind: 'sub-toc', path: tocFile }], options.onDamage);
  return { source: { key: source, path: from.path }, target: { key: target, path } };
}

function checkKeys(source: Key, target: Key, variable: readonly string[]): void {
  const keywords = new Set([...source.keys(), ...target.keys()]);
  for (const keyword of keywords) {
    const [one, other] = [source.get(keyword), target.get(keyword)];
    if (one === other || (one !== undefined && other !== undefined && variable.includes(keyword))) continue;
    throw new DteError('input.value', `the databases ${formatKey(source)} and ${formatKey(target)} may not differ in '${keyword}'`, {
      hint: `they may differ in ${variable.join(', ')}`,
    });
  }
}

async function databaseOf(context: Context, config: FdbConfig, key: Key, options: VisitOptions): Promise<Database | undefined> {
  const disk = diskOf(context);
  const selection = new Map([...key].filter(([, value]) => value !== '').map(([keyword, value]) => [keyword, [value]]));
  for await (const place of findDatabases(config, disk, selection, 'list')) {
    const database = await readDatabase(disk, place.path, options.onDamage === undefined ? {} : { onDamage: options.onDamage });
    if (database !== undefined && formatKey(database.key) === formatKey(key)) return database;
  }
  return undefined;
}

function ruleFor(config: FdbConfig, key: Key): DatabaseRule {
  const rule = config.schema.rules.find((candidate) => canHaveMade(candidate, key));
  if (rule !== undefined) return rule;
  throw new DteError('input.keyword', `no rule of the schema makes a database ${formatKey(key)}`, {
    hint: 'name all keywords of level 1 of one rule, and no others',
    ...(config.schemaFile === undefined ? {} : { where: { file: config.schemaFile } }),
  });
}

async function newTarget(context: Context, config: FdbConfig, target: Key, rule: DatabaseRule): Promise<string> {
  const disk = diskOf(context);
  const { catalogue } = await directoryFor(config, disk, target, rule);
  await initDatabase(disk, catalogue, {
    key: target,
    schemaText: config.schema.text,
    timeMs: context.clock.now(),
    version: config.tocVersion,
    roundTo: config.roundTocRecords,
    sync: config.syncOnFlush,
    ...(config.umask === undefined ? {} : { umask: config.umask }),
  });
  return catalogue;
}

/** How the target's own table of contents refers to the source. */
function mountOf(target: Database, sourceFolder: string): { readonly path: string; readonly isMasked: boolean } | undefined {
  const own = target.tocs[0];
  if (own === undefined) return undefined;
  for (const record of [...own.records].reverse()) {
    if (record.kind !== 'sub-toc' || !record.path.startsWith('/')) continue;
    const toc = target.tocs.find(
      (one) => one.parent === own.path && (one.path === record.path || one.path === joinPath(sourceFolder, 'toc')),
    );
    if (record.path === joinPath(sourceFolder, 'toc') || toc?.path === joinPath(sourceFolder, 'toc'))
      return {
        path: record.path,
        isMasked: toc?.isMasked ?? own.records.some((other) => other.kind === 'clear' && other.file === record.path),
      };
  }
  return undefined;
}

function noSuch(role: 'source' | 'target', key: Key, config: FdbConfig): DteError {
  return new DteError('absent.database', `there is no ${role} database ${formatKey(key)}`, {
    hint: `the roots are those of ${config.source}`,
  });
}
