import { DteError } from '../../base/index.js';
import type { Plugin, PluginHost, PluginLoader, PluginSpec } from '../types.js';

/** What a module of kind `module` exports: `export function createPlugin({ coreConfig }) { return { info, negotiate, ... }; }` */
interface PluginModule {
  readonly createPlugin?: (given: { readonly coreConfig: PluginSpec['coreConfig'] } & PluginHost) => Plugin | Promise<Plugin>;
}

/**
 * Plugins that are JavaScript modules and run on this thread, with the engine's own device at hand: trusted. What they throw is caught; a
 * loop without end is not. `engine.shared?.bufferOf(tile.values)` is the GPU buffer behind a tile of a field.
 */
export const moduleLoader: PluginLoader = {
  async load(spec, host) {
    const module = await importModule(spec);
    if (typeof module.createPlugin !== 'function') {
      throw new DteError('input.plugin', `module '${spec.lib}' exports no function createPlugin`, {
        where: spec.where,
        hint: 'export function createPlugin({ coreConfig }) { return { info, negotiate, run }; }',
      });
    }
    return module.createPlugin({ coreConfig: spec.coreConfig, ...host });
  },
};

async function importModule({ lib, folder, where }: PluginSpec): Promise<PluginModule> {
  const url = moduleUrl(lib, folder);
  try {
    return (await import(url)) as PluginModule;
  } catch (cause) {
    const isAbsent = (cause as { readonly code?: unknown }).code === 'ERR_MODULE_NOT_FOUND' && (cause as Error).message.includes(lib);
    const reason = isAbsent ? `there is no module '${lib}'` : `module '${lib}' cannot be loaded: ${(cause as Error).message}`;
    throw new DteError(isAbsent ? 'absent.file' : 'input.plugin', reason, {
      where,
      cause,
      hint: folder === '' ? 'give its path from the root' : `paths start from ${folder}`,
    });
  }
}

/** A path as the URL that `import` takes; URLs (`data:`, `file:`, `https:`) and names of packages (`npm:name`) stay what they are. */
function moduleUrl(lib: string, folder: string): string {
  if (lib.startsWith('npm:')) return lib.slice('npm:'.length);
  if (/^[a-z]{2,}:/.test(lib)) return lib;
  const path = lib.startsWith('/') ? lib : `${folder}${lib}`;
  return path.startsWith('/') ? `file://${path.split('/').map(encodeURIComponent).join('/')}` : path;
}
