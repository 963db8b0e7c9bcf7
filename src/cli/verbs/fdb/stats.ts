import { type DatabaseStats, type Stats, sumStats } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedSize, reportLine, withCommas } from './numbers.js';
import { openPrinter } from './printer.js';
import { type RequestOptions, toolRequests } from './requests.js';
import { visiting, withStore } from './store.js';

export interface StatsVerbOptions extends RequestOptions {
  readonly details?: true;
  readonly json?: true;
}

/** Counts and sizes, as `fdb-stats` prints them: lines whose count is 0 are left out. */
export async function fdbStats(terminal: Terminal, args: readonly string[], options: StatsVerbOptions): Promise<void> {
  const requests = await toolRequests(terminal, args, options);
  const printer = openPrinter(terminal);
  await withStore(terminal, 'stats', options, async (store) => {
    const all: DatabaseStats[] = [];
    for (const request of requests) {
      for await (const stats of store.stats(request.selection, visiting(terminal, options))) {
        all.push(stats);
        if (options.details === true && options.json !== true) await printer.add(`\n${statsText(stats)}\n`);
      }
    }
    const total = sumStats(all);
    if (options.json === true) await printer.add(`${JSON.stringify(jsonOf(total, options.details === true ? all : undefined))}\n`);
    else
      await printer.add(`\nSummary:\n========\n\n${reportLine('Number of databases', withCommas(total.databases))}${statsText(total)}\n`);
    await printer.flush();
  });
}

/** `Reacheable`, `TOC records` and `Size of TOC files` twice: upstream's own text. */
function statsText(stats: Stats): string {
  const reachable = stats.fields - stats.duplicates;
  const owned = stats.ownedDataBytes + stats.indexBytes + stats.tocBytes + stats.schemaBytes;
  const lines = [
    [stats.fields, 'Fields', withCommas(stats.fields)],
    [stats.fields, 'Size of fields', countedSize(stats.fieldBytes)],
    [stats.duplicates, 'Duplicated fields', withCommas(stats.duplicates)],
    [stats.duplicates, 'Size of duplicates', countedSize(stats.duplicateBytes)],
    [reachable, 'Reacheable fields', withCommas(reachable)],
    [reachable, 'Reachable size', countedSize(stats.fieldBytes - stats.duplicateBytes)],
    [stats.databases, 'Databases', withCommas(stats.databases)],
    [stats.tocRecords, 'TOC records', withCommas(stats.tocRecords)],
    [stats.tocBytes, 'Size of TOC files', countedSize(stats.tocBytes)],
    [stats.schemaBytes, 'Size of schemas files', countedSize(stats.schemaBytes)],
    [stats.tocRecords, 'TOC records', withCommas(stats.tocRecords)],
    [stats.ownedDataFiles, 'Owned data files', withCommas(stats.ownedDataFiles)],
    [stats.ownedDataFiles, 'Size of owned data files', countedSize(stats.ownedDataBytes)],
    [stats.adoptedDataFiles, 'Adopted data files', withCommas(stats.adoptedDataFiles)],
    [stats.adoptedDataFiles, 'Size of adopted data files', countedSize(stats.adoptedDataBytes)],
    [stats.indexFiles, 'Index files', withCommas(stats.indexFiles)],
    [stats.indexFiles, 'Size of index files', countedSize(stats.indexBytes)],
    [stats.tocBytes, 'Size of TOC files', countedSize(stats.tocBytes)],
    [owned, 'Total owned size', countedSize(owned)],
    [owned, 'Total size', countedSize(owned + stats.adoptedDataBytes)],
  ] as const;
  return lines
    .filter(([count]) => count > 0)
    .map(([, name, value]) => reportLine(name, value))
    .join('');
}

function jsonOf(total: Stats, databases: readonly DatabaseStats[] | undefined): object {
  if (databases === undefined) return total;
  return { ...total, details: databases.map(({ key, ...stats }) => ({ key: Object.fromEntries(key), ...stats })) };
}
