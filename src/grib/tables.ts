import type { Context } from '../base/index.js';
import type { LayoutBlocks } from './layout.js';

/** Conditions of a concept: header key -> number, null for missing, text for a number or a derived word. */
export type ConceptRules = readonly (readonly [string, Readonly<Record<string, number | string | null>>])[];

/** Everything that reading GRIB headers needs beside the bytes. Immutable; load once and pass on. */
export interface GribTables {
  readonly layouts: LayoutBlocks;
  /** Code table -> code -> [abbreviation, title]. */
  readonly codes: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>;
  readonly concepts: Readonly<Record<string, ConceptRules>>;
  /** 'stream.type' -> edits of the MARS keys. */
  readonly marsEdits: ReadonlyMap<string, string>;
  readonly waveDomain: ConceptRules;
  /** Text of params.tsv; see tools/paramdb.mjs for its lines. Looked up by `paramLine`, never parsed as a whole. */
  readonly paramText: string;
}

const loaded = new WeakMap<Context['asset'], Promise<GribTables>>();

/** The tables of the package. Read once for each `ctx.asset`. */
export function gribTables(ctx: Pick<Context, 'asset'>): Promise<GribTables> {
  let tables = loaded.get(ctx.asset);
  if (tables === undefined) loaded.set(ctx.asset, (tables = load(ctx)));
  return tables;
}

async function load(ctx: Pick<Context, 'asset'>): Promise<GribTables> {
  const names = ['layouts.json', 'codes.json', 'mars-edits.json', 'params.tsv'];
  const [layouts, codes, mars, params] = (await Promise.all(names.map((name) => ctx.asset(`src/grib/tables/${name}`)))) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const parsed = JSON.parse(text(codes)) as { tables: GribTables['codes']; concepts: GribTables['concepts'] };
  const edits = JSON.parse(text(mars)) as { edits: Record<string, string>; waveDomain: ConceptRules };
  const marsEdits = new Map<string, string>();
  for (const [streamTypes, edit] of Object.entries(edits.edits)) for (const name of streamTypes.split(' ')) marsEdits.set(name, edit);
  return {
    layouts: (JSON.parse(text(layouts)) as { blocks: LayoutBlocks }).blocks,
    codes: parsed.tables,
    concepts: parsed.concepts,
    marsEdits,
    waveDomain: edits.waveDomain,
    paramText: text(params),
  };
}

const lines = new WeakMap<GribTables, Map<string, string | undefined>>();

/** The rest of the line of params.tsv whose first column is `name`. */
export function paramLine(tables: GribTables, name: string): string | undefined {
  let known = lines.get(tables);
  if (known === undefined) lines.set(tables, (known = new Map()));
  if (known.has(name)) return known.get(name);
  const mark = `\n${name}\t`;
  const at = tables.paramText.indexOf(mark);
  const line = at < 0 ? undefined : tables.paramText.slice(at + mark.length, tables.paramText.indexOf('\n', at + 1));
  known.set(name, line);
  return line;
}

/** The abbreviation of a code; the number itself where the table has none. */
export function abbreviation(tables: GribTables, table: string, code: number): string {
  return tables.codes[table]?.[code]?.[0] ?? String(code);
}

/** The code of an abbreviation. */
export function codeOf(tables: GribTables, table: string, word: string): number | undefined {
  for (const [code, [name]] of Object.entries(tables.codes[table] ?? {})) if (name === word) return Number(code);
  return undefined;
}
