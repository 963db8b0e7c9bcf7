import { formatKey } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { namedDatabases } from './database-key.js';
import { oneLine, requestOf } from './requests.js';
import { visiting, withStore } from './store.js';

/** Key and rule of the databases that requests name, and the folders of those that exist; as `fdb-root`. */
export async function fdbRoot(terminal: Terminal, args: readonly string[], options: { readonly config?: string }): Promise<void> {
  await withStore(terminal, 'root', options, async (store) => {
    for (const arg of args) {
      const request = await requestOf(terminal, arg, {});
      for (const { key, rule } of namedDatabases(store.config.schema, request.keywords, oneLine(request))) {
        await terminal.print(`${formatKey(key)} (Rule[line=${rule.line}])\n`);
        const selection = new Map([...key].filter(([, value]) => value !== '').map(([keyword, value]) => [keyword, [value]]));
        for await (const { path } of store.status(selection, { ...visiting(terminal, {}), ignoreNoData: true }))
          await terminal.print(`TocCatalogueReader(${path})\n`);
      }
    }
  });
}
