import { DteError, isDteError, nearestWord, type Where } from '../base/index.js';
import { type Context, contextHolds, contextText, type Scope } from './context-rule.js';
import type { Keyword, MarsLanguage, Verb } from './language.js';
import { paramIdOf } from './params.js';
import type { MarsRequest } from './request.js';

export interface ExpandOptions {
  /** Fill in what the language has as default, as a client of MARS does. Without it values are only brought to canonical text. */
  readonly inherit: boolean;
  /** The clock, milliseconds since the epoch, for dates that count from today. */
  readonly today?: number;
  /** 'error' refuses values given twice in keywords that multiply fields. They are kept if not given. */
  readonly duplicates?: 'keep' | 'error';
  /** Refuse keywords that have no place in the context of the others, which are silently dropped otherwise. */
  readonly strict?: boolean;
}

/**
 * A request in canonical form: aliases resolved, keywords in canonical order, ranges written out, values in canonical text.
 * With `inherit` the defaults follow. Raises 'input.keyword' and 'input.value', naming keyword, value, line and the nearest valid one.
 */
export function expandRequest(language: MarsLanguage, request: MarsRequest, options: ExpandOptions): MarsRequest {
  return expander(language, options)(request);
}

/** Several requests of one text: with `inherit`, each takes what it does not name from those of the same verb before it. */
export function expandRequests(language: MarsLanguage, requests: readonly MarsRequest[], options: ExpandOptions): readonly MarsRequest[] {
  return requests.map(expander(language, options));
}

/** Expands one request after the other, as `expandRequests` does; goes on after one that it refused. */
export function expander(language: MarsLanguage, options: ExpandOptions): (request: MarsRequest) => MarsRequest {
  const inherited = new Map<Verb, Inherited>();
  return (request) => {
    const verb = atVerb(language, request);
    let former = inherited.get(verb);
    if (former === undefined) inherited.set(verb, (former = new Map()));
    return expandInherited(language, verb, request, options, former);
  };
}

type Inherited = Map<string, readonly string[]>;
type Values = Map<string, readonly string[]>;

function expandInherited(
  language: MarsLanguage,
  verb: Verb,
  request: MarsRequest,
  options: ExpandOptions,
  inherited: Inherited,
): MarsRequest {
  const values: Values = new Map();
  const scope: Scope = { verb: verb.name, keywords: values, todayMs: options.today };
  const off = new Set<string>();
  for (const [keyword, given] of inOrder(verb, request)) {
    const single = given.values.length === 1 ? (given.values[0] as string).toLowerCase() : undefined;
    if (single === 'off') off.add(keyword.name);
    else if (single === 'all' && keyword.isMultiple) values.set(keyword.name, ['all']);
    else
      values.set(
        keyword.name,
        located(() => expandValues(keyword, given.values, scope, options), keyword.name, given.where),
      );
  }
  for (const name of off) inherited.delete(name);
  if (options.inherit) addDefaults(verb, values, scope, inherited, off);
  for (const [name, list] of values) {
    const keyword = verb.keyword(name) as Keyword;
    if (keyword.isParam && list[0] !== 'all')
      values.set(
        name,
        located(() => paramIds(language, list, scope, options), name, placeOf(request, name)),
      );
  }
  if (options.inherit) for (const [name, list] of values) inherited.set(name, list);
  finish(verb, values, scope, request, options);
  return { ...request, verb: verb.name, keywords: values };
}

interface Given {
  readonly values: readonly string[];
  readonly where: Where;
}

