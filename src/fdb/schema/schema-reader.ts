import { DteError } from '../../base/index.js';

/** Characters that end a word; a minus sign ends only a keyword or a type. */
const ENDS = '/=,;:[]?';

/** Blanks and comments. */
const skipped = /(?:\s+|#[^\n]*)+/y;
/** What a word is made of without a second look. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked at one by one
const plain = /[^\s\u0000-\u001f#/=,;:[\]?-]+/y;

/** Characters of a schema text: white space and comments count nowhere, not even within a word (as upstream reads it). */
export class SchemaReader {
  readonly #text: string;
  readonly #file: string | undefined;
  #at = 0;
  #line = 1;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  /** Line of the character that comes next, from 1. */
  get line(): number {
    this.peek();
    return this.#line;
  }

  /** The next character that counts; the empty text at the end. */
  peek(): string {
    const c = this.#text[this.#at];
    if (c === undefined) return '';
    if (c > ' ' && c !== '#' && c < '\u0080') return c;
    skipped.lastIndex = this.#at;
    const blank = skipped.exec(this.#text)?.[0];
    if (blank === undefined) return c;
    for (let end = blank.indexOf('\n'); end >= 0; end = blank.indexOf('\n', end + 1)) this.#line++;
    this.#at += blank.length;
    return this.#text[this.#at] ?? '';
  }

  take(c: string): void {
    const met = this.peek();
    if (met !== c) throw this.error(met === '' ? 'the text ends too early' : `'${met}' is not expected`, `expected '${c}'`);
    this.#at++;
  }

  /** Characters up to the next one with a meaning. */
  word(kind: 'name' | 'value'): string {
    let word = '';
    for (;;) {
      const c = this.peek();
      if (c === '' || ENDS.includes(c) || (c === '-' && (kind === 'name' || word === ''))) return word;
      if (c < ' ') throw this.error(`a control character (code ${c.charCodeAt(0)})`, 'schemas are plain text');
      plain.lastIndex = this.#at;
      const run = plain.exec(this.#text)?.[0] ?? c;
      word += run;
      this.#at += run.length;
    }
  }

  /** A word of one character or more. */
  wordThere(kind: 'name' | 'value', what: string): string {
    const word = this.word(kind);
    if (word !== '') return word;
    const met = this.peek();
    throw this.error(met === '' ? 'the text ends too early' : `'${met}' is not expected`, `expected ${what}; a comma too many?`);
  }

  error(reason: string, hint: string, line = this.#line): DteError {
    return new DteError('input.syntax', `schema: ${reason}`, {
      where: { ...(this.#file === undefined ? {} : { file: this.#file }), line },
      hint,
    });
  }
}
