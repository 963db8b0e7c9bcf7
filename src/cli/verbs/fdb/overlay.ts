import { type DatabaseStatus, formatKey, type Key, type Selection } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { type NamedDatabase, namedDatabases } from './database-key.js';
import { oneLine, requestOf } from './requests.js';
import { damageReporter, withStore } from './store.js';

export interface OverlayVerbOptions {
  readonly config?: string;
  readonly variableKeys: string;
  readonly remove?: true;
  readonly force?: true;
  readonly json?: true;
}

/** Lays one database over another, or takes it away. Keywords that the target leaves out are those of the source. */
export async function fdbOverlay(terminal: Terminal, sourceText: string, targetText: string, options: OverlayVerbOptions): Promise<void> {
  const [sourceRequest, targetRequest] = [await requestOf(terminal, sourceText, {}), await requestOf(terminal, targetText, {})];
  await withStore(terminal, 'overlay', options, async (store) => {
    const source = firstOf(namedDatabases(store.config.schema, sourceRequest.keywords, oneLine(sourceRequest)));
    const completed: Selection = new Map([...listed(source.key), ...targetRequest.keywords]);
    const target = firstOf(namedDatabases(store.config.schema, completed, oneLine(targetRequest)));
    const [from, to] = [ruleText(source), ruleText(target)];
    if (options.json !== true)
      await terminal.print(options.remove === true ? `Removing ${from} from ${to}\n` : `Applying ${from} onto ${to}\n`);
    const report = await store.overlay(source.key, target.key, {
      variableKeys: options.variableKeys.split(',').filter((keyword) => keyword !== ''),
      remove: options.remove === true,
      force: options.force === true,
      onDamage: damageReporter(terminal, {}),
    });
    if (options.json === true)
      await terminal.print(`${JSON.stringify({ source: factsOf(report.source), target: factsOf(report.target) })}\n`);
  });
}

/** Archiving takes the first rule that fits, so a database is that rule's. */
function firstOf(databases: readonly NamedDatabase[]): NamedDatabase {
  return databases[0] as NamedDatabase;
}

function listed(key: Key): Selection {
  return new Map([...key].filter(([, value]) => value !== '').map(([keyword, value]) => [keyword, [value]]));
}

function ruleText({ key, rule }: NamedDatabase): string {
  return `${formatKey(key)} (Rule[line=${rule.line}])`;
}

function factsOf({ key, path }: Pick<DatabaseStatus, 'key' | 'path'>): object {
  return { key: Object.fromEntries(key), path };
}
