import { type Context, DteError } from '../../base/index.js';
import type { PluginHost, PluginLoader, PluginSpec } from '../types.js';
import { IsolatedPlugin, usualMemoryMiB } from './isolated-plugin.js';
import { processChannel } from './process-channel.js';
import { workerChannel } from './worker-channel.js';

/** Plugins in worker threads: JavaScript modules. A crash of native code in them takes the model with it. */
export const workerLoader: PluginLoader = {
  async load(spec, host) {
    if (host.context.workers.threads === 0) throw notHere(spec, 'threads');
    await checkFile(spec, host);
    if (!isModule(spec.lib)) throw notAModule(spec);
    const { memoryMiB = usualMemoryMiB } = spec;
    return new IsolatedPlugin(spec, host, {
      lib: pathOf(spec),
      open: workerChannel(host.context, memoryMiB, textLog(spec, host.context)),
    });
  },
};

/** Plugins in processes of their own: JavaScript modules, Python programs (.py), and whatever else can be started and speaks in frames. */
export const processLoader: PluginLoader = {
  async load(spec, host) {
    const { processes } = host.context;
    if (processes === undefined) throw notHere(spec, 'processes');
    await checkFile(spec, host);
    return new IsolatedPlugin(spec, host, {
      lib: pathOf(spec),
      open: processChannel(processes, commandOf(spec, processes.runtime, host.context), textLog(spec, host.context)),
    });
  },
};

function commandOf(spec: PluginSpec, runtime: string, context: Context): readonly string[] {
  const path = pathOf(spec);
  if (isModule(path)) {
    const { memoryMiB = usualMemoryMiB } = spec;
    return [runtime, `--max-old-space-size=${memoryMiB}`, fileOf(new URL('./inside/child-main.js', import.meta.url))];
  }
  // Unbuffered: what it prints before it dies is then told.
  if (path.endsWith('.py')) return [context.env['DTE_PYTHON'] || 'python3', '-u', path];
  return [path];
}

function isModule(path: string): boolean {
  // Node imports TypeScript from its version 22 on; before, the import says that it does not.
  return /\.([cm]?js|ts)$/.test(path);
}

function pathOf({ folder, lib }: PluginSpec): string {
  return lib.startsWith('/') ? lib : folder + lib;
}

function fileOf(url: URL): string {
  return decodeURIComponent(url.pathname).replace(/^\/([A-Za-z]:)/, '$1');
}

async function checkFile(spec: PluginSpec, { context }: PluginHost): Promise<void> {
  const path = pathOf(spec);
  const info = await context.fs.info(path);
  if (info === undefined || info.isDirectory) {
    throw new DteError('absent.file', `'${path}', the lib of plugin '${spec.name}', is not a file`, { where: spec.where });
  }
}

function notHere({ name, kind, where }: PluginSpec, what: string): DteError {
  return new DteError('unsupported.engine', `plugin '${name}' is of kind ${kind}, and there are no ${what} here`, {
    where,
    hint: 'run it in Node; in a page plugins are kernels, expressions and modules',
  });
}

function notAModule({ lib, name, where }: PluginSpec): DteError {
  return new DteError('input.plugin', `'${lib}', the lib of plugin '${name}', is no JavaScript module, and cannot run in a thread`, {
    where,
    hint: 'use kind: process',
  });
}

/** What a plugin prints goes to the log, line by line. */
function textLog({ name }: PluginSpec, { log }: Context): (text: string) => void {
  return (text) => {
    for (const line of text.split('\n')) if (line.trim() !== '') log.info('plume.plugin.text', { plugin: name, line: line.slice(0, 500) });
  };
}
