import type { Terminal } from '../../terminal/terminal.js';
import { openPrinter } from './printer.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';

export interface WhereOptions extends RequestOptions {
  readonly porcelain?: true;
  readonly json?: true;
}

/** One folder a line. 'absent.database' when a request matches none. */
export async function fdbWhere(terminal: Terminal, args: readonly string[], options: WhereOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const printer = openPrinter(terminal);
  await withStore(terminal, 'where', options, async (store) => {
    const paths: string[] = [];
    for (const request of requests) {
      for await (const { path } of store.status(request.selection, visiting(terminal, options))) paths.push(path);
    }
    await printer.add(options.json === true ? `${JSON.stringify(paths)}\n` : paths.map((path) => `${path}\n`).join(''));
    await printer.flush();
  });
}
