import { formulaFunctions } from './functions.js';
import type { Formula } from './tree.js';

/** What differs between the two languages that formulas are compiled to. */
export interface Language {
  readonly declare: 'let' | 'const';
  readonly literal: (value: number) => string;
}

// Texts of numbers are those of JavaScript: the shortest that are the number.
export const wgsl: Language = {
  declare: 'let',
  literal: (value) => signed(value, Math.fround(value) === 0 ? '0f' : `${Math.abs(value)}f`),
};
export const javascript: Language = { declare: 'const', literal: (value) => signed(value, `${Math.abs(value)}`) };

/** A value in the code that is being written: the name of a variable, or a literal. */
export interface Term {
  readonly text: string;
  /** Whether it is missing: a variable, or 'true' or 'false' where that is known. */
  readonly missing: string;
  readonly is: 'number' | 'truth';
  /** The value, where it is the same everywhere. */
  readonly constant: number | undefined;
}

/** A name as a formula reads it: at a level of its own, at one asked for further out (`(u + v)[850]` by way of a name), or at neither. */
export interface Reading {
  readonly name: string;
  readonly level: number | undefined;
  readonly outerLevel: number | undefined;
  readonly at: number;
}

export type Lookup = (reading: Reading, emitter: Emitter) => Term;

/**
 * Writes formulas as straight code, one variable for each operation. Equal operations are written once, those of constants are done here.
 * A result is missing where an operand is or where it has no value (a division by zero), except that
 * `where(c, a, b)` looks only at the branch taken, `coalesce(a, b, ...)` is the first that is there, and `is_missing(a)` never is.
 */
export class Emitter {
  readonly lines: string[] = [];
  readonly #language: Language;
  readonly #lookup: Lookup;
  readonly #known = new Map<string, Term>();
  #variables = 0;

  constructor(language: Language, lookup: Lookup) {
    this.#language = language;
    this.#lookup = lookup;
  }

  /** `outerLevel` is what names without a level of their own are taken at; undefined: at the level being computed. */
  formula(formula: Formula, outerLevel: number | undefined): Term {
    if (formula.kind === 'number') return this.constant(formula.value);
    if (formula.kind === 'name') return this.#lookup({ ...formula, outerLevel }, this);
    const operands = formula.arguments.map((operand) => this.formula(operand, outerLevel));
    const key = `${formula.name} ${operands.map(({ text, missing, is }) => `${is} ${text} ${missing}`).join(', ')}`;
    let term = this.#known.get(key);
    if (term === undefined) this.#known.set(key, (term = this.#operation(formula.name, operands)));
    return term;
  }

