import type { IndexUsage, PurgeReport } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedSize, reportLine, withCommas } from './numbers.js';
import { openPrinter } from './printer.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';
import { tocIndex } from './wipe.js';

export interface PurgeVerbOptions extends RequestOptions {
  readonly doit?: true;
  readonly porcelain?: true;
  readonly ignoreNoData?: true;
  readonly json?: true;
}

/** Tells what a purge removes, as `fdb-purge` does, and removes it with `--doit`. */
export async function fdbPurge(terminal: Terminal, args: readonly string[], options: PurgeVerbOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const printer = openPrinter(terminal);
  const isText = options.json !== true && options.porcelain !== true;
  const reports: PurgeReport[] = [];
  try {
    await withStore(terminal, 'purge', options, async (store) => {
      for (const request of requests) {
        if (isText) await printer.add(`Purging for request\n${request.banner}`);
        const purged = store.purge(request.selection, { ...visiting(terminal, options), doit: options.doit === true });
        for await (const report of purged) {
          reports.push(report);
          if (isText) await printer.add(reportText(report));
          else if (options.porcelain === true)
            await printer.add(
              gonePaths(report)
                .map((path) => `${path}\n`)
                .join(''),
            );
        }
        if (isText && options.doit !== true) await printer.add('\nRerun command with --doit flag to delete unused files\n\n');
      }
    });
    if (options.json === true) await printer.add(`${JSON.stringify(reports.map(jsonOf))}\n`);
  } finally {
    await printer.flush();
  }
}

function gonePaths({ isDone, removed, dataFiles, auxiliaryFiles, indexFiles }: PurgeReport): readonly string[] {
  return isDone ? removed : [...dataFiles, ...auxiliaryFiles, ...subTocsFirst(indexFiles)];
}

/** Upstream's order. */
function subTocsFirst(paths: readonly string[]): readonly string[] {
  const isIndex = (path: string): boolean => path.endsWith('.index');
  return [...paths.filter((path) => !isIndex(path)), ...paths.filter(isIndex)];
}

function reportText(report: PurgeReport): string {
  const list = (paths: readonly string[]): string =>
    paths.length === 0 ? '    - NONE -\n' : paths.map((path) => `    ${path}\n`).join('');
  const counts = (usage: ReadonlyMap<string, number>, paths: readonly string[]): string =>
    paths.map((path) => `    ${path}: ${usage.get(path)}\n`).join('');
  const removed = report.isDone
    ? [...report.masks.map((mask) => `Removing: ${tocIndex(mask)}\n`), ...report.removed.map((path) => `Unlinking: ${path}\n`)]
    : [];
  const kept = report.inUseFiles.map((path) => `In use, left: ${path}\n`);
  // Upstream goes through the indexes in the order in which they were written.
  return `
Index Report:
${[...report.indexes].reverse().map(usageText).join('')}
Number of reachable fields per index file:
${counts(report.indexFileUsage, usageOrder(report))}
Number of reachable fields per data file:
${counts(report.dataFileUsage, [...report.dataFileUsage.keys()])}
Unreferenced owned data files:
${list([...report.dataFiles, ...report.auxiliaryFiles])}
Unreferenced adopted data files:
${list(report.adoptedFiles)}
Index files to be deleted:
${list(subTocsFirst(report.indexFiles))}
${[...removed, ...kept].join('')}`;
}

/** Files of indexes that are read first, then masked sub-tocs, then files of masked indexes. */
function usageOrder({ indexes, indexFileUsage }: PurgeReport): readonly string[] {
  const read = new Set(indexes.map(({ ref }) => ref.indexFile));
  const paths = [...indexFileUsage.keys()];
  return [...paths.filter((path) => read.has(path)), ...subTocsFirst(paths.filter((path) => !read.has(path)))];
}

function usageText({ ref, fields, bytes, duplicates, duplicateBytes }: IndexUsage): string {
  const reachable = fields - duplicates;
  const lines = [
    [fields, 'Fields', withCommas(fields)],
    [fields, 'Size of fields', countedSize(bytes)],
    [duplicates, 'Duplicated fields', withCommas(duplicates)],
    [duplicates, 'Size of duplicates', countedSize(duplicateBytes)],
    [reachable, 'Reacheable fields', withCommas(reachable)],
    [reachable, 'Reachable size', countedSize(bytes - duplicateBytes)],
  ] as const;
  const shown = lines.filter(([count]) => count > 0).map(([, name, value]) => `          ${reportLine(name, value)}`);
  return `    Index ${tocIndex({ indexFile: ref.indexFile, offset: ref.record.offset })}\n${shown.join('')}`;
}

function jsonOf(report: PurgeReport): object {
  const { key, path, indexFileUsage, dataFileUsage, dataFiles, auxiliaryFiles, indexFiles, adoptedFiles, inUseFiles, isDone, removed } =
    report;
  return {
    key: Object.fromEntries(key),
    path,
    indexFileUsage: Object.fromEntries(indexFileUsage),
    dataFileUsage: Object.fromEntries(dataFileUsage),
    dataFiles,
    auxiliaryFiles,
    indexFiles,
    adoptedFiles,
    inUseFiles,
    isDone,
    removed,
  };
}
