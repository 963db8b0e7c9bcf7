import { faultAt, type Source } from './source.js';

export interface Token {
  readonly kind: 'number' | 'name' | 'operator' | 'line' | 'end';
  /** An operator's text; a name without its quotes. */
  readonly text: string;
  readonly value: number;
  /** Where it begins in the source text. */
  readonly at: number;
}

const patterns: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /[ \t\r]+|#[^\n]*/y],
  ['line', /[\n;]/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[A-Za-z_]\w*|'[^'\n]*'/y],
  ['operator', /\*\*|<=|>=|==|!=|&&|\|\||[-+*/^%<>!=(),[\]]/y],
];

/** Words instead of signs. */
const wordOperators: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!' };

/** Lines inside brackets go on. */
export function tokensOf(source: Source): readonly Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const { kind, word } = wordAt(source, at);
    if (word === '(' || word === '[') depth++;
    if (word === ')' || word === ']') depth--;
    if (kind !== 'space' && !(kind === 'line' && depth > 0 && word === '\n')) tokens.push(tokenOf(source, kind, word, at));
    at += word.length;
  }
  tokens.push({ kind: 'end', text: '', value: 0, at: text.length });
  return tokens;
}

function wordAt(source: Source, at: number): { readonly kind: Token['kind'] | 'space'; readonly word: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const word = pattern.exec(source.text)?.[0];
    if (word !== undefined) return { kind, word };
  }
  const character = source.text[at] as string;
  if (character === "'") throw faultAt(source, at, 'a quoted name has no closing quote', "write 'name' on one line");
  throw faultAt(source, at, `'${character}' means nothing in a formula`);
}

function tokenOf(source: Source, kind: Token['kind'], word: string, at: number): Token {
  if (kind === 'name' && word.startsWith("'")) {
    if (word === "''") throw faultAt(source, at, 'a quoted name is empty');
    return { kind, text: word.slice(1, -1), value: 0, at };
  }
  if (kind === 'name' && word in wordOperators) return { kind: 'operator', text: wordOperators[word] as string, value: 0, at };
  // A number runs into a name: `2t` is a parameter, and wants quotes.
  if (kind === 'number' && /[A-Za-z_]/.test(source.text[at + word.length] ?? '')) {
    const whole = /^\w+/.exec(source.text.slice(at))?.[0] ?? word;
    throw faultAt(source, at, `'${whole}' is neither a number nor a name`, `a name that begins with a digit stands in quotes: '${whole}'`);
  }
  return { kind, text: word, value: kind === 'number' ? Number(word) : 0, at };
}
