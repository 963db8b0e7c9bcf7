import { nearestWord } from '../../base/index.js';
import { formulaFunctions, type FormulaFunction } from './functions.js';
import { faultAt, type Source } from './source.js';
import { type Token, tokensOf } from './tokens.js';
import type { Formula, Statement } from './tree.js';

/** Bounds of a text: it is compiled into straight code whose length follows from them. */
export const bounds = { characters: 20_000, depth: 64, nodes: 2_000 } as const;

/** Binary operators, weakest first; those of one row bind alike, from left to right. */
const ladder: readonly (readonly string[])[] = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!='], ['+', '-'], ['*', '/', '%']];
const comparisons = 2;

/**
 * A text of statements `name = formula`, one a line or with `;` between, into trees. `input.syntax`, with line and column, for whatever
 * is no formula, for unknown functions, for a name that is set twice, and for a text beyond the bounds.
 */
export function parseFormulas(source: Source): readonly Statement[] {
  if (source.text.length > bounds.characters) {
    throw faultAt(source, 0, `the text has ${source.text.length} characters`, `at most ${bounds.characters}`);
  }
  const statements: Statement[] = [];
  const parser = new Parser(source);
  for (let statement = parser.statement(); statement !== undefined; statement = parser.statement()) {
    const { name, at } = statement;
    if (statements.some((earlier) => earlier.name === name)) throw faultAt(source, at, `'${name}' is set twice`);
    statements.push(statement);
  }
  if (statements.length === 0) throw faultAt(source, 0, 'there is no formula', "write 'name = formula'");
  return statements;
}

class Parser {
  readonly #source: Source;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #nodes = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#tokens = tokensOf(source);
  }

  /** The next statement; undefined at the end of the text. */
  statement(): Statement | undefined {
    while (this.#peek().kind === 'line') this.#next++;
    const name = this.#peek();
    if (name.kind === 'end') return undefined;
    if (name.kind !== 'name') throw this.#unexpected("a statement 'name = formula'");
    this.#next++;
    this.#expect('=');
    const formula = this.#binary(0);
    if (this.#peek().kind !== 'line' && this.#peek().kind !== 'end') throw this.#unexpected('an operator or the end of the line');
    return { name: name.text, formula, at: name.at };
  }

  #binary(rank: number): Formula {
    const operators = ladder[rank];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(rank + 1);
    for (let count = 0; this.#isOperator(operators); count++) {
      const { text, at } = this.#take();
      if (rank === comparisons && count > 0) {
        throw faultAt(this.#source, at, 'comparisons cannot be chained', 'write a < b and b < c');
      }
      left = this.#call(text, [left, this.#binary(rank + 1)], at);
    }
    return left;
  }

  #unary(): Formula {
    if (!this.#isOperator(['-', '+', '!'])) return this.#power();
    return this.#deeper(() => {
      const { text, at } = this.#take();
      const operand = this.#unary();
      return text === '+' ? operand : this.#call(text === '-' ? '(-)' : '!', [operand], at);
    });
  }

  /** Binds stronger than a sign before it, and from right to left: -a ** b ** c is -(a ** (b ** c)). */
  #power(): Formula {
    const base = this.#primary();
    if (!this.#isOperator(['**', '^'])) return base;
    const { at } = this.#take();
    return this.#deeper(() => this.#call('**', [base, this.#unary()], at));
  }

  #primary(): Formula {
    const token = this.#peek();
    if (token.kind !== 'number' && token.kind !== 'name' && token.text !== '(') {
      throw this.#unexpected('a number, a name, a function or a bracket');
    }
    this.#next++;
    if (token.kind === 'number') return this.#number(token);
    if (token.kind === 'name') return this.#isOperator(['(']) ? this.#function(token) : this.#name(token);
    return this.#deeper(() => {
      const inner = this.#binary(0);
      this.#expect(')');
      return inner;
    });
  }

  #number({ value, text, at }: Token): Formula {
    if (Math.abs(value) > largest) throw faultAt(this.#source, at, `${text} is too large`, `at most ${largest} in f32`);
    this.#count(at);
    return { kind: 'number', value, at };
  }

  #name({ text, at }: Token): Formula {
    this.#count(at);
    if (!this.#isOperator(['['])) return { kind: 'name', name: text, level: undefined, at };
    this.#next++;
    const sign = this.#isOperator(['-']) ? -1 : 1;
    if (sign < 0) this.#next++;
    const level = this.#take();
    if (level.kind !== 'number') throw faultAt(this.#source, level.at, 'the level of a field is a number', `as in ${text}[850]`);
    this.#expect(']');
    return { kind: 'name', name: text, level: sign * level.value, at };
  }

  #function({ text, at }: Token): Formula {
    return this.#deeper(() => {
      this.#expect('(');
      const given: Formula[] = [];
      while (!this.#isOperator([')'])) {
        if (given.length > 0) this.#expect(',');
        given.push(this.#binary(0));
      }
      this.#expect(')');
      const known = formulaFunctions.get(text);
      if (known === undefined || !/^[a-z]/.test(text)) throw faultAt(this.#source, at, `'${text}' is no function`, hintFor(text));
      checkCount(this.#source, text, known, given.length, at);
      return this.#call(text, given, at);
    });
  }

  #call(name: string, given: readonly Formula[], at: number): Formula {
    this.#count(at);
    return { kind: 'call', name, arguments: given, at };
  }

  #count(at: number): void {
    if (++this.#nodes > bounds.nodes) throw faultAt(this.#source, at, 'the text is too long', `at most ${bounds.nodes} terms`);
  }

  #deeper(inner: () => Formula): Formula {
    if (++this.#depth > bounds.depth) {
      throw faultAt(this.#source, this.#peek().at, 'the formula is nested too deep', `at most ${bounds.depth} levels of brackets`);
    }
    const result = inner();
    this.#depth--;
    return result;
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #isOperator(texts: readonly string[]): boolean {
    const { kind, text } = this.#peek();
    return kind === 'operator' && texts.includes(text);
  }

  #expect(text: string): void {
    if (!this.#isOperator([text])) throw this.#unexpected(`'${text}'`);
    this.#next++;
  }

  #unexpected(wanted: string): Error {
    const { kind, text, at } = this.#peek();
    const met = kind === 'end' ? 'the text ends' : kind === 'line' ? 'the line ends' : `'${text}' stands`;
    return faultAt(this.#source, at, `${met} where ${wanted} is wanted`);
  }
}

/** The largest f32. */
const largest = 3.4028234663852886e38;

function hintFor(text: string): string {
  const words = [...formulaFunctions.keys()].filter((name) => /^[a-z]/.test(name));
  const near = nearestWord(text, words);
  return near === undefined ? `functions are ${words.join(', ')}` : `did you mean '${near}'?`;
}

function checkCount(source: Source, name: string, { least, most }: FormulaFunction, count: number, at: number): void {
  if (count >= least && count <= most) return;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  throw faultAt(source, at, `${name} is given ${count} argument${count === 1 ? '' : 's'}`, `it takes ${wanted}`);
}
