import { assert, type Context as BaseContext, DteError, nearestWord } from '../base/index.js';
import type { Context } from './context-rule.js';
import { type ParamContext, type Params, paramsOf } from './params.js';
import { listTypes, typeOf } from './types/type-of.js';
import type { EnumValue, Settings, ValueType } from './types/value-type.js';

/** A keyword of a verb. */
export interface Keyword {
  readonly name: string;
  readonly category: 'data' | 'postproc' | 'sink' | undefined;
  /** Takes several values. */
  readonly isMultiple: boolean;
  /** Its values multiply the fields of a request. */
  readonly flattens: boolean;
  readonly isParam: boolean;
  readonly type: ValueType;
  /** Tried in order, the first whose context holds gives the values of an absent keyword. */
  readonly defaults: readonly { readonly context?: Context; readonly values: readonly string[] }[];
  /** The keyword has no place where one of these holds. */
  readonly unsets: readonly Context[];
  /** Values that replace what was given where the context holds. `_name` copies the values of another keyword. */
  readonly sets: readonly { readonly context: Context; readonly values: readonly string[] }[];
}

/** One verb with its keywords. */
export interface Verb {
  readonly name: string;
  /** The keyword of a name or alias, in any case. */
  keyword(name: string): Keyword | undefined;
  /** In the order of expansion: first the axes, then those that describe no field. */
  readonly order: readonly string[];
  /** Place in that order; after all others for a keyword that is not in it. */
  rank(keyword: string): number;
  /** Keywords whose values a context may fix. */
  readonly fixed: ReadonlySet<string>;
  /** Names and aliases. */
  readonly names: readonly string[];
}

/** The language: verbs, parameters, the order of keywords. Made once; what a request does not need is never parsed. */
export interface MarsLanguage {
  readonly verbs: readonly string[];
  /** The verb of a name or alias, in any case. Raises 'input.keyword'. */
  verb(name: string): Verb;
  readonly params: Params;
  /** Keywords that describe fields, in canonical order. */
  readonly axes: readonly string[];
  /** How a stored parameter is matched with one that is asked for. */
  readonly paramMatching: ParamMatching;
}

export interface ParamMatching {
  /** Wind by components and by vorticity and divergence: u, v, vo, d. */
  readonly wind: readonly (readonly [string | number, string | number, string | number, string | number])[];
  readonly 'drop-tables': readonly number[];
  readonly 'full-table-dropping': boolean;
  readonly 'ml-params-single-level': readonly number[];
}

interface VerbTable {
  readonly aliases?: readonly string[];
  readonly clearDefaults?: readonly string[];
  readonly multiple?: readonly string[];
  readonly keywords: Readonly<Record<string, number>>;
}

interface Modifier {
  readonly context: Context;
  readonly defaults?: Readonly<Record<string, readonly string[]>>;
  readonly set?: Readonly<Record<string, readonly string[]>>;
  readonly unset?: readonly string[];
}

interface LanguageTable {
  readonly verbs: Readonly<Record<string, VerbTable>>;
  readonly settings: readonly Settings[];
  readonly modifiers: readonly Modifier[];
  readonly axes: readonly string[];
  readonly paramMatching: ParamMatching;
}

const folder = 'src/mars/tables';
const loaded = new WeakMap<object, Promise<MarsLanguage>>();

/** The language of the built-in tables, read once for each context. */
export function marsLanguage(context: Pick<BaseContext, 'asset'>): Promise<MarsLanguage> {
  let language = loaded.get(context);
  if (language === undefined) {
    language = readLanguage(context);
    loaded.set(context, language);
    language.catch(() => loaded.delete(context));
  }
  return language;
}

async function readLanguage(context: Pick<BaseContext, 'asset'>): Promise<MarsLanguage> {
  const names = ['language.json', 'groups.json', 'contexts.json', 'params.tsv'];
  const [language, groups, contexts, params] = (await Promise.all(names.map((name) => context.asset(`${folder}/${name}`)))) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const table = JSON.parse(textOf(language)) as LanguageTable;
  const groupTables = once(() => JSON.parse(textOf(groups)) as Readonly<Record<string, readonly EnumValue[]>>);
  const groupNamed = (name: string): readonly EnumValue[] => {
    const values = groupTables()[name];
    assert(values !== undefined, `a table of groups is named ${name}`);
    return values;
  };
  const verbs = new Map(Object.keys(table.verbs).map((name) => [name, once(() => verbOf(name, table, groupNamed))]));
  const canonical = new Map(
    Object.entries(table.verbs).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((alias) => [alias, name])),
  );
  return {
    verbs: [...verbs.keys()],
    axes: table.axes,
    paramMatching: table.paramMatching,
    verb: (name) => {
      const verb = verbs.get(canonical.get(name.toLowerCase()) ?? '');
      if (verb === undefined) throw unknownVerb(name, canonical.keys(), [...verbs.keys()]);
      return verb();
    },
    params: paramsOf({
      tsv: once(() => textOf(params)),
      contexts: once(() => (JSON.parse(textOf(contexts)) as { readonly contexts: readonly ParamContext[] }).contexts),
    }),
  };
}

