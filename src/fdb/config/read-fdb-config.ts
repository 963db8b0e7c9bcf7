import { type Context, type Disk, DteError } from '../../base/index.js';
import type { FdbConfig } from './config.js';
import { findConfig, yamlValue } from './find-config.js';
import { parseConfig, singleSpace, tableSpaces } from './parse-config.js';
import { placesOf, variable } from './places.js';
import { type Settings, settingsOf } from './settings.js';

export interface ConfigOptions {
  /** Path of a file, inline YAML or JSON, or an object. */
  readonly config?: string | object;
  /** Settings of the caller: inline YAML or JSON, or an object. */
  readonly userConfig?: string | object;
  /** Name of the command, whose own configuration wins over the common one: `fdb-list`. */
  readonly tool?: string;
}

const allowed = { list: true, retrieve: true, archive: true, wipe: true };

/**
 * The configuration in force (see `findConfig` for the order). With none, and none of the old tables: one root, DTE_FDB_ROOT or
 * `dte-fdb/root` in FDB_HOME, XDG_DATA_HOME or ~/.local/share, with the schema that is built in, so that a first archive needs no files.
 */
export async function readFdbConfig(context: Context, options: ConfigOptions = {}): Promise<FdbConfig> {
  const { disk } = context;
  if (disk === undefined) throw new DteError('unsupported.engine', 'a store of fields needs a file system', { hint: 'run it in Node' });
  const user = typeof options.userConfig === 'string' ? await yamlValue(options.userConfig, 'the user settings') : options.userConfig;
  const settings = settingsOf(context, user);
  const found = await findConfig(context, disk, options);
  if (found === undefined) return unconfigured(context, disk, settings);
  if (found.value === null)
    throw new DteError('input.config', 'the configuration is empty', { where: { file: found.source }, hint: 'type: local, spaces: ...' });
  return parseConfig(found.value, { context, disk, origin: { source: found.source, text: found.text }, settings, usesHome: true });
}

async function unconfigured(context: Context, disk: Disk, settings: Settings): Promise<FdbConfig> {
  const { env } = context;
  const isTold = ['ROOT_DIRECTORY', 'SPACES_FILE', 'ROOTS_FILE'].some((name) => variable(env, name) !== undefined);
  const places = await placesOf(context, disk);
  // Tables in Debian's place come with its package and have no roots: only a home that is set makes them count.
  const usesHome = variable(env, 'HOME') !== undefined;
  const hasTables = usesHome && (await tableSpaces({ context, disk }, places)) !== undefined;
  const origin = { source: isTold ? 'the environment' : hasTables ? places.home : 'built in', text: '' };
  const work = { context, disk, origin, settings, usesHome };
  if (isTold || hasTables) return parseConfig({ type: 'local' }, work);
  const base = variable(env, 'HOME') ?? env['XDG_DATA_HOME'] ?? (env['HOME'] ? `${env['HOME']}/.local/share` : undefined);
  const root = env['DTE_FDB_ROOT'] || (base === undefined ? undefined : `${base}/dte-fdb/root`);
  if (root === undefined)
    throw new DteError('input.config', 'there is no place for a store of fields', { hint: 'set DTE_FDB_ROOT, or give a configuration' });
  const parsed = await parseConfig({ type: 'local', spaces: [{ roots: [{ path: root }] }] }, work);
  return Object.freeze({ ...parsed, spaces: [singleSpace(places.absolute(root), allowed, true)] });
}
