import { assert } from '../../base/index.js';
import { type Context, contextHolds, type Scope } from '../context-rule.js';
import { enumType } from './enum-type.js';
import { floatsType, floatType, integersType, integerType, quantilesType } from './number-types.js';
import { anyType, lowercaseType, regexType } from './plain-types.js';
import { datesType, expverType, stepsType, timesType } from './time-types.js';
import type { EnumValue, Settings, ValueType } from './value-type.js';

/** Values of a keyword that are in a table of their own. */
export type Groups = (name: string) => readonly EnumValue[];

const simple: Readonly<Record<string, (settings: Settings) => ValueType>> = {
  any: anyType,
  date: datesType,
  expver: expverType,
  float: floatType,
  integer: integerType,
  lowercase: lowercaseType,
  // Parameters are looked up when the rest of the request is known.
  param: anyType,
  range: stepsType,
  regex: regexType,
  time: timesType,
  'to-by-list': integersType,
  'to-by-list-float': floatsType,
  'to-by-list-quantile': quantilesType,
};

/** Types whose keywords take several values whatever the table says. */
export const listTypes: ReadonlySet<unknown> = new Set(['date', 'time', 'range', 'to-by-list', 'to-by-list-float', 'to-by-list-quantile']);

/** The type that settings describe: one, or several that are tried in order, each where its context holds. */
export function typeOf(settings: Settings, groups: Groups): ValueType {
  if (typeof settings.type === 'string') return oneType(settings.type, settings, groups);
  const parts = settings.type.map((part) =>
    typeof part === 'string'
      ? { context: undefined, type: oneType(part, settings, groups) }
      : { context: part.context, type: oneType(part.type as string, part, groups) },
  );
  return mixedType(parts);
}

function oneType(name: string, settings: Settings, groups: Groups): ValueType {
  if (name === 'enum') {
    const { values, groups: table } = settings;
    return enumType(() => (table === undefined ? entriesOf(values) : groups(table)), settings.uppercase === true);
  }
  const make = simple[name];
  assert(make !== undefined, `the language table knows type ${name}`);
  return make(settings);
}

function entriesOf(lines = ''): readonly EnumValue[] {
  return lines.split('\n').map((line) => line.split('\t'));
}

function mixedType(parts: readonly { readonly context: Context | undefined; readonly type: ValueType }[]): ValueType {
  const fitting = (scope: Scope): readonly ValueType[] =>
    parts.filter(({ context }) => contextHolds(context, scope)).map(({ type }) => type);
  return {
    called: [...new Set(parts.map(({ type }) => type.called))].join(' or '),
    canonical: (text, scope) => {
      for (const type of fitting(scope)) {
        const canonical = type.canonical(text, scope);
        if (canonical !== undefined) return canonical;
      }
      return undefined;
    },
    candidates: function* (scope) {
      for (const type of fitting(scope)) if (type.candidates !== undefined) yield* type.candidates(scope);
    },
  };
}
