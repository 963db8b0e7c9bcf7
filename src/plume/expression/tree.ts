/** A formula, parsed. `at` is where it begins in the source text. */
export type Formula =
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  /** A field, a scalar, a constant or an earlier result; `level` asks for one level of it. */
  | { readonly kind: 'name'; readonly name: string; readonly level: number | undefined; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Formula[]; readonly at: number };

/** `name = formula`. */
export interface Statement {
  readonly name: string;
  readonly formula: Formula;
  readonly at: number;
}