/** The keywords of a request, first those of the axes in their order, then the others by name. */
function inOrder(verb: Verb, request: MarsRequest): readonly (readonly [Keyword, Given])[] {
  const given = new Map<string, Given & { readonly word: string; readonly keyword: Keyword }>();
  for (const [word, values] of request.keywords) {
    const keyword = verb.keyword(word);
    const where = placeOf(request, word);
    if (keyword === undefined) throw unknownKeyword(verb, word, where);
    const former = given.get(keyword.name);
    if (former !== undefined)
      throw new DteError('input.keyword', `'${keyword.name}' is given twice, as '${former.word}' and as '${word}'`, { where });
    given.set(keyword.name, { values, where, word, keyword });
  }
  return [...given.values()]
    .sort((a, b) => rankOf(verb, a.keyword) - rankOf(verb, b.keyword) || (a.keyword.name < b.keyword.name ? -1 : 1))
    .map((one) => [one.keyword, one]);
}

/** Upstream gives all that are no axes by name, data or not. */
function rankOf(verb: Verb, { name, category }: Keyword): number {
  return category === 'data' ? verb.rank(name) : verb.order.length;
}

/** Ranges written out, every value in canonical text, groups replaced by their members. */
function expandValues(keyword: Keyword, given: readonly string[], scope: Scope, { duplicates }: ExpandOptions): readonly string[] {
  const listed =
    given.length > 1 && keyword.type.range !== undefined
      ? withoutRanges(keyword, given, scope)
      : given.map((text) => canonicalIn(keyword, text, scope));
  const values = withMembers(keyword, listed);
  if (values.length > 1 && !keyword.isMultiple)
    throw new DteError('input.value', `takes one value, ${values.length} are given: ${abridged(values)}`);
  if (duplicates === 'error' && keyword.flattens) refuseRepeated(values);
  return values;
}

function withoutRanges(keyword: Keyword, given: readonly string[], scope: Scope): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const text = given[i] as string;
    if (isWord(text, 'by')) throw new DteError('input.value', "'by' without a range before it", { hint: 'a/to/b/by/n is understood' });
    if (!isTo(text)) {
      values.push(canonicalIn(keyword, text, scope));
      continue;
    }
    const [from, to] = [values.at(-1), given[i + 1]];
    if (from === undefined || to === undefined || isTo(to) || isWord(to, 'by'))
      throw new DteError('input.value', `'${text}' without a value ${from === undefined ? 'before' : 'after'} it`, {
        hint: 'a/to/b/by/n is understood',
      });
    const hasStride = isWord(given[i + 2], 'by');
    const stride = given[i + 3];
    if (hasStride && (stride === undefined || isTo(stride)))
      throw new DteError('input.value', "'by' without a value after it", { hint: 'a/to/b/by/n is understood' });
    const range = keyword.type.range?.(from, canonicalIn(keyword, to, scope), hasStride ? stride : undefined, scope) ?? [];
    // The start is there already.
    for (let j = 1; j < range.length; j++) values.push(range[j] as string);
    i += hasStride ? 3 : 1;
  }
  return values;
}

function canonicalIn(keyword: Keyword, text: string, scope: Scope): string {
  const canonical = keyword.type.canonical(text, scope);
  if (canonical !== undefined) return canonical;
  const candidates = keyword.type.candidates === undefined ? [] : [...new Set(keyword.type.candidates(scope))];
  const near = nearestWord(text, candidates);
  const hint =
    near !== undefined
      ? `did you mean '${near}'?`
      : candidates.length > 0
        ? `${abridged(candidates)} are understood`
        : `${keyword.type.called} is understood`;
  throw new DteError('input.value', `'${text}' is not a value of ${keyword.name}`, { hint });
}

function withMembers(keyword: Keyword, values: readonly string[]): readonly string[] {
  const members = values.map((value) => keyword.type.members?.(value));
  return members.every((list) => list === undefined)
    ? values
    : [...new Set(members.flatMap((list, index) => list ?? [values[index] as string]))];
}

function paramIds(language: MarsLanguage, given: readonly string[], scope: Scope, { duplicates }: ExpandOptions): readonly string[] {
  const values = given.map((text) => paramIdOf(language.params, text, scope));
  if (duplicates === 'error') refuseRepeated(values);
  return values;
}

