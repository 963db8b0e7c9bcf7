import { DteError, nearestWord } from '../../base/index.js';
import type { KeyPlace } from '../layout.js';
import type { Message } from '../message.js';
import { putIeee32, putSigned, putUnsigned } from '../octets.js';
import { sectionLayout } from '../section-layouts.js';
import { codeOf, type GribTables } from '../tables.js';

/** What a key can be set to: a number, or a text (a word of a code table, a number in digits). */
export type KeyInput = string | number;

/**
 * Writes one key into the headers of `message`, whose octets are the caller's to change. A key that changes the length of the
 * product section gives that section anew instead.
 */
export type Setter = (message: Message, value: KeyInput) => Uint8Array | undefined;

const SECTIONS: Readonly<Record<1 | 2, readonly number[]>> = { 1: [1], 2: [1, 4, 2, 0] };

/** The octets of a key in the identification, product and local sections, and where that section begins. */
export function placeOf(message: Message, key: string): { readonly place: KeyPlace; readonly start: number } | undefined {
  for (const number of SECTIONS[message.edition]) {
    const section = message.sections[number];
    const place = sectionLayout(message, number)?.byKey.get(key);
    if (section !== undefined && place !== undefined && place.start + place.octets <= section.length)
      return { place, start: section.start };
  }
  return undefined;
}

/** Writes a number where the layout has the key; null is "missing". Errors: `absent.key`, `input.value`. */
export function put(message: Message, key: string, value: number | null, name = key): undefined {
  const found = placeOf(message, key);
  if (found === undefined) throw absent(message, name);
  const { place, start } = found;
  const at = start + place.start;
  if (value === null) {
    if (!place.canBeMissing) throw refused(message, name, 'missing', 'this key cannot be missing');
    message.bytes.fill(0xff, at, at + place.octets);
    return;
  }
  if (place.type === 'f') {
    putIeee32(message.bytes, at, value);
    return;
  }
  const isSigned = place.type === 's';
  // All ones would read as "missing".
  const largest = isSigned ? 2 ** (8 * place.octets - 1) - 1 : 2 ** (8 * place.octets) - (place.canBeMissing ? 2 : 1);
  const smallest = isSigned ? -largest : 0;
  if ((place.type !== 'u' && !isSigned) || !Number.isInteger(value) || value < smallest || value > largest) {
    throw refused(message, name, value, `an integer from ${smallest} to ${largest}`);
  }
  if (isSigned) putSigned(message.bytes, at, place.octets, value);
  else putUnsigned(message.bytes, at, place.octets, value);
}

/** As `put`, where the message has the key. */
export function putIfThere(message: Message, key: string, value: number): undefined {
  if (placeOf(message, key) !== undefined) put(message, key, value);
}

/** The integer that a value states. */
export function integer(message: Message, key: string, value: KeyInput): number {
  const number = real(message, key, value);
  if (!Number.isInteger(number)) throw refused(message, key, value, 'an integer');
  return number;
}

export function real(message: Message, key: string, value: KeyInput): number {
  const number = typeof value === 'number' ? value : /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw refused(message, key, value, 'a number');
  return number;
}

const codes = new WeakMap<GribTables, Map<string, number>>();

/** The code of a word of a code table, or the number that stands for itself. */
export function code(message: Message, key: string, table: string, value: KeyInput): number {
  if (typeof value === 'number') return value;
  let known = codes.get(message.tables);
  if (known === undefined) codes.set(message.tables, (known = new Map()));
  const name = `${table} ${value}`;
  const found = known.get(name) ?? codeOf(message.tables, table, value) ?? (/^\d+$/.test(value) ? Number(value) : undefined);
  if (found === undefined) {
    const words = Object.values(message.tables.codes[table] ?? {}).map(([word]) => word);
    const near = nearestWord(value, words);
    throw refused(
      message,
      key,
      value,
      near === undefined ? `a word of the table ${table}` : `a word of the table ${table}; did you mean '${near}'?`,
    );
  }
  known.set(name, found);
  return found;
}

export function refused(message: Message, key: string, value: KeyInput, accepted: string): DteError {
  return new DteError('input.value', `${key} cannot be set to '${value}'`, { where: message.where, hint: `accepted: ${accepted}` });
}

export function absent(message: Message, key: string): DteError {
  return new DteError('absent.key', `the message has no ${key} to set`, { where: message.where });
}
