import { resolve } from 'node:path';
import { DteError } from '../../../base/index.js';
import { formatKey, type ReconsolidateReport } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { countedText } from '../../terminal/text.js';
import { damageReporter, withStore } from './store.js';

export interface ReconsolidateVerbOptions {
  readonly config?: string;
  readonly json?: true;
}

/** One index for each group of the databases in the given folders. */
export async function fdbReconsolidate(terminal: Terminal, paths: readonly string[], options: ReconsolidateVerbOptions): Promise<void> {
  const reports: ReconsolidateReport[] = [];
  await withStore(terminal, 'reconsolidate-toc', options, async (store) => {
    const visit = { onDamage: damageReporter(terminal, {}) };
    for (const path of paths.map((one) => resolve(one))) {
      const { database } = await store.dumpToc(path, visit);
      const selection = new Map([...database.key].filter(([, value]) => value !== '').map(([keyword, value]) => [keyword, [value]]));
      let isFound = false;
      for await (const report of store.reconsolidate(selection, visit)) {
        isFound ||= report.path === database.path;
        reports.push(report);
        if (options.json !== true) await terminal.print(reportText(report));
      }
      if (isFound) continue;
      throw new DteError('absent.database', `'${path}' is in no root of the configuration`, { hint: "'dte fdb info' lists the roots" });
    }
  });
  if (options.json === true)
    await terminal.print(`${JSON.stringify(reports.map(({ key, ...report }) => ({ key: Object.fromEntries(key), ...report })))}\n`);
}

function reportText({ key, path, groups, fields, indexesBefore, subTocsMasked }: ReconsolidateReport): string {
  const subTocs = subTocsMasked === 0 ? '' : `, ${countedText(subTocsMasked, 'sub-toc')} masked`;
  return `${formatKey(key)}: ${countedText(fields, 'field')} of ${countedText(groups, 'group')} reindexed, ${indexesBefore} indexes before${subTocs}\n  ${path}\n`;
}
