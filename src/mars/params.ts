import { DteError, nearestWord } from '../base/index.js';
import type { Context, Scope } from './context-rule.js';
import { isDigits } from './values/duration.js';

/** Names that mean another parameter where the context holds than elsewhere. */
export type ParamContext = readonly [context: Context, names: Readonly<Record<string, string>>];

/** The parameters: `tsv` as tools/mars-language.mjs lays it out, searched and never parsed; contexts only looked at for names. */
export interface ParamTables {
  readonly tsv: () => string;
  readonly contexts: () => readonly ParamContext[];
}

export interface Params {
  /** True for a paramId of the table. */
  isKnown(paramId: string): boolean;
  /** paramId of a name, whatever its case; undefined if there is none. `scope` decides names with several meanings. */
  find(name: string, scope: Scope | undefined): string | undefined;
  /** The first name (shortName) of a paramId. */
  nameOf(paramId: string): string | undefined;
  /** Names near to a text, for messages. */
  suggest(text: string): string | undefined;
}

export function paramsOf({ tsv, contexts }: ParamTables): Params {
  const found = new Map<string, string | undefined>();
  const lineOf = (paramId: string): string | undefined => {
    const start = isDigits(paramId) ? tsv().indexOf(`\n${paramId}\t`) : -1;
    return start < 0 ? undefined : tsv().slice(start + 1, tsv().indexOf('\n', start + 1));
  };
  const everywhere = (name: string): string | undefined => {
    const text = tsv();
    const start = text.indexOf(`\t${name}\t`);
    return start < 0 ? undefined : text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\t', text.lastIndexOf('\n', start)));
  };
  const remembered = (key: string, look: () => string | undefined): string | undefined => {
    if (!found.has(key)) found.set(key, look());
    return found.get(key);
  };
  return {
    isKnown: (paramId) => remembered(`\n${paramId}`, () => lineOf(paramId)) !== undefined,
    nameOf: (paramId) => remembered(`\n${paramId}`, () => lineOf(paramId))?.split('\t')[1],
    find: (name, scope) => {
      const lower = name.toLowerCase();
      // A tab or an end of line would find the middle of two columns.
      if (lower === '' || /[\t\n]/.test(lower)) return undefined;
      const rule = scope === undefined ? undefined : contexts().find(([context]) => firstValuesHold(context, scope));
      const here = rule !== undefined && Object.hasOwn(rule[1], lower) ? rule[1][lower] : undefined;
      return here ?? remembered(lower, () => everywhere(lower));
    },
    suggest: (text) => nearestWord(text, namesLike(text, tsv())),
  };
}

/**
 * paramId of any spelling: `130`, `130.128` (table 128 is none), `140.210` (210140), a short or a long name.
 * Raises 'input.value' for one that is not in the table.
 */
export function paramIdOf(params: Params, text: string, scope?: Scope): string {
  const number = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (number !== null && Number(number[1]) > 0) {
    const [id, table] = [Number(number[1]), Number(number[2] ?? 0)];
    if (table > 0 && table !== 128 && id >= 1000) throw new DteError('input.value', `'${text}' names a table for a number that has one`);
    const paramId = String(table === 128 ? id : table * 1000 + id);
    if (!params.isKnown(paramId))
      throw new DteError('input.value', `'${text}' is not a known parameter`, {
        hint: 'a paramId, number.table or name of the ECMWF parameter database is understood',
      });
    return paramId;
  }
  const paramId = params.find(text, scope);
  if (paramId !== undefined) return paramId;
  const near = params.suggest(text);
  throw new DteError('input.value', `'${text}' is not a known parameter`, {
    hint: near === undefined ? 'a paramId, number.table or name of the ECMWF parameter database is understood' : `did you mean '${near}'?`,
  });
}

/** The names that are about as long as the text: distances to all of them would take too long. */
function* namesLike(text: string, tsv: string): Generator<string> {
  const most = Math.max(2, Math.ceil(text.length / 3));
  for (const line of tsv.split('\n').slice(1))
    for (const name of line.split('\t').slice(1, -1)) if (Math.abs(name.length - text.length) <= most) yield name;
}

/** Of a keyword with several values the first decides. */
function firstValuesHold(context: Context, scope: Scope): boolean {
  for (const keyword in context) if (scope.keywords.get(keyword)?.[0] !== context[keyword]) return false;
  return true;
}
