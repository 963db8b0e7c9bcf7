import { DteError } from '../../../base/index.js';
import { type CheckReport, type Finding, formatKey } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText } from '../../terminal/text.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { withStore } from './store.js';

export interface CheckVerbOptions extends RequestOptions {
  readonly repair?: true;
  readonly adopt?: true;
  readonly messages: 'none' | 'ends' | 'keys';
  readonly json?: true;
}

const endings = {
  done: ' [repaired]',
  possible: ' [--repair mends it]',
  'on-request': ' [--repair --adopt makes them visible]',
  none: '',
} as const;

/** Checks databases; one line for each finding, one for each database. Damage that stays shows in the exit code. */
export async function fdbCheck(terminal: Terminal, args: readonly string[], options: CheckVerbOptions): Promise<void> {
  if (options.adopt === true && options.repair !== true)
    throw new DteError('input.option', '--adopt changes databases', { where: { option: '--adopt' }, hint: 'give --repair as well' });
  const requests = await toolRequests(terminal, args, options);
  const reports: CheckReport[] = [];
  await withStore(terminal, 'check', options, async (store) => {
    const asked = {
      messages: options.messages,
      repair: options.repair === true,
      adopt: options.adopt === true,
      ignoreNoData: options.ignoreErrors === true,
    };
    for (const { selection } of requests) {
      for await (const report of store.check(selection, asked)) {
        reports.push(report);
        if (options.json !== true) await terminal.print(reportText(report));
      }
    }
  });
  if (options.json === true) await terminal.print(`${JSON.stringify(reports.map(jsonOf), null, 2)}\n`);
  const damaged = reports.filter(({ isSound }) => !isSound);
  if (damaged.length === 0) return;
  const first = damaged[0] as CheckReport;
  terminal.damage(
    new DteError(
      'data.toc',
      `${damaged.length} of ${countedText(reports.length, 'database')} ${damaged.length === 1 ? 'is' : 'are'} damaged`,
      { where: { file: first.path } },
    ),
  );
}

function reportText({ key, path, tocRecords, indexes, entries, messages, dataFiles, findings, isSound }: CheckReport): string {
  const name = key === undefined ? path : formatKey(key);
  const looked = [
    countedText(tocRecords, 'record'),
    `${indexes} ${indexes === 1 ? 'index' : 'indexes'}`,
    `${entries} ${entries === 1 ? 'entry' : 'entries'}`,
    countedText(messages, 'message'),
    countedText(dataFiles, 'data file'),
  ];
  return `${findings.map(findingText).join('')}${isSound ? 'sound' : 'damaged'}: ${name}: ${looked.join(', ')}\n`;
}

function findingText({ kind, severity, message, file, offset, repair }: Finding): string {
  const place = offset === undefined ? file : `${file}, byte ${offset}`;
  return `${severity}: ${kind}: ${message} (${place})${endings[repair]}\n`;
}

function jsonOf({ key, findings, ...report }: CheckReport): object {
  return {
    key: key === undefined ? null : Object.fromEntries(key),
    ...report,
    findings: findings.map(({ error, ...finding }) => ({ ...finding, ...(error === undefined ? {} : { code: error.code }) })),
  };
}
