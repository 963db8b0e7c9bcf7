/** What a plain document holds. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** A line with its indentation; comments and blank lines are gone. */
interface Line {
  readonly indent: number;
  readonly text: string;
}

/** Thrown and caught here only: the document is not plain. */
class NotPlain extends Error {}

/**
 * The YAML that configurations are written in, and JSON: maps and lists in blocks or brackets, scalars on one line. undefined for any
 * document with more to it (anchors, tags, texts over several lines, ...), and for one that is wrong: the `yaml` package then decides.
 * Why: loading that package takes 40 ms, as long as starting Node; reading a configuration here takes less than one.
 */
export function plainYaml(text: string): Plain | undefined {
  try {
    return text.trimStart().startsWith('{') ? jsonOrFlow(text) : new Blocks(linesOf(text)).document();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function jsonOrFlow(text: string): Plain {
  try {
    return withoutPrototypes(JSON.parse(text) as Plain);
  } catch {
    return flowOnly(
      linesOf(text)
        .map((line) => line.text)
        .join(' '),
    );
  }
}

/** Maps without inherited keys, so that a key named `constructor` is one that is not known. */
function withoutPrototypes(value: Plain): Plain {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Plain) => withoutPrototypes(item));
  return mapOf(Object.entries(value).map(([key, item]) => [key, withoutPrototypes(item as Plain)]));
}

function mapOf(entries: readonly (readonly [string, Plain])[]): Plain {
  const map = Object.create(null) as Record<string, Plain>;
  for (const [key, value] of entries) {
    if (key in map) throw new NotPlain();
    map[key] = value;
  }
  return map;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.includes('\t') || raw.includes('\r')) throw new NotPlain();
    const line = withoutComment(raw).trimEnd();
    if (line.trim() === '' || (index === 0 && line === '---')) continue;
    if (/^(---|\.\.\.|%)/.test(line)) throw new NotPlain();
    const indent = line.search(/\S/);
    lines.push({ indent, text: line.slice(indent) });
  }
  return lines;
}

