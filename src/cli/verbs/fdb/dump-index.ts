import { resolve } from 'node:path';
import type { IndexDump } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { openPrinter, type Printer } from './printer.js';
import { axesText, filesText, indexText } from './record-text.js';
import { damageReporter, withStore } from './store.js';

/** The trees of index files that their database still uses, with all entries, in the form of `fdb-dump-index`. */
export async function fdbDumpIndex(terminal: Terminal, paths: readonly string[], options: { readonly config?: string }): Promise<void> {
  const printer = openPrinter(terminal);
  await withStore(terminal, 'dump-index', options, async (store) => {
    for (const path of paths) {
      await printer.add(`Dumping contents of index file ${path}\n`);
      for (const index of await store.dumpIndex(resolve(path), { onDamage: damageReporter(terminal, {}) }))
        await printIndex(printer, index);
    }
    await printer.flush();
  });
}

async function printIndex(printer: Printer, { ref, columns }: IndexDump): Promise<void> {
  const { record } = ref;
  const files = filesText(record, { dataFile: (id) => ref.dataFile(id) }, 'right');
  await printer.add(`  ${indexText(record, '  ')}\n${files}${axesText(record)}\n  Contents of index: \n`);
  for (let row = 0; row < columns.count; row++) {
    const place = `pathid=${columns.uriIds[row]},offset=${columns.offsets[row]},length=${columns.lengths[row]}`;
    const waiting = printer.add(`    Fingerprint: ${columns.texts[row]}, location: FieldRefLocation(${place})\n`);
    if (waiting !== undefined) await waiting;
  }
}
