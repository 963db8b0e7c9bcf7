import { DteError } from '../../base/index.js';
import type { Key } from '../types.js';
import { keyText, type Predicate } from '../schema/index.js';
import { posixRegex } from './posix-regex.js';

/** Template parts: plain text, or the value of a keyword. */
export type NamePart = { readonly text: string } | { readonly keyword: string };

/** A row of dbnames: databases of exactly these keywords, whose values fit, have this directory. */
export interface NameRow {
  /** Keyword -> pattern of its value; undefined accepts any. */
  readonly keywords: ReadonlyMap<string, RegExp | undefined>;
  /** Template, split at its slashes: one folder in the other. */
  readonly folders: readonly (readonly NamePart[])[];
}

/** `class,expver=00..,date` and `{class}:{expver}/{date}`. `input.config` for a malformed row. */
export function nameRow(keywords: string, template: string, where: { readonly file: string; readonly line: number }): NameRow {
  const patterns = new Map<string, RegExp | undefined>();
  for (const item of keywords.split(',')) {
    const [keyword, pattern, more] = item.split('=') as [string, string?, string?];
    if (keyword === '' || more !== undefined)
      throw malformed(`'${item}' is not a keyword with its pattern`, "'keyword' or 'keyword=regex'", where);
    patterns.set(keyword, pattern === undefined ? undefined : posixRegex(pattern, `dbnames, keyword ${keyword}`));
  }
  const folders = template.split('/').map((text) => partsOf(text, template, patterns, where));
  const isBad = folders.some((parts) => parts.length === 0 || parts.some((part) => 'text' in part && /^\.\.?$/.test(part.text)));
  if (isBad) throw malformed(`template '${template}' leaves its root`, "folders separated by '/', none empty, '.' or '..'", where);
  return { keywords: patterns, folders };
}

/** The directory of a database, relative to its root. */
export function databaseName(rows: readonly NameRow[], predicates: readonly Predicate[], key: Key): string {
  const row = rows.find((candidate) => rowFits(candidate, key));
  if (row === undefined) return keyText(predicates, key);
  return row.folders.map((parts) => parts.map((part) => ('text' in part ? part.text : (key.get(part.keyword) ?? ''))).join('')).join('/');
}

function rowFits(row: NameRow, key: Key): boolean {
  if (row.keywords.size !== key.size) return false;
  for (const [keyword, value] of key) {
    if (!row.keywords.has(keyword) || row.keywords.get(keyword)?.test(value) === false) return false;
  }
  return true;
}

function partsOf(
  text: string,
  template: string,
  keywords: NameRow['keywords'],
  where: { readonly file: string; readonly line: number },
): readonly NamePart[] {
  const parts: NamePart[] = [];
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    if (piece === '') continue;
    if (!piece.startsWith('{')) {
      if (/[{}]/.test(piece))
        throw malformed(`template '${template}' has a brace without its partner`, "'{keyword}' stands for a value", where);
      parts.push({ text: piece });
      continue;
    }
    const keyword = piece.slice(1, -1);
    if (!keywords.has(keyword))
      throw malformed(`template '${template}' names '${keyword}'`, `keywords of the row are ${[...keywords.keys()].join(', ')}`, where);
    parts.push({ keyword });
  }
  return parts;
}

function malformed(reason: string, hint: string, where: { readonly file: string; readonly line: number }): DteError {
  return new DteError('input.config', `dbnames: ${reason}`, { where, hint });
}