function withoutComment(line: string): string {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string;
    if (quote !== '') {
      if (c === '\\' && quote === '"') i++;
      else if (c === quote) quote = '';
    } else if ((c === '"' || c === "'") && /^$|[\s,[{:-]/.test(line[i - 1] ?? '')) quote = c;
    else if (c === '#' && /^$|\s/.test(line[i - 1] ?? '')) return line.slice(0, i);
  }
  return line;
}

class Blocks {
  #at = 0;
  readonly #lines: Line[];

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  document(): Plain {
    const first = this.#lines[0];
    if (first === undefined) return null;
    const value = this.#block(first.indent);
    if (this.#at < this.#lines.length) throw new NotPlain();
    return value;
  }

  #block(indent: number): Plain {
    const { text } = this.#lines[this.#at] as Line;
    if (text === '-' || text.startsWith('- ')) return this.#list(indent);
    if (keyEnd(text) !== undefined) return this.#map(indent);
    throw new NotPlain();
  }

  #list(indent: number): Plain {
    const items: Plain[] = [];
    for (let line = this.#lines[this.#at]; line !== undefined && line.indent === indent; line = this.#lines[this.#at]) {
      if (line.text !== '-' && !line.text.startsWith('- ')) break;
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        this.#at++;
        items.push(this.#nested(indent + 1));
      } else if (keyEnd(rest) !== undefined || rest === '-' || rest.startsWith('- ')) {
        // What follows the dash is a block of its own, indented by where it stands.
        const inner = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { indent: inner, text: rest };
        items.push(this.#block(inner));
      } else {
        this.#at++;
        items.push(this.#value(rest, indent));
      }
    }
    return items;
  }

  #map(indent: number): Plain {
    const entries: [string, Plain][] = [];
    for (let line = this.#lines[this.#at]; line !== undefined && line.indent === indent; line = this.#lines[this.#at]) {
      const end = keyEnd(line.text);
      if (end === undefined) throw new NotPlain();
      const key = scalar(line.text.slice(0, end).trimEnd());
      if (typeof key !== 'string' || key === '<<') throw new NotPlain();
      const rest = line.text.slice(end + 1).trim();
      this.#at++;
      // A list may stand as far left as the key that it belongs to.
      entries.push([key, rest === '' ? this.#nested(indent + 1, indent) : this.#value(rest, indent)]);
    }
    return mapOf(entries);
  }

  #nested(least: number, listIndent?: number): Plain {
    const next = this.#lines[this.#at];
    if (next === undefined) return null;
    if (next.indent >= least) return this.#block(next.indent);
    return next.indent === listIndent && /^-( |$)/.test(next.text) ? this.#list(next.indent) : null;
  }

  /** A scalar, or brackets that may go on over lines that are indented more. */
  #value(first: string, indent: number): Plain {
    let text = first;
    const goesOn = (): boolean => (this.#lines[this.#at]?.indent ?? -1) > indent;
    if (!/^[[{]/.test(text)) {
      if (goesOn()) throw new NotPlain();
      return scalar(text);
    }
    while (goesOn()) text += ` ${(this.#lines[this.#at++] as Line).text}`;
    return flowOnly(text);
  }
}

/** Where the colon after a key stands. */
function keyEnd(text: string): number | undefined {
  const match = /^("[^"\\]*"|'[^']*'|[^\s"'[\]{},&*!|>%@`?#-][^:#'"]*):(?= |$)/.exec(text);
  return match === null ? undefined : (match[1] as string).length;
}

function flowOnly(text: string): Plain {
  const flow = new Flow(text.trim());
  const value = flow.value();
  if (!flow.isDone) throw new NotPlain();
  return value;
}

/** Maps and lists in brackets. */
class Flow {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  value(): Plain {
    this.#skip();
    const c = this.#text[this.#at];
    if (c === '[') return this.#collect(']', () => this.value());
    if (c === '{') return mapOf(this.#collect('}', () => this.#entry()));
    return scalar(this.#word());
  }

  #entry(): readonly [string, Plain] {
    this.#skip();
    const key = scalar(this.#word());
    this.#skip();
    if (typeof key !== 'string' || this.#text[this.#at] !== ':') throw new NotPlain();
    this.#at++;
    return [key, this.value()];
  }

  #collect<T>(end: string, read: () => T): T[] {
    this.#at++;
    const items: T[] = [];
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] === end) {
        this.#at++;
        return items;
      }
      items.push(read());
      this.#skip();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== end) throw new NotPlain();
    }
  }

  #word(): string {
    const rest = this.#text.slice(this.#at);
    // A colon within a word (od:.*) is part of it; one before a blank or a bracket ends a key.
    const match = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:[^\s,[\]{}:]|:(?=[^\s,[\]{}])|[ ](?=[^\s,[\]{}:#]))+)/.exec(rest);
    if (match === null) throw new NotPlain();
    this.#at += match[0].length;
    return match[0];
  }

  #skip(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }
}

function scalar(text: string): string | number | boolean | null {
  if (text.startsWith("'")) {
    if (!/^'(?:[^']|'')*'$/.test(text)) throw new NotPlain();
    return text.slice(1, -1).replaceAll("''", "'");
  }
  if (text.startsWith('"')) {
    if (!/^"[^"\\]*"$/.test(text)) throw new NotPlain();
    return text.slice(1, -1);
  }
  if (/^[&*!|>%@`?[\]{},#]|^-( |$)|: |:$| #/.test(text)) throw new NotPlain();
  if (/^(|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?\d+(\.\d*)?$/.test(text)) return Number(text);
  if (/^[-+]?(\.|0[ox]|\d+(\.\d*)?[eE][-+]?\d+$)/.test(text) && !/^\.[*+]/.test(text)) throw new NotPlain();
  return text;
}
