import { type KeyPlace, type KeyValue, valueAt } from './layout.js';
import type { Message } from './message.js';
import { sectionLayout } from './section-layouts.js';

/** Sections in the order in which a key is looked for: a key of an earlier one hides the same key of a later one. */
const SEARCH_ORDER = [1, 4, 3, 2, 5, 6, 0, 7];
const SEARCH_ORDER_GRIB1 = [1, 2, 4, 3, 0];

/** The value of a key as its octets state it: codes as numbers. Undefined when the message has no such key. */
export function raw(message: Message, key: string): KeyValue | undefined {
  for (const number of message.edition === 1 ? SEARCH_ORDER_GRIB1 : SEARCH_ORDER) {
    const place = sectionLayout(message, number)?.byKey.get(key);
    if (place !== undefined) return readPlace(message, number, place);
  }
  return undefined;
}

/** The number of a key; undefined when it is absent, missing or text. */
export function rawNumber(message: Message, key: string): number | undefined {
  const value = raw(message, key);
  return typeof value === 'number' ? value : undefined;
}

/** All values of a key that stands in a repeated block (time ranges, bands). */
export function rawList(message: Message, key: string): readonly number[] {
  for (const number of message.edition === 1 ? SEARCH_ORDER_GRIB1 : SEARCH_ORDER) {
    const layout = sectionLayout(message, number);
    if (layout?.byKey.has(key) !== true) continue;
    return layout.places.filter((place) => place.key === key).map((place) => Number(readPlace(message, number, place)));
  }
  return [];
}

/** Undefined when the section ends before the place: templates grow at their end from one edition of the tables to the next. */
export function readPlace(message: Message, number: number, place: KeyPlace): KeyValue | undefined {
  const section = message.sections[number];
  if (section === undefined || place.start + place.octets > section.length) return undefined;
  return valueAt(message.bytes, section.start, place);
}
