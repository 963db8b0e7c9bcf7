import type { Terminal } from '../../terminal/terminal.js';
import { openPrinter } from './printer.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { damageReporter, withStore } from './store.js';

export interface AxesOptions extends RequestOptions {
  readonly level?: 1 | 2 | 3;
  readonly porcelain?: true;
  readonly json?: true;
}

/** Values of each keyword: `keyword: a/b/c`, or one JSON object for all requests. */
export async function fdbAxes(terminal: Terminal, args: readonly string[], options: AxesOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const printer = openPrinter(terminal);
  await withStore(terminal, 'axes', options, async (store) => {
    const objects: Record<string, readonly string[]>[] = [];
    for (const request of requests) {
      const axes = await store.axes(request.selection, options.level ?? 3, { onDamage: damageReporter(terminal, options) });
      if (axes.size === 0) terminal.note(`dte: no field matches ${request.text}`);
      if (options.json === true) {
        objects.push(Object.fromEntries(axes));
        continue;
      }
      if (options.porcelain !== true) await printer.add(`Axes for request\n${request.banner}`);
      for (const [keyword, values] of axes) await printer.add(`${keyword}: ${values.join('/')}\n`);
    }
    if (options.json === true) await printer.add(`${JSON.stringify(objects.length === 1 ? objects[0] : objects)}\n`);
    await printer.flush();
  });
}
