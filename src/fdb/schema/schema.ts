/** The types that a schema may give to a keyword. */
export const TYPE_NAMES = [
  'Default',
  'First3',
  'Integer',
  'Double',
  'Date',
  'Time',
  'Step',
  'Param',
  'ParamID',
  'Expver',
  'Grid',
  'Ignore',
  'Month',
  'MonthOfDate',
  'Year',
  'YearMonth',
  'ClimateDaily',
  'ClimateMonthly',
] as const;

export type TypeName = (typeof TYPE_NAMES)[number];

/** What a rule says of one keyword. */
export interface Predicate {
  /** The keyword of metadata and requests. */
  readonly keyword: string;
  /** The keyword of keys: `year` for `date:Year`, else the same. */
  readonly printed: string;
  /** The rule's own type, else that of the rules around it, else the one at the head of the schema, else Default. */
  readonly type: TypeName;
  /** The type that is written (or, for an ignored keyword, implied) in this very rule; the normal form prints it. */
  readonly ownType: TypeName | undefined;
  readonly test: 'any' | 'one-of' | 'none-of';
  /** Of the test, sorted; empty for `any`. */
  readonly values: readonly string[];
  /** May be absent: `?`. */
  readonly isOptional: boolean;
  /** Value of an absent optional keyword or of an ignored one; may be the empty text. */
  readonly default: string;
  /** Taken from the metadata, but not kept: `-`. */
  readonly isIgnored: boolean;
}

/** Level 3: the key within an index. */
export interface ElementRule {
  readonly predicates: readonly Predicate[];
  readonly line: number;
}

/** Level 2: the key of an index and its data file. */
export interface GroupRule {
  readonly predicates: readonly Predicate[];
  readonly element: ElementRule;
  readonly line: number;
}

/** Level 1: the key of a database, that is of a directory. */
export interface DatabaseRule {
  readonly predicates: readonly Predicate[];
  readonly groups: readonly GroupRule[];
  readonly line: number;
}

export interface Schema {
  readonly text: string;
  readonly file: string | undefined;
  /** Types at the head of the schema. */
  readonly types: ReadonlyMap<string, TypeName>;
  /** In the order of the file, which decides when several fit. */
  readonly rules: readonly DatabaseRule[];
}

/** A way through the three levels. */
export interface RulePath {
  readonly database: DatabaseRule;
  readonly group: GroupRule;
}

/** Types that keep a part of a date have a name of their own in keys, so that the date can stand in several levels. */
const PRINTED: Partial<Record<TypeName, string>> = { Year: 'year', Month: 'month', MonthOfDate: 'month' };

/** The keyword that keys use for a keyword of a type. */
export function printedKeyword(keyword: string, type: TypeName): string {
  return PRINTED[type] ?? keyword;
}