function refuseRepeated(values: readonly string[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw new DteError('input.value', `'${value}' is given twice`);
    seen.add(value);
  }
}

function addDefaults(verb: Verb, values: Values, scope: Scope, inherited: Inherited, off: ReadonlySet<string>): void {
  for (const name of verb.order) {
    if (values.has(name) || off.has(name)) continue;
    const keyword = verb.keyword(name);
    if (keyword === undefined) continue;
    const former = inherited.get(name);
    if (former !== undefined) values.set(name, former);
    else if (!keyword.unsets.some((context) => contextHolds(context, scope))) {
      const fitting = keyword.defaults.find(({ context }) => contextHolds(context, scope));
      if (fitting !== undefined) setValues(keyword, fitting.values, values, scope);
    }
  }
}

/** Drops keywords that have no place beside the others and sets those that the others fix. */
function finish(verb: Verb, values: Values, scope: Scope, request: MarsRequest, { strict = false }: ExpandOptions): void {
  for (const name of verb.order) {
    const keyword = values.has(name) || verb.fixed.has(name) ? verb.keyword(name) : undefined;
    if (keyword === undefined) continue;
    const where = (): Where => placeOf(request, name);
    if (values.get(name)?.length === 1 && values.get(name)?.[0] === 'off') values.delete(name);
    const refusing = values.has(name) ? keyword.unsets.find((context) => contextHolds(context, scope)) : undefined;
    if (refusing !== undefined) {
      if (strict) throw new DteError('input.keyword', `'${name}' has no place where ${contextText(refusing)}`, { where: where() });
      values.delete(name);
    }
    if (verb.name === 'list') continue;
    for (const { context, values: fixed } of keyword.sets) {
      if (!contextHolds(context, scope)) continue;
      if (strict && !values.has(name)) throw missing(name, context, where());
      setValues(keyword, fixed, values, scope);
    }
  }
}

function setValues(keyword: Keyword, given: readonly string[], values: Values, scope: Scope): void {
  const [first] = given;
  if (given.length === 1 && first?.startsWith('_') === true) {
    const copied = values.get(first.slice(1));
    if (copied !== undefined) values.set(keyword.name, copied);
  } else
    values.set(
      keyword.name,
      given.map((text) => keyword.type.canonical(text, scope) ?? text),
    );
}

function atVerb(language: MarsLanguage, request: MarsRequest): Verb {
  try {
    return language.verb(request.verb);
  } catch (error) {
    throw placed(error, '', request.where ?? {});
  }
}

function placeOf(request: MarsRequest, keyword: string): Where {
  const line = request.lines?.get(keyword);
  return { ...request.where, ...(line === undefined ? {} : { line }) };
}

function located<T>(work: () => T, keyword: string, where: Where): T {
  try {
    return work();
  } catch (error) {
    throw placed(error, `${keyword}: `, where);
  }
}

function placed(error: unknown, prefix: string, where: Where): unknown {
  if (!isDteError(error)) return error;
  return new DteError(error.code, `${prefix}${error.reason}`, {
    where,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

function unknownKeyword(verb: Verb, word: string, where: Where): DteError {
  const near = nearestWord(word, verb.names);
  return new DteError('input.keyword', `'${word}' is not a keyword of ${verb.name}`, {
    where,
    hint: near === undefined ? `keywords are ${abridged(verb.names)}` : `did you mean '${near}'?`,
  });
}

function missing(name: string, context: Context, where: Where): DteError {
  return new DteError('input.keyword', `'${name}' is missing, it is needed where ${contextText(context)}`, { where });
}

/** The first of many, for messages. */
function abridged(values: readonly string[]): string {
  return values.length > 12 ? `${values.slice(0, 12).join(', ')}, ...` : values.join(', ');
}

function isTo(text: string): boolean {
  return isWord(text, 'to') || isWord(text, 't0');
}

function isWord(text: string | undefined, word: string): boolean {
  return text?.toLowerCase() === word;
}
