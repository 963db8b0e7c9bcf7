import type { IndexedJumps } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText } from '../../terminal/text.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { damageReporter, withStore } from './store.js';

export interface JumpIndexOptions extends RequestOptions {
  readonly force?: true;
  readonly json?: true;
}

/** Makes what partial reads need, beside the data files. */
export async function fdbIndex(terminal: Terminal, args: readonly string[], options: JumpIndexOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const all: IndexedJumps[] = [];
  await withStore(terminal, 'index', options, async (store) => {
    for (const request of requests) {
      const done = await store.indexJumps(request.selection, {
        force: options.force === true,
        onDatabaseDamage: damageReporter(terminal, options),
      });
      all.push(done);
      if (done.messages === 0) terminal.note(`dte: no field matches ${request.text}`);
      if (options.json !== true) await terminal.print(doneText(done));
    }
  });
  if (options.json === true) await terminal.print(`${JSON.stringify(all.length === 1 ? all[0] : all)}\n`);
}

function doneText({ messages, made, known, unsupported, files }: IndexedJumps): string {
  const more = [known > 0 ? `${known} known before` : '', unsupported > 0 ? `${unsupported} that cannot be read in part` : ''];
  return `${[`${countedText(messages, 'field')}: ${made} indexed in ${countedText(files, 'file')}`, ...more.filter((text) => text !== '')].join(', ')}\n`;
}