function verbOf(name: string, table: LanguageTable, groups: (name: string) => readonly EnumValue[]): Verb {
  const { keywords, clearDefaults = [], multiple = [] } = table.verbs[name] as VerbTable;
  const modifiers = once(() => modifiersByKeyword(table.modifiers));
  const settingsOf = (keyword: string): Settings => table.settings[keywords[keyword] as number] as Settings;
  const made = new Map<string, Keyword>();
  const canonical = new Map<string, string>();
  for (const keyword in keywords) {
    canonical.set(keyword, keyword);
    for (const alias of settingsOf(keyword).aliases ?? []) canonical.set(alias, keyword);
  }
  const order = [
    ...table.axes,
    ...Object.keys(keywords)
      .filter((keyword) => settingsOf(keyword).category !== 'data')
      .sort(),
  ];
  const ranks = new Map(order.map((keyword, rank) => [keyword, rank]));
  return {
    name,
    names: [...canonical.keys()],
    order,
    rank: (keyword) => ranks.get(keyword) ?? order.length,
    fixed: new Set(table.modifiers.flatMap(({ set = {} }) => Object.keys(set))),
    keyword: (word) => {
      const keyword = canonical.get(word) ?? canonical.get(word.toLowerCase());
      if (keyword === undefined) return undefined;
      let one = made.get(keyword);
      if (one === undefined) {
        one = keywordOf(keyword, settingsOf(keyword), {
          type: once(() => typeOf(settingsOf(keyword), groups)),
          modifiers: modifiers().get(keyword),
          isMultiple: multiple.includes(keyword),
          hasDefaults: !clearDefaults.includes(keyword),
        });
        made.set(keyword, one);
      }
      return one;
    },
  };
}

interface KeywordParts {
  readonly type: () => ValueType;
  readonly modifiers: Modifiers | undefined;
  readonly isMultiple: boolean;
  readonly hasDefaults: boolean;
}

function keywordOf(name: string, settings: Settings, { type, modifiers, isMultiple, hasDefaults }: KeywordParts): Keyword {
  return {
    name,
    category: settings.category,
    isMultiple: isMultiple || settings.multiple === true || listTypes.has(settings.type),
    flattens: settings.flatten !== false,
    isParam: settings.type === 'param',
    get type() {
      return type();
    },
    defaults: hasDefaults ? [...(settings.defaults ?? []), ...(modifiers?.defaults ?? [])] : [],
    unsets: [...(settings.unset ?? []), ...(modifiers?.unsets ?? [])],
    sets: modifiers?.sets ?? [],
  };
}

interface Modifiers {
  readonly defaults: { readonly context: Context; readonly values: readonly string[] }[];
  readonly sets: { readonly context: Context; readonly values: readonly string[] }[];
  readonly unsets: Context[];
}

function modifiersByKeyword(modifiers: readonly Modifier[]): ReadonlyMap<string, Modifiers> {
  const byKeyword = new Map<string, Modifiers>();
  const of = (keyword: string): Modifiers => {
    let one = byKeyword.get(keyword);
    if (one === undefined) byKeyword.set(keyword, (one = { defaults: [], sets: [], unsets: [] }));
    return one;
  };
  for (const { context, defaults = {}, set = {}, unset = [] } of modifiers) {
    for (const keyword in defaults) of(keyword).defaults.push({ context, values: defaults[keyword] as readonly string[] });
    for (const keyword in set) of(keyword).sets.push({ context, values: set[keyword] as readonly string[] });
    for (const keyword of unset) of(keyword).unsets.push(context);
  }
  return byKeyword;
}

function unknownVerb(name: string, known: Iterable<string>, verbs: readonly string[]): DteError {
  const near = nearestWord(name, known);
  return new DteError('input.keyword', `'${name}' is not a verb`, {
    hint: near === undefined ? `the verbs are ${verbs.join(', ')}` : `did you mean '${near}'?`,
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
