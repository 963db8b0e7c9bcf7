import { type Fdb, type WipeReport, wipedPaths } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { openPrinter, type Printer } from './printer.js';
import { type RequestOptions, type ToolRequest, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';

export interface WipeVerbOptions extends RequestOptions {
  readonly doit?: true;
  readonly porcelain?: true;
  readonly ignoreNoData?: true;
  readonly unsafeWipeAll?: true;
  readonly json?: true;
}

/** Tells what a wipe removes, as `fdb-wipe` does, and removes it with `--doit`. */
export async function fdbWipe(terminal: Terminal, args: readonly string[], options: WipeVerbOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const printer = openPrinter(terminal);
  const isText = options.json !== true && options.porcelain !== true;
  const reports: WipeReport[] = [];
  try {
    await withStore(terminal, 'wipe', options, async (store) => {
      for (const request of requests) {
        if (isText) await printer.add(`Wiping for request\n${request.banner}`);
        for await (const report of wiped(terminal, store, request, { options, printer, isText })) {
          reports.push(report);
          if (options.porcelain === true) await printer.add(porcelainText(report, options));
        }
        if (isText && options.doit !== true) await printer.add('\nRerun command with --doit flag to delete unused files\n\n');
      }
    });
    if (options.json === true) await printer.add(`${JSON.stringify(reports.map(jsonOf))}\n`);
  } finally {
    await printer.flush();
  }
}

interface Work {
  readonly options: WipeVerbOptions;
  readonly printer: Printer;
  readonly isText: boolean;
}

/** With `--doit` what will go is told before it goes, also when it then cannot. */
async function* wiped(
  terminal: Terminal,
  store: Fdb,
  { selection }: ToolRequest,
  { options, printer, isText }: Work,
): AsyncGenerator<WipeReport> {
  const asked = { ...visiting(terminal, options), unsafeAll: options.unsafeWipeAll === true };
  const plans = new Map<string, WipeReport>();
  for await (const plan of store.wipe(selection, { ...asked, doit: false })) {
    if (isText) await printer.add(planText(plan, options.unsafeWipeAll === true));
    plans.set(plan.path, plan);
    if (options.doit !== true) yield plan;
  }
  if (options.doit !== true || plans.size === 0) return;
  await printer.flush();
  for await (const report of store.wipe(selection, { ...asked, doit: true })) {
    if (isText) await printer.add(doneText(report));
    yield report;
  }
}

function planText(plan: WipeReport, isUnsafe: boolean): string {
  const masks = plan.masks.map(({ indexFile, offset }) => `    (${indexFile}:${offset})\n`).join('');
  const unknown = plan.unknownFiles.length === 0 ? '' : `Unexpected files present in directory: \n${pathLines(plan.unknownFiles)}\n`;
  const refused = unknown === '' || isUnsafe ? '' : 'Full wipe will not proceed without --unsafe-wipe-all\n';
  return `FDB owner: ${plan.owner}

Toc files to delete:
${pathLines(plan.tocFiles) || ' - NONE -\n'}
Control files to delete:
${pathLines(plan.controlFiles) || ' - NONE -\n'}
Index files to delete: 
${pathLines(plan.indexFiles) || ' - NONE -\n'}
Data files to delete: 
${pathLines([...plan.dataFiles, ...plan.auxiliaryFiles]) || ' - NONE -\n'}
Protected files (explicitly untouched):
${pathLines(plan.protectedFiles) || ' - NONE - \n'}
${unknown}${masks === '' ? '' : `Indexes to mask:\n${masks}`}${refused}`;
}

function pathLines(paths: readonly string[]): string {
  return paths.map((path) => `    ${path}\n`).join('');
}

function doneText(report: WipeReport): string {
  const masks = report.isWhole ? [] : report.masks.map((mask) => `Index to mask: ${tocIndex(mask)}\n`);
  const removed = report.removed.map((path) => `${path === report.path || path === report.store ? 'rmdir' : 'Unlinking'}: ${path}\n`);
  const kept = report.inUseFiles.map((path) => `In use, left: ${path}\n`);
  return [...masks, ...removed, ...kept].join('');
}

function porcelainText(report: WipeReport, { doit, unsafeWipeAll }: WipeVerbOptions): string {
  const masks = report.isWhole ? [] : report.masks.map(tocIndex);
  const paths = doit === true ? report.removed : wipedPaths(report, unsafeWipeAll === true);
  return [...masks, ...paths].map((path) => `${path}\n`).join('');
}

export function tocIndex({ indexFile, offset }: { readonly indexFile: string; readonly offset: number }): string {
  return `TocIndex(path=${indexFile},offset=${offset})`;
}

function jsonOf({ key, masks, ...report }: WipeReport): object {
  return {
    key: key === undefined ? null : Object.fromEntries(key),
    ...report,
    masks: masks.map(({ indexFile, offset }) => ({ indexFile, offset })),
  };
}
