import type { Context } from '../../base/index.js';
import { CheckedMap } from './checked-map.js';
import type { FdbConfig } from './config.js';
import { variable } from './places.js';

/** What does not come from the document of a configuration, but from the environment and the caller. */
export type Settings = Pick<
  FdbConfig,
  | 'tocVersion'
  | 'useSubToc'
  | 'syncOnFlush'
  | 'bufferBytes'
  | 'roundTocRecords'
  | 'onlyCreatorCanWrite'
  | 'mostDatabasesOpen'
  | 'readLimitBytes'
  | 'auxiliaryExtensions'
  | 'rootVariable'
  | 'expverRoot'
>;

const USER_KEYS = ['useSubToc', 'preloadTocBTree', 'limits', 'bufferBytes', 'roundTocRecords', 'onlyCreatorCanWrite', 'mostDatabasesOpen'];
const mebibyte = 1024 * 1024;

/** User settings (a map) over the environment over what upstream starts with. `preloadTocBTree` is taken and has no meaning here. */
export function settingsOf({ env }: Pick<Context, 'env'>, user: unknown): Settings {
  const origin = { source: 'the user settings', text: '' };
  const map = new CheckedMap(user ?? {}, 'the user settings', USER_KEYS, origin);
  const limits = new CheckedMap(map.value('limits') ?? {}, 'limits of the user settings', ['read'], origin);
  const names = ['SUB_TOCS', 'DATA_SYNC_ON_FLUSH', 'SERIALISATION_VERSION', 'READ_LIMIT'];
  const fromEnv = new CheckedMap(Object.fromEntries(names.map((name) => [name, variable(env, name)])), 'the environment', names, {
    source: 'FDB_... variables',
    text: '',
  });
  const variableName = variable(env, 'FILESPACEHANDLER_ENVVARNAME') ?? 'STHOST';
  const roundTocRecords = map.number('roundTocRecords') ?? 1024;
  if (roundTocRecords === 0) throw map.error('roundTocRecords is 0', 'a length of 1 octet or more', 'roundTocRecords');
  return {
    // Version 2 is what 5.10.8 writes and reads; 0 stands for the usual one.
    tocVersion: versionOf(fromEnv),
    useSubToc: map.truth('useSubToc') ?? fromEnv.truth('SUB_TOCS') ?? false,
    syncOnFlush: fromEnv.truth('DATA_SYNC_ON_FLUSH') ?? true,
    bufferBytes: map.number('bufferBytes') ?? 64 * mebibyte,
    roundTocRecords,
    onlyCreatorCanWrite: map.truth('onlyCreatorCanWrite') ?? true,
    mostDatabasesOpen: Math.max(1, map.number('mostDatabasesOpen') ?? 64),
    readLimitBytes: limits.number('read') ?? fromEnv.number('READ_LIMIT') ?? 1024 * mebibyte,
    auxiliaryExtensions: (variable(env, 'AUX_EXTENSIONS') ?? 'gribjump').split(',').filter((text) => text !== ''),
    rootVariable: { name: variableName, value: env[variableName] || undefined },
    expverRoot: variable(env, 'ROOT'),
  };
}

function versionOf(fromEnv: CheckedMap): 1 | 2 | 3 {
  const version = fromEnv.number('SERIALISATION_VERSION') ?? 0;
  if (version === 0) return 2;
  if (version === 1 || version === 2 || version === 3) return version;
  throw fromEnv.error(`FDB_SERIALISATION_VERSION is ${version}`, '1, 2 or 3');
}
