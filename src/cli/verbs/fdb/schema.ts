import { readWhole } from '../../../base/index.js';
import { formatSchema, parseSchema } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { withStore } from './store.js';

/** Schemas in the normal form of `fdb-schema`: those of files, or the one that is in force. */
export async function fdbSchema(terminal: Terminal, files: readonly string[], options: { readonly config?: string }): Promise<void> {
  if (files.length === 0) {
    await withStore(terminal, 'schema', options, (store) => terminal.print(formatSchema(store.config.schema)));
    return;
  }
  for (const file of files) {
    const text = new TextDecoder().decode(await readWhole(terminal.context.fs, file));
    await terminal.print(formatSchema(parseSchema(text, file)));
  }
}
