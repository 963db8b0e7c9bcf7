import { nearestWord } from '../../base/index.js';
import { formulaFunctions } from './functions.js';
import { parseFormulas } from './parse.js';
import { faultAt, type Source } from './source.js';
import type { Formula, Statement } from './tree.js';

/** Words that stand for themselves: degrees of a point, the level of a value, π, and nothing at all. */
export const formulaWords = ['lat', 'lon', 'level', 'pi', 'missing'] as const;

export interface FormulaOptions {
  readonly constants?: ReadonlyMap<string, number>;
  /** Names of scalars that the model gives. */
  readonly scalars?: readonly string[];
  /** Names of fields; by default every name that is nothing else is a field. */
  readonly fields?: readonly string[];
  /** Results that are kept, in this order; by default all. */
  readonly outputs?: readonly string[];
}

/** Grid and levels of a result: those of the first of these fields that has several, or the levels stated. */
export interface ResultShape {
  readonly like: readonly string[];
  readonly levels: readonly number[] | undefined;
}

/** Formulas with every name resolved; no field has been seen. */
export interface Formulas {
  readonly source: Source;
  readonly statements: ReadonlyMap<string, Statement>;
  readonly constants: ReadonlyMap<string, number>;
  /** What is read, in the order of first use. */
  readonly fields: readonly string[];
  readonly scalars: readonly string[];
  readonly outputs: readonly string[];
  readonly shapes: ReadonlyMap<string, ResultShape>;
}

/** `input.syntax` for what `parseFormulas` refuses, for a name that is not known, and for a result without a field that gives it points. */
export function compileFormulas(source: Source, options: FormulaOptions = {}): Formulas {
  const statements = new Map<string, Statement>();
  const constants = options.constants ?? new Map<string, number>();
  const scalars = options.scalars ?? [];
  const read = { fields: new Set<string>(), scalars: new Set<string>() };
  const parsed = parseFormulas(source);
  for (const statement of parsed) {
    checkFree(source, statement, { constants, scalars, fields: options.fields ?? [] });
    for (const name of namesIn(statement.formula)) {
      if (statements.has(name.name) || isWord(name.name) || constants.has(name.name)) continue;
      const isScalar = scalars.includes(name.name);
      if (!isScalar) checkField(source, name, parsed, options.fields);
      (isScalar ? read.scalars : read.fields).add(name.name);
    }
    statements.set(statement.name, statement);
  }
  const outputs = options.outputs ?? parsed.map(({ name }) => name);
  for (const output of outputs) if (!statements.has(output)) throw noSuchResult(source, output, statements);
  const isField = (name: string): boolean => read.fields.has(name);
  const shapes = new Map(outputs.map((output) => [output, shapeOf(source, output, statements, isField)]));
  return { source, statements, constants, fields: [...read.fields], scalars: [...read.scalars], outputs, shapes };
}

type Name = Formula & { readonly kind: 'name' };

function namesIn(formula: Formula): readonly Name[] {
  if (formula.kind === 'call') return formula.arguments.flatMap(namesIn);
  return formula.kind === 'name' ? [formula] : [];
}

function isWord(name: string): boolean {
  return (formulaWords as readonly string[]).includes(name);
}

function checkFree(
  source: Source,
  { name, at }: Statement,
  taken: { readonly constants: ReadonlyMap<string, number>; readonly scalars: readonly string[]; readonly fields: readonly string[] },
): void {
  const what =
    isWord(name) || formulaFunctions.has(name)
      ? 'a word of formulas'
      : taken.constants.has(name)
        ? 'a constant'
        : taken.scalars.includes(name)
          ? 'a scalar of the model'
          : taken.fields.includes(name)
            ? 'an input'
            : undefined;
  if (what !== undefined) throw faultAt(source, at, `'${name}' is ${what} and cannot be set`, 'give the result another name');
}

function checkField(source: Source, { name, at }: Name, parsed: readonly Statement[], fields: readonly string[] | undefined): void {
  if (parsed.some((statement) => statement.name === name)) {
    throw faultAt(source, at, `'${name}' is used before it is set`, 'put its line above');
  }
  if (fields === undefined || fields.includes(name)) return;
  const near = nearestWord(name, [...fields, ...parsed.map((statement) => statement.name), ...formulaWords]);
  const hint = near === undefined ? `inputs are ${fields.join(', ') || 'none'}` : `did you mean '${near}'?`;
  throw faultAt(source, at, `'${name}' is not known`, hint);
}

function noSuchResult(source: Source, output: string, statements: ReadonlyMap<string, Statement>): Error {
  return faultAt(source, 0, `no formula sets the output '${output}'`, `results are ${[...statements.keys()].join(', ')}`);
}

function shapeOf(
  source: Source,
  output: string,
  statements: ReadonlyMap<string, Statement>,
  isField: (name: string) => boolean,
): ResultShape {
  const readings: { name: string; level: number | undefined }[] = [];
  const seen = new Set<string>();
  const visit = (formula: Formula, level: number | undefined): void => {
    for (const name of namesIn(formula)) {
      const inner = statements.get(name.name);
      const reading = { name: name.name, level: name.level ?? level };
      const key = `${reading.name} ${reading.level}`;
      if (seen.has(key)) continue;
      seen.add(key);
      // A result used as an operand stands for its formula; it cannot come back to itself, as it was set before.
      if (inner !== undefined) visit(inner.formula, reading.level);
      else if (isField(name.name)) readings.push(reading);
    }
  };
  const statement = statements.get(output) as Statement;
  visit(statement.formula, undefined);
  if (readings.length === 0) throw faultAt(source, statement.at, `'${output}' uses no field, so it has no points`);
  const free = readings.filter(({ level }) => level === undefined);
  if (free.length > 0) return { like: [...new Set(free.map(({ name }) => name))], levels: undefined };
  const levels = new Set(readings.map(({ level }) => level as number));
  return { like: [readings[0]?.name as string], levels: [levels.size === 1 ? (readings[0]?.level as number) : 0] };
}
