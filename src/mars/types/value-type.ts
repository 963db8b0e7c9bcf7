import type { Scope } from '../context-rule.js';

/** How the values of a keyword are read. */
export interface ValueType {
  /** In a sentence: 'an integer', 'a date'. */
  readonly called: string;
  /** The canonical text; undefined for a text that is not of this type. Raises 'input.value' where it can say more than that. */
  canonical(text: string, scope: Scope): string | undefined;
  /** The values of `from/to/to/by/by`, both ends included where they are met; absent for types without ranges. */
  range?(from: string, to: string, by: string | undefined, scope: Scope): readonly string[];
  /** The single values that a canonical value stands for; absent or undefined for types without groups. */
  members?(canonical: string): readonly string[] | undefined;
  /** Texts that are accepted, for suggestions. */
  candidates?(scope: Scope): Iterable<string>;
}

/** The settings of a keyword in the language table. */
export interface Settings {
  readonly type: string | readonly (string | (Settings & { readonly context?: Readonly<Record<string, readonly string[] | string>> }))[];
  readonly category?: 'data' | 'postproc' | 'sink';
  readonly aliases?: readonly string[];
  readonly multiple?: boolean;
  readonly flatten?: boolean;
  readonly uppercase?: boolean;
  /** An entry a line, its names with tabs between, the canonical first. */
  readonly values?: string;
  /** The name of a table of values with groups. */
  readonly groups?: string;
  readonly regex?: readonly string[];
  readonly by?: string;
  readonly range?: readonly [number, number];
  readonly denominators?: readonly number[];
  readonly defaults?: readonly {
    readonly context?: Readonly<Record<string, readonly string[] | string>>;
    readonly values: readonly string[];
  }[];
  readonly unset?: readonly Readonly<Record<string, readonly string[] | string>>[];
}

/** A name; names, the first of which is canonical; or a group with a name. */
export type EnumValue = string | readonly string[] | { readonly name: string | readonly string[]; readonly group: readonly EnumValue[] };
