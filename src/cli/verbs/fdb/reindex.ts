import type { Terminal } from '../../terminal/terminal.js';
import { countedText, sizeText } from '../../terminal/text.js';
import { newLabels } from './patch.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';

export interface ReindexVerbOptions extends RequestOptions {
  readonly to: string;
  readonly expver?: string;
  readonly class?: string;
  readonly json?: true;
}

/** Indexes fields of one store in another, where they lie. */
export async function fdbReindex(terminal: Terminal, args: readonly string[], options: ReindexVerbOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const done = { messages: 0, bytes: 0 };
  await withStore(terminal, 'reindex', options, (from) =>
    withStore(terminal, 'reindex', { config: options.to }, async (to) => {
      for (const { selection } of requests) {
        const { messages, bytes } = await from.reindex(selection, to.config, { ...visiting(terminal, options), keys: newLabels(options) });
        done.messages += messages;
        done.bytes += bytes;
      }
    }),
  );
  if (options.json === true) await terminal.print(`${JSON.stringify(done)}\n`);
  else await terminal.print(`${countedText(done.messages, 'field')}, ${sizeText(done.bytes)}, indexed in the store of ${options.to}\n`);
}
