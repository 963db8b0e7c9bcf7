import { resolve } from 'node:path';
import { formatKey, type MoveReport } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText, sizeText } from '../../terminal/text.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';

export interface MoveVerbOptions extends RequestOptions {
  readonly dest: string;
  readonly keep?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Moves databases, one for each request, to another root. */
export async function fdbMove(terminal: Terminal, args: readonly string[], options: MoveVerbOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const reports: MoveReport[] = [];
  await withStore(terminal, 'move', options, async (store) => {
    for (const { selection } of requests) {
      const report = await store.move(selection, {
        ...visiting(terminal, options),
        to: resolve(options.dest),
        keep: options.keep === true,
        doit: options.dryRun !== true,
      });
      reports.push(report);
      if (options.json !== true) await terminal.print(reportText(report, options));
    }
  });
  if (options.json === true)
    await terminal.print(`${JSON.stringify(reports.map(({ key, ...report }) => ({ key: Object.fromEntries(key), ...report })))}\n`);
}

function reportText({ key, from, to, files, bytes, isDone }: MoveReport, { keep }: MoveVerbOptions): string {
  const done = isDone ? (keep === true ? 'Copied' : 'Moved') : 'Would move';
  return `${done} ${formatKey(key)}: ${countedText(files, 'file')}, ${sizeText(bytes)}\n  from ${from}\n  to ${to}\n`;
}
