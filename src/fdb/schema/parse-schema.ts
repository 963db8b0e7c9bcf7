import { nearestWord } from '../../base/index.js';
import {
  type DatabaseRule,
  type ElementRule,
  type GroupRule,
  type Predicate,
  printedKeyword,
  type Schema,
  TYPE_NAMES,
  type TypeName,
} from './schema.js';
import { SchemaReader } from './schema-reader.js';

/** A predicate before the types of the rules around it are known. */
interface RawPredicate extends Omit<Predicate, 'printed' | 'type'> {
  readonly line: number;
}

interface RawRule {
  readonly predicates: readonly RawPredicate[];
  readonly rules: readonly RawRule[];
  readonly types: ReadonlyMap<string, TypeName>;
  readonly line: number;
}

type Types = ReadonlyMap<string, TypeName>;

const LEVELS = ['database', 'group', 'element'];

/**
 * Reads a schema: types of keywords, then rules of three levels. `input.syntax` with file and line for anything that would
 * leave a rule without meaning. Source: fdb, src/fdb5/rules/SchemaParser.cc. Differences: `k=!a` with one value excludes it
 * (upstream demands it), a second element rule in one group is refused (upstream keeps the last), so is an unknown type
 * (upstream fails when it first meets the keyword).
 */
export function parseSchema(text: string, file?: string): Schema {
  const reader = new SchemaReader(text, file);
  const types = readTypes(reader);
  const rules: DatabaseRule[] = [];
  while (reader.peek() === '[') rules.push(databaseRule(reader, readRule(reader, 0), types));
  const rest = reader.peek();
  if (rest !== '') throw reader.error(`'${rest}' after the rules`, "expected '[' or the end");
  return { text, file, types, rules };
}

function readTypes(reader: SchemaReader): Types {
  const types = new Map<string, TypeName>();
  for (;;) {
    const keyword = reader.word('name');
    if (keyword === '') return types;
    reader.take(':');
    if (types.has(keyword)) throw reader.error(`keyword '${keyword}' is given a type twice`, 'one type for a keyword');
    types.set(keyword, typeName(reader));
    reader.take(';');
  }
}

function typeName(reader: SchemaReader): TypeName {
  const name = reader.wordThere('name', 'a type');
  const known = TYPE_NAMES.find((type) => type === name);
  if (known !== undefined) return known;
  const nearest = nearestWord(name, TYPE_NAMES);
  throw reader.error(
    `'${name}' is not a type`,
    `${nearest === undefined ? '' : `did you mean '${nearest}'? `}types are ${TYPE_NAMES.join(', ')}`,
  );
}

/** Keywords and rules may stand in any order, as upstream reads it. */
function readRule(reader: SchemaReader, level: number): RawRule {
  const line = reader.line;
  reader.take('[');
  const predicates: RawPredicate[] = [];
  const rules: RawRule[] = [];
  const types = new Map<string, TypeName>();
  while (reader.peek() !== ']') {
    if (reader.peek() === '[') {
      if (level === 2) throw reader.error('a fourth level of rules', 'levels are database, group and element');
      rules.push(readRule(reader, level + 1));
      continue;
    }
    predicates.push(readPredicate(reader, types));
    while (reader.peek() === ',') {
      reader.take(',');
      predicates.push(readPredicate(reader, types));
    }
  }
  reader.take(']');
  return { predicates, rules, types, line };
}

function readPredicate(reader: SchemaReader, types: Map<string, TypeName>): RawPredicate {
  const keyword = reader.wordThere('name', 'a keyword');
  const line = reader.line;
  if (reader.peek() === ':') {
    reader.take(':');
    if (types.has(keyword)) throw reader.error(`keyword '${keyword}' is given a type twice in one rule`, 'one type for a keyword');
    types.set(keyword, typeName(reader));
  }
  const next = reader.peek();
  const raw = (change: Partial<RawPredicate>): RawPredicate => ({
    keyword,
    ownType: types.get(keyword),
    test: change.test ?? 'any',
    values: change.values ?? [],
    isOptional: change.isOptional ?? false,
    default: change.default ?? '',
    isIgnored: change.isIgnored ?? false,
    line,
  });
  if (next === '?') {
    reader.take('?');
    return raw({ isOptional: true, default: reader.word('value') });
  }
  if (next === '-') {
    reader.take('-');
    if (!types.has(keyword)) types.set(keyword, 'Ignore');
    return raw({ isIgnored: true, default: reader.word('value') });
  }
  return next === ',' || next === '[' || next === ']' ? raw({}) : raw(readValues(reader, keyword));
}

function readValues(reader: SchemaReader, keyword: string): Pick<Predicate, 'test' | 'values'> {
  reader.take('=');
  const first = reader.wordThere('value', `a value of '${keyword}'`);
  const isExcluded = first.startsWith('!');
  if (first === '!') throw reader.error(`'${keyword}=!' excludes nothing`, 'a value follows the exclamation mark');
  const values = new Set([isExcluded ? first.slice(1) : first]);
  while (reader.peek() === '/') {
    reader.take('/');
    values.add(reader.wordThere('value', `a value of '${keyword}'`));
  }
  return { test: isExcluded ? 'none-of' : 'one-of', values: [...values].sort() };
}

function databaseRule(reader: SchemaReader, raw: RawRule, head: Types): DatabaseRule {
  const scopes = [raw.types, head];
  if (raw.predicates.length === 0) throw reader.error('a database rule without keywords', 'its values name the directory', raw.line);
  if (raw.rules.length === 0)
    throw reader.error(`${LEVELS[0]} rule without a ${LEVELS[1]} rule`, 'rules have three levels: [a [b [c]]]', raw.line);
  return {
    predicates: predicatesOf(reader, raw, scopes),
    groups: raw.rules.map((group) => groupRule(reader, group, scopes)),
    line: raw.line,
  };
}

function groupRule(reader: SchemaReader, raw: RawRule, outer: readonly Types[]): GroupRule {
  const scopes = [raw.types, ...outer];
  const [element, second] = raw.rules;
  if (element === undefined)
    throw reader.error(`${LEVELS[1]} rule without an ${LEVELS[2]} rule`, 'rules have three levels: [a [b [c]]]', raw.line);
  if (second !== undefined)
    throw reader.error(`a second ${LEVELS[2]} rule in one ${LEVELS[1]} rule`, `write a ${LEVELS[1]} rule for each`, second.line);
  return { predicates: predicatesOf(reader, raw, scopes), element: elementRule(reader, element, scopes), line: raw.line };
}

function elementRule(reader: SchemaReader, raw: RawRule, outer: readonly Types[]): ElementRule {
  return { predicates: predicatesOf(reader, raw, [raw.types, ...outer]), line: raw.line };
}

function predicatesOf(reader: SchemaReader, raw: RawRule, scopes: readonly Types[]): readonly Predicate[] {
  const seen = new Set<string>();
  return raw.predicates.map((predicate) => {
    const { keyword, ownType, test, values, isOptional, isIgnored } = predicate;
    const type = scopes.find((types) => types.has(keyword))?.get(keyword) ?? 'Default';
    const printed = printedKeyword(keyword, type);
    if (seen.has(printed)) throw reader.error(`keyword '${printed}' stands twice in one rule`, 'once is enough', predicate.line);
    seen.add(printed);
    return { keyword, printed, type, ownType, test, values, isOptional, default: predicate.default, isIgnored };
  });
}
