import { resolve } from 'node:path';
import type { Terminal } from '../../terminal/terminal.js';
import { printRecords } from './dump.js';
import { openPrinter } from './printer.js';
import { damageReporter, withStore } from './store.js';

export interface DumpTocOptions {
  readonly config?: string;
  readonly walk?: true;
}

/** The records of tables of contents by their paths, one line each. */
export async function fdbDumpToc(terminal: Terminal, paths: readonly string[], options: DumpTocOptions): Promise<void> {
  const printer = openPrinter(terminal);
  await withStore(terminal, 'dump-toc', options, async (store) => {
    for (const path of paths) {
      const dumped = await store.dumpToc(resolve(path), { walk: options.walk === true, onDamage: damageReporter(terminal, {}) });
      await printRecords(terminal, printer, dumped, true);
    }
    await printer.flush();
  });
}
