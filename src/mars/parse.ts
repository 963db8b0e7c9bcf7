import { DteError, type Where } from '../base/index.js';
import type { MarsRequest } from './request.js';

export interface ParseOptions {
  /** Named in messages. */
  readonly file?: string;
  /** Line number of the first line of the text; 1 if not given. */
  readonly line?: number;
}

/**
 * All requests of a text: `verb, keyword = value/value, ...`, one after the other, each optionally ended by a point. `#` begins a comment.
 * Values are words, joined by single blanks, or quoted in " or '. A keyword given again replaces the former values.
 * Raises 'input.syntax' with the line.
 */
export function parseRequests(text: string, options: ParseOptions = {}): readonly MarsRequest[] {
  const scanner = scannerOf(text, options);
  const requests: MarsRequest[] = [];
  while (scanner.peek() !== '') {
    const line = scanner.line();
    const verb = scanner.word();
    if (verb === '')
      throw scanner.error(`'${scanner.peek()}' where a verb is expected`, 'a request begins with a verb: retrieve,class=od,...');
    if (scanner.peek() === '=')
      throw scanner.error(`'${verb}' is a keyword, not a verb`, 'a request begins with a verb: retrieve,class=od,...');
    const { keywords, lines } = scanKeywords(scanner, scanner.take(','));
    const known: Where = { ...(options.file === undefined ? {} : { file: options.file }), line };
    requests.push({ verb: verb.toLowerCase(), keywords, where: known, lines });
    if (scanner.peek() !== '' && !isWordStart(scanner.peek())) throw unexpected(scanner, keywords);
  }
  return requests;
}

/** The short form without a verb: `class=od,expver=0001`. An empty text has no keywords. */
export function parseKeywords(text: string, options: ParseOptions = {}): ReadonlyMap<string, readonly string[]> {
  const scanner = scannerOf(text, options);
  const { keywords } = scanKeywords(scanner, scanner.peek() !== '');
  if (scanner.peek() !== '') throw unexpected(scanner, keywords);
  return keywords;
}

interface Scanner {
  /** The next character that is neither blank nor comment; '' at the end. */
  peek(): string;
  /** Takes the next character if it is this one. */
  take(character: string): boolean;
  /** Letters, digits and _ : . @ - after blanks; '' if something else stands there. */
  word(): string;
  /** Words joined by single blanks, on one line. */
  words(): string;
  quoted(): string;
  line(): number;
  error(reason: string, hint?: string): DteError;
}

function scanKeywords(
  scanner: Scanner,
  more: boolean,
): { readonly keywords: Map<string, readonly string[]>; readonly lines: Map<string, number> } {
  const keywords = new Map<string, readonly string[]>();
  const lines = new Map<string, number>();
  for (let again = more; again; again = scanner.take(',')) {
    scanner.peek();
    const line = scanner.line();
    const keyword = scanner.words().toLowerCase();
    if (keyword === '') throw scanner.error(`${shown(scanner.peek())} where a keyword is expected`, 'keyword=value is understood');
    if (!scanner.take('='))
      throw scanner.error(`keyword '${keyword}' has no value, ${shown(scanner.peek())} follows it`, `${keyword}=value is understood`);
    keywords.set(keyword, scanValues(scanner, keyword));
    lines.set(keyword, line);
  }
  return { keywords, lines };
}

function scanValues(scanner: Scanner, keyword: string): readonly string[] {
  const values: string[] = [];
  let wasQuoted = false;
  do {
    const next = scanner.peek();
    wasQuoted = next === '"' || next === "'";
    values.push(wasQuoted ? scanner.quoted() : scanner.words());
  } while (scanner.take('/'));
  if (!wasQuoted) endOfRequest(scanner, values);
  // Paths without quotes are commonly written, /a/b; an empty text alone is a mistake.
  if (values.length === 1 && values[0] === '' && !wasQuoted)
    throw scanner.error(
      `keyword '${keyword}' has no value, ${shown(scanner.peek())} follows it`,
      'a value with other characters than A-Z a-z 0-9 _ : . @ - needs quotes',
    );
  return values;
}

/** A point is a letter of words and the end of a request: it is the end where neither a value nor a keyword follows. */
function endOfRequest(scanner: Scanner, values: string[]): void {
  const last = values[values.length - 1] as string;
  const next = scanner.peek();
  if (last.length > 1 && last.endsWith('.') && (next === '' || isWordStart(next))) values[values.length - 1] = last.slice(0, -1).trimEnd();
}

function scannerOf(text: string, { file, line: firstLine = 1 }: ParseOptions): Scanner {
  let at = 0;
  let line = firstLine;
  const error = (reason: string, hint?: string): DteError =>
    new DteError('input.syntax', reason, {
      where: { ...(file === undefined ? {} : { file }), line },
      ...(hint === undefined ? {} : { hint }),
    });

  const skip = (): void => {
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === newline) line++;
      else if (code === hash) {
        while (at + 1 < text.length && text.charCodeAt(at + 1) !== newline) at++;
      } else if (!isBlank(code)) return;
    }
  };
  const peek = (): string => {
    skip();
    return text.charAt(at);
  };
  const word = (): string => {
    skip();
    const start = at;
    while (at < text.length && isWordCode(text.charCodeAt(at))) at++;
    return text.slice(start, at);
  };
  const words = (): string => {
    let joined = word();
    for (;;) {
      let next = at;
      while (text.charAt(next) === ' ') next++;
      if (next === at || !isWordCode(text.charCodeAt(next))) return joined;
      at = next;
      joined += ` ${word()}`;
    }
  };
  const quoted = (): string => {
    const quote = text.charAt(at++);
    const opened = error('a quoted value does not end', `${quote} is expected`);
    let value = '';
    for (; at < text.length; at++) {
      const character = text.charAt(at);
      if (character === quote) {
        at++;
        return value;
      }
      if (character === '\n') line++;
      if (character === '\\') {
        const escaped = escapes.get(text.charAt(++at));
        if (escaped === undefined)
          throw error(`'\\${text.charAt(at)}' in a quoted value`, `\\${[...escapes.keys()].join(' \\')} are understood`);
        value += escaped;
      } else value += character;
    }
    throw opened;
  };
  const take = (character: string): boolean => {
    if (peek() !== character) return false;
    at++;
    return true;
  };
  return { peek, take, word, words, quoted, line: () => line, error };
}

const newline = 10;
const hash = 35;
const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** Letters, digits and _ : . @ - */
export function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 45 && code <= 58 && code !== 47) || (code >= 64 && code <= 90) || code === 95;
}

function isWordStart(character: string): boolean {
  return /^[a-z_]$/i.test(character);
}

function shown(character: string): string {
  return character === '' ? 'the end' : `'${character}'`;
}

function unexpected(scanner: Scanner, keywords: ReadonlyMap<string, unknown>): DteError {
  const last = [...keywords.keys()].at(-1);
  return scanner.error(
    `${shown(scanner.peek())} ${last === undefined ? 'after the verb' : `after the value of '${last}'`}`,
    "',' is expected between keywords and '/' between values; a value with other characters needs quotes",
  );
}
