import { canonicalValue } from './canonical-value.js';
import type { Predicate } from './schema.js';

/**
 * Wind: the two components can be made of vorticity and divergence, so a request for one of them is answered by both of these when
 * it is not there itself. [u, v, vorticity, divergence]. Source: metkit, share/metkit/param-matching.yaml.
 */
const WIND_TABLES = [0, 129, 171, 200];
/** Tables that a parameter number without table is also looked for in. Source: the same file. */
const DROPPED_TABLES = [140, 150, 151, 160, 162, 170, 180, 190];

/** The number of a parameter, with its table in front: `130.128` and `130` are 130, `131.200` and `200131` are 200131. NaN for another text. */
export function paramId(text: string): number {
  const dot = text.indexOf('.');
  if (dot < 0) return /^\d+$/.test(text) ? idOf(Math.floor(Number(text) / 1000), Number(text)) : Number.NaN;
  return /^\d+\.\d+$/.test(text) ? idOf(Number(text.slice(dot + 1)), Number(text.slice(0, dot))) : Number.NaN;
}

function idOf(table: number, value: number): number {
  return (table === 128 ? 0 : table * 1000) + (value % 1000);
}

/**
 * Whether a stored text answers an asked canonical one. Steps: 6 and 0-6 are the same; parameters: with or without table. Stored
 * texts that other versions write in another way (upper case, 0.5 for 30m, yyyymm for a month) fit what they mean.
 */
export function valueFits(predicate: Predicate, asked: string, stored: string): boolean {
  if (asked === stored) return true;
  if (stored === '') return predicate.isOptional && predicate.default !== '' && asked === defaultText(predicate);
  if (predicate.type === 'Param' || predicate.type === 'ParamID') return paramId(asked) === paramId(stored);
  const canonical = canonicalStored(predicate, stored);
  if (predicate.type === 'Step') return asked === canonical || `0-${asked}` === canonical || asked === `0-${canonical}`;
  if (predicate.type === 'Grid') return asked.toLowerCase() === canonical.toLowerCase();
  if (predicate.type === 'Double') return asked === canonical || sixDigits(asked) === stored;
  return asked === canonical;
}

/** Stored texts of an axis that answer an asked value, the best one first; two for a wind component that must be computed. */
export function storedValues(predicate: Predicate, asked: string, axis: ReadonlySet<string>): readonly string[] {
  if (predicate.type === 'Param' || predicate.type === 'ParamID') return storedParams(predicate, asked, axis);
  const fitting = [...axis].filter((stored) => valueFits(predicate, asked, stored));
  return fitting.length < 2 ? fitting : fitting.sort((a, b) => Number(b === asked) - Number(a === asked));
}

function storedParams(predicate: Predicate, asked: string, axis: ReadonlySet<string>): readonly string[] {
  if (axis.has(asked)) return [asked];
  const byId = new Map<number, string>();
  for (const stored of axis) byId.set(paramId(stored), stored);
  const id = paramId(asked);
  const found = byId.get(id);
  if (found !== undefined) return [found];
  const table = Math.floor(id / 1000);
  const isWind = WIND_TABLES.includes(table) && (id % 1000 === 131 || id % 1000 === 132);
  const [vorticity, divergence] = [byId.get(table * 1000 + 138), byId.get(table * 1000 + 155)];
  if (isWind && vorticity !== undefined && divergence !== undefined) return [vorticity, divergence];
  if (predicate.type === 'ParamID' || asked.includes('.') || !(id < 1000)) return [];
  const dropped = DROPPED_TABLES.map((other) => byId.get(other * 1000 + id)).find((stored) => stored !== undefined);
  return dropped === undefined ? [] : [dropped];
}

/** The default of a predicate as it stands in keys. */
export function defaultText(predicate: Predicate): string {
  return canonicalValue(predicate.type, predicate.default);
}

function canonicalStored(predicate: Predicate, stored: string): string {
  // 5.10.8 keeps year and month under Month.
  if (predicate.type === 'Month' && /^\d{6}$/.test(stored)) return String(Number(stored.slice(4)));
  try {
    return canonicalValue(predicate.type, stored);
  } catch {
    // A text that is not of the type, from before the schema had it: it stands for itself only.
    return stored;
  }
}

/** Other programs keep six digits of a number. */
function sixDigits(text: string): string {
  return text.includes('.') ? String(Number(Number(text).toPrecision(6))) : text;
}
