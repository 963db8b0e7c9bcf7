import { DteError } from '../../base/index.js';

/** Characters that end a word; a minus sign ends only a keyword or a type. */
const ENDS = '/=,;:[]?';

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
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined) return '';
      if (c === '#') this.#skipComment();
      else if (c <= ' ' && /\s/.test(c)) this.#step(c);
      else return c;
    }
  }

  take(c: string): void {
    const met = this.peek();
    if (met !== c) throw this.error(met === '' ? 'the text ends too early' : `'${met}' is not expected`, `expected '${c}'`);
    this.#step(met);
  }

  /** Characters up to the next one with a meaning. */
  word(kind: 'name' | 'value'): string {
    let word = '';
    for (;;) {
      const c = this.peek();
      if (c === '' || ENDS.includes(c) || (c === '-' && (kind === 'name' || word === ''))) return word;
      if (c < ' ') throw this.error(`a control character (code ${c.charCodeAt(0)})`, 'schemas are plain text');
      word += c;
      this.#step(c);
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

  #step(c: string): void {
    if (c === '\n') this.#line++;
    this.#at++;
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }
}
