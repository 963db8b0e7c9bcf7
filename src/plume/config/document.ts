import type { Document, LineCounter, Node } from 'yaml';
import { DteError, nearestWord, type Where } from '../../base/index.js';

/** A value of a YAML or JSON document with its place, to be taken apart with checks that name what they met and where. */
export class Entry {
  /** What it is, for messages: `plugins`, `plugin 'wind'`. */
  readonly what: string;
  readonly #node: Node | null;
  readonly #source: Source;
  /** Of the key, where the value is empty. */
  readonly #line: number | undefined;

  constructor(what: string, node: Node | null, source: Source, line?: number) {
    this.what = what;
    this.#node = node;
    this.#source = source;
    this.#line = line;
  }

  get line(): number | undefined {
    const start = this.#node?.range?.[0];
    return start === undefined ? this.#line : this.#source.lines.linePos(start).line;
  }

  get where(): Where {
    const { line } = this;
    if (this.#source.where !== undefined) return this.#source.where;
    return { ...(this.#source.name === undefined ? {} : { file: this.#source.name }), ...(line === undefined ? {} : { line }) };
  }

  named(what: string): Entry {
    return new Entry(what, this.#node, this.#source, this.#line);
  }

  /** The plain value; `undefined` where it is empty. */
  value(): unknown {
    return (this.#node?.toJS(this.#source.document) as unknown) ?? undefined;
  }

  isMap(): boolean {
    return this.#source.isMap(this.#node);
  }

  isList(): boolean {
    return this.#source.isSeq(this.#node);
  }

  /** The entries of a map whose keys are among `keys`. */
  map(keys: readonly string[]): ReadonlyMap<string, Entry> {
    const node = this.#node;
    if (!this.#source.isMap(node)) throw this.error('is not a map', `its keys are ${keys.join(', ')}`);
    const entries = new Map<string, Entry>();
    for (const pair of node.items) {
      const key = String((pair.key as { readonly value?: unknown } | null)?.value ?? pair.key);
      const line = new Entry('', pair.key as Node, this.#source).line;
      if (!keys.includes(key)) throw this.#unknownKey(key, keys, line);
      entries.set(key, new Entry(`${key} of ${this.what}`, pair.value as Node | null, this.#source, line));
    }
    return entries;
  }

  /** The entries of a map whose keys are names of the user's. */
  members(): ReadonlyMap<string, Entry> {
    const node = this.#node;
    if (!this.#source.isMap(node)) throw this.error('is not a map', 'a map from names to what belongs to them is expected');
    const keys = node.items.map((pair) => String((pair.key as { readonly value?: unknown } | null)?.value ?? pair.key));
    return this.map(keys);
  }

  /** The items of a list, each named after the list and its place in it. */
  list(): readonly Entry[] {
    const node = this.#node;
    if (!this.#source.isSeq(node)) throw this.error('is not a list', 'a list is expected: lines that begin with a dash');
    return node.items.map((item, index) => new Entry(`${this.what}[${index}]`, item as Node, this.#source, this.line));
  }

  /** A text; a number that YAML read is one, too (`name: 100`). */
  text(): string {
    const value = this.value();
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
    throw this.error('is not a text', 'a word or a text in quotes is expected');
  }

  texts(): readonly string[] {
    return this.isList() ? this.list().map((item) => item.text()) : [this.text()];
  }

  truth(): boolean {
    const value = this.value();
    if (typeof value === 'boolean') return value;
    throw this.error('is neither true nor false', 'true or false is expected');
  }

  number(least: number, what = `a number from ${least}`): number {
    const value = this.value();
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number) && number >= least) return number;
    throw this.error('is out of range', `${what} is expected`);
  }

  whole(least: number): number {
    const number = this.number(least, `a whole number from ${least}`);
    if (Number.isSafeInteger(number)) return number;
    throw this.error('is not a whole number', `a whole number from ${least} is expected`);
  }

  oneOf<const T extends string>(words: readonly T[]): T {
    const text = this.text();
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const near = nearestWord(text, words);
    throw this.error('is not known', `accepted are ${words.join(', ')}${near === undefined ? '' : `; did you mean '${near}'?`}`);
  }

  error(problem: string, hint: string): DteError {
    const value = this.value();
    const shown = value === undefined ? 'empty' : shorten(JSON.stringify(value));
    return new DteError('input.config', `${this.what} is ${shown}, which ${problem}`.replace(/ is empty, which is /, ' is empty and '), {
      where: this.where,
      hint,
    });
  }

  /** A map lacks a key that it must have. */
  missing(key: string, hint: string): DteError {
    return new DteError('input.config', `${this.what} has no '${key}'`, { where: this.where, hint });
  }

  #unknownKey(key: string, keys: readonly string[], line: number | undefined): DteError {
    const near = nearestWord(key, keys);
    const hint = near === undefined ? `keys are ${keys.join(', ')}` : `did you mean '${near}'?`;
    const where = { ...this.where, ...(line === undefined ? {} : { line }) };
    return new DteError('input.config', `${this.what} has an unknown key '${key}'`, { where, hint });
  }
}

interface Source {
  /** A path. */
  readonly name: string | undefined;
  /** Place of the whole, where it was part of another document. */
  readonly where: Where | undefined;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly isMap: typeof import('yaml').isMap;
  readonly isSeq: typeof import('yaml').isSeq;
}

/** A document given as YAML, as JSON, or as the value that either would be. `input.syntax` where it cannot be read. */
export async function readDocument(what: string, given: string | object, name?: string, place?: Where): Promise<Entry> {
  const { isMap, isSeq, LineCounter, parseDocument } = await import('yaml');
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new DteError('input.syntax', `${what} cannot be read: ${problem.message}`, {
      where: place ?? { ...(name === undefined ? {} : { file: name }), line: lines.linePos(problem.pos[0]).line },
      hint: 'YAML or JSON is expected',
      cause: problem,
    });
  }
  return new Entry(what, document.contents, { name, where: place, document, lines, isMap, isSeq });
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