  constant(value: number): Term {
    return Number.isFinite(value) && Math.abs(value) < largest
      ? { text: this.#language.literal(value), missing: 'false', is: 'number', constant: value }
      : this.missing();
  }

  missing(): Term {
    return { text: this.#language.literal(1), missing: 'true', is: 'number', constant: undefined };
  }

  /** An element of an array. The sentinel is put aside before it meets arithmetic. */
  load(element: string, mayBeMissing: boolean): Term {
    const key = `[] ${element}`;
    let term = this.#known.get(key);
    if (term !== undefined) return term;
    const raw = this.#variable(element);
    const missing = mayBeMissing ? this.#variable(`is_missing(${raw})`) : 'false';
    const text = mayBeMissing ? this.#variable(`select(${raw}, 1.0, ${missing})`) : raw;
    this.#known.set(key, (term = { text, missing, is: 'number', constant: undefined }));
    return term;
  }

  /** A parameter of the kernel. */
  given(text: string): Term {
    return { text, missing: 'false', is: 'number', constant: undefined };
  }

  /** The text of what is stored for a term. */
  stored(term: Term): string {
    const { text, missing } = this.#as('number', term);
    if (missing === 'true') return 'missing_value()';
    const value = this.#variable(text);
    const kept = missing === 'false' ? `is_storable(${value})` : `!${missing} && is_storable(${value})`;
    return `select(missing_value(), ${value}, ${kept})`;
  }

  #operation(name: string, operands: readonly Term[]): Term {
    if (name === 'where') return this.#where(operands as readonly [Term, Term, Term]);
    if (name === 'coalesce') return operands.reduce((first, second) => this.#firstPresent(first, second));
    if (name === 'is_missing') return this.#isMissing((operands[0] as Term).missing);
    if (operands.some(({ missing }) => missing === 'true')) return this.missing();
    const known = formulaFunctions.get(name);
    if (known === undefined) throw new Error(`formula function ${name}`);
    const constants = operands.map(({ constant }) => constant);
    if (constants.every((value) => value !== undefined)) return this.#folded(known.of(constants as number[]), known.gives);
    const exponent = constants[1];
    if (name === '**' && exponent !== undefined) {
      const product = this.#smallPower(operands[0] as Term, exponent);
      if (product !== undefined) return product;
    }
    const taken = operands.map((operand) => this.#as(known.takes, operand));
    const texts = taken.map(({ text }) => text);
    const outside = known.outside === undefined ? 'false' : this.#variable(`(${known.outside(texts)})`);
    const missing = this.#any([...taken.map((term) => term.missing), outside]);
    return { text: this.#variable(known.text(texts)), missing, is: known.gives, constant: undefined };
  }

  #folded(value: number, is: Term['is']): Term {
    const term = this.constant(value);
    return is === 'truth' && term.constant !== undefined ? { ...term, text: value === 0 ? 'false' : 'true', is } : term;
  }

  /** Whole powers to 8 as products, which are exact where `pow` is not, and the square root. */
  #smallPower(base: Term, exponent: number): Term | undefined {
    const number = this.#as('number', base);
    if (exponent === 0.5) return this.#operation('sqrt', [number]);
    if (!Number.isInteger(exponent) || exponent === 0 || Math.abs(exponent) > 8) return undefined;
    const text = this.#variable(Array.from({ length: Math.abs(exponent) }, () => number.text).join(' * '));
    const product: Term = { ...number, text };
    return exponent > 0 ? product : this.#operation('/', [this.constant(1), product]);
  }

  #where([condition, a, b]: readonly [Term, Term, Term]): Term {
    if (condition.missing === 'true') return this.missing();
    if (condition.constant !== undefined) return condition.constant === 0 ? b : a;
    const is = a.is === 'truth' && b.is === 'truth' ? 'truth' : 'number';
    const [truth, first, second] = [this.#as('truth', condition), this.#as(is, a), this.#as(is, b)];
    const text = this.#variable(`select(${second.text}, ${first.text}, ${truth.text})`);
    const chosen =
      first.missing === second.missing
        ? first.missing
        : this.#variable(`((${truth.text} && ${first.missing}) || (!${truth.text} && ${second.missing}))`);
    return { text, missing: this.#any([truth.missing, chosen]), is, constant: undefined };
  }

  #firstPresent(first: Term, second: Term): Term {
    if (first.missing === 'false') return first;
    if (first.missing === 'true') return second;
    const [a, b] = [this.#as('number', first), this.#as('number', second)];
    const both = b.missing === 'false' ? 'false' : b.missing === 'true' ? a.missing : this.#variable(`(${a.missing} && ${b.missing})`);
    return { text: this.#variable(`select(${a.text}, ${b.text}, ${a.missing})`), missing: both, is: 'number', constant: undefined };
  }

  #isMissing(missing: string): Term {
    const constant = missing === 'true' ? 1 : missing === 'false' ? 0 : undefined;
    return { text: missing, missing: 'false', is: 'truth', constant };
  }

  #as(is: Term['is'], term: Term): Term {
    if (term.is === is) return term;
    if (term.constant !== undefined) {
      const text = is === 'truth' ? String(term.constant !== 0) : this.#language.literal(term.constant);
      return { ...term, is, text };
    }
    return { ...term, is, text: this.#variable(is === 'truth' ? `(${term.text} != 0.0)` : `select(0.0, 1.0, ${term.text})`) };
  }

  #any(flags: readonly string[]): string {
    const unknown = [...new Set(flags.filter((flag) => flag !== 'false'))];
    if (unknown.includes('true')) return 'true';
    return unknown.length === 0 ? 'false' : unknown.length === 1 ? (unknown[0] as string) : this.#variable(`(${unknown.join(' || ')})`);
  }

  #variable(text: string): string {
    const known = this.#known.get(`= ${text}`);
    if (known !== undefined) return known.text;
    const name = `v${this.#variables++}`;
    this.lines.push(`${this.#language.declare} ${name} = ${text};`);
    this.#known.set(`= ${text}`, { text: name, missing: 'false', is: 'number', constant: undefined });
    return name;
  }
}

/** Magnitudes from here on cannot be stored: the most negative f32 is the sentinel. */
const largest = 3.4028234663852886e38;

function signed(value: number, magnitude: string): string {
  return value < 0 || Object.is(value, -0) ? `(-${magnitude})` : magnitude;
}
