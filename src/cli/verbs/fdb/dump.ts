import type { DatabaseDump } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { openPrinter, type Printer } from './printer.js';
import { recordText } from './record-text.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';

export interface DumpVerbOptions extends RequestOptions {
  readonly simple?: true;
}

/** Every record of the tables of contents, as they stand, in the form of `fdb-dump`. */
export async function fdbDump(terminal: Terminal, args: readonly string[], options: DumpVerbOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const printer = openPrinter(terminal);
  await withStore(terminal, 'dump', options, async (store) => {
    for (const request of requests) {
      for await (const dumped of store.dump(request.selection, visiting(terminal, options)))
        await printRecords(terminal, printer, dumped, options.simple === true);
    }
    await printer.flush();
  });
}

export async function printRecords(terminal: Terminal, printer: Printer, { records }: DatabaseDump, isSimple: boolean): Promise<void> {
  const userName = (uid: number): string => terminal.context.disk?.userName(uid) ?? String(uid);
  for (const { record, ref } of records) {
    const dataFile = (id: number): string => ref?.dataFile(id) ?? String(id);
    await printer.add(recordText(record, { isSimple, dataFile, userName }));
  }
}
