import { type Context, DteError } from '../base/index.js';
import type { Key, Selection } from '../fdb/index.js';
import { expandRequest, marsLanguage, parseKeywords } from '../mars/index.js';

export type SelectionValue = string | number | readonly (string | number)[];

/** What is meant, as Python's dictionaries say it: `{ class: 'od', step: [0, 6], levelist: '500/to/1000/by/250' }`; or the text of a request. */
export type MarsSelection = Readonly<Record<string, SelectionValue>> | ReadonlyMap<string, SelectionValue> | string;

/** Values in canonical text, ranges written out, without defaults. Errors: `input.keyword`, `input.value`, `input.syntax`. */
export async function toSelection(context: Context, given: MarsSelection, expand = true): Promise<Selection> {
  const keywords = typeof given === 'string' ? parseKeywords(given) : valuesOf(given);
  if (!expand || keywords.size === 0) return keywords;
  const request = { verb: 'retrieve', keywords };
  return expandRequest(await marsLanguage(context), request, { inherit: false, today: context.clock.now() }).keywords;
}

/** The key of one field. `input.value` when a keyword has several values. */
export async function toKey(context: Context, given: MarsSelection): Promise<Key> {
  const selection = await toSelection(context, given);
  return new Map(
    [...selection].map(([keyword, values]) => {
      if (values.length === 1) return [keyword, values[0] as string];
      throw new DteError('input.value', `${keyword} has ${values.length} values in the key of one field`, {
        hint: 'one value for each keyword',
      });
    }),
  );
}

function valuesOf(given: Readonly<Record<string, SelectionValue>> | ReadonlyMap<string, SelectionValue>): Selection {
  const pairs = given instanceof Map ? [...(given as ReadonlyMap<string, SelectionValue>)] : Object.entries(given);
  return new Map(pairs.map(([keyword, value]) => [keyword.toLowerCase(), listOf(keyword, value)]));
}

function listOf(keyword: string, value: SelectionValue): readonly string[] {
  const values = typeof value === 'string' ? value.split('/') : typeof value === 'number' ? [value] : value;
  const texts = values.map((one) => {
    if (typeof one === 'string' || (typeof one === 'number' && Number.isFinite(one))) return String(one).trim();
    throw new DteError('input.value', `${keyword} has the value ${String(one)}`, {
      hint: 'texts, numbers and lists of them are understood',
    });
  });
  if (texts.length > 0 && texts.every((text) => text !== '')) return texts;
  throw new DteError('input.value', `${keyword} has no value`, { hint: 'leave the keyword out to accept anything' });
}
