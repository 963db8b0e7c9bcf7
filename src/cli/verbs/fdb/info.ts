import { readFileSync } from 'node:fs';
import { packageRoot } from '../../../base/node.js';
import type { FdbConfig, Root } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { withStore } from './store.js';

export interface InfoVerbOptions {
  readonly config?: string;
  readonly all?: true;
  readonly home?: true;
  readonly schema?: true;
  readonly configFile?: true;
  readonly json?: true;
}

/** What every other verb would work with, here and now: the lines of `fdb-info --all`, then the roots. */
export async function fdbInfo(terminal: Terminal, options: InfoVerbOptions): Promise<void> {
  await withStore(terminal, 'info', options, async ({ config }) => {
    const home = homeOf(terminal);
    const schema = config.schemaFile ?? 'built in';
    if (options.json === true) {
      const facts = { version: version(), home: home ?? null, schema: config.schemaFile ?? null, config: config.source, kind: config.kind };
      await terminal.print(`${JSON.stringify({ ...facts, roots: rootsOf(config).map(factsOf) }, null, 2)}\n`);
      return;
    }
    const chosen = [options.home && (home ?? 'none'), options.schema && schema, options.configFile && config.source];
    const lines = chosen.filter((line) => typeof line === 'string');
    if (lines.length > 0 && options.all !== true) {
      await terminal.print(lines.map((line) => `${line}\n`).join(''));
      return;
    }
    const facts = `Version: ${version()}\nHome: ${home ?? 'none'}\nSchema: ${schema}\nConfig: ${config.source}\n`;
    await terminal.print(`${facts}${rootsOf(config).map(rootText).join('')}`);
  });
}

function homeOf({ context: { env } }: Terminal): string | undefined {
  return env['FDB_HOME'] ?? env['FDB5_HOME'];
}

/** Of all lanes, each once. */
function rootsOf(config: FdbConfig): readonly Root[] {
  const roots = [...config.spaces.flatMap((space) => space.roots), ...config.lanes.flatMap((lane) => rootsOf(lane.config))];
  return [...new Map(roots.map((root) => [`${root.catalogue}\0${root.store}`, root])).values()];
}

function rootText(root: Root): string {
  const { catalogue, store } = root;
  const forbidden = operations.filter((operation) => !root[operation]);
  const data = store === catalogue ? '' : `, data in ${store}`;
  return `Root: ${catalogue}${data}${forbidden.length === 0 ? '' : ` (not for ${forbidden.join(', ')})`}\n`;
}

const operations = ['list', 'retrieve', 'archive', 'wipe'] as const;

function factsOf(root: Root): object {
  const { name, catalogue, store, list, retrieve, archive, wipe } = root;
  return { name, catalogue, store, list, retrieve, archive, wipe };
}

function version(): string {
  return (JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string }).version;
}
