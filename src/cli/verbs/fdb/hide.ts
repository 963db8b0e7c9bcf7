import { DteError } from '../../../base/index.js';
import type { HideReport } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { oneLine, requestOf } from './requests.js';
import { visiting, withStore } from './store.js';

export interface HideVerbOptions {
  readonly config?: string;
  readonly doit?: true;
  readonly json?: true;
}

/** Hides one database. A request that means several is refused: there is no way back. */
export async function fdbHide(terminal: Terminal, text: string, options: HideVerbOptions): Promise<void> {
  const request = await requestOf(terminal, text, {});
  await withStore(terminal, 'hide', options, async (store) => {
    const meant: HideReport[] = [];
    for await (const report of store.hide(request.keywords, visiting(terminal, {}))) meant.push(report);
    if (meant.length > 1) {
      throw new DteError('input.keyword', `${oneLine(request)} means ${meant.length} databases`, {
        hint: `give each keyword of one, such as ${meant[0]?.path}`,
      });
    }
    const [report] = meant as [HideReport];
    if (options.json !== true) await terminal.print(`Hide contents of DB: TocCatalogueReader(${report.path})\n`);
    if (options.doit === true) for await (const _ of store.hide(request.keywords, { ...visiting(terminal, {}), doit: true }));
    else if (options.json !== true) await terminal.print('Run with --doit to make changes\n');
    const { key, path, indexes } = report;
    if (options.json === true)
      await terminal.print(`${JSON.stringify({ key: Object.fromEntries(key), path, indexes, isDone: options.doit === true })}\n`);
  });
}
