import { DteError, type Where } from '../base/index.js';
import type { KeyValue, SectionLayout } from './layout.js';
import { unsignedAt } from './octets.js';
import type { GribTables } from './tables.js';

/** One section: zero-based position in the message and its length. */
export interface Section {
  readonly start: number;
  readonly length: number;
}

/**
 * One field and its headers. A GRIB2 message that holds several fields gives one `Message` for each: they share `bytes`, and
 * `fieldNumber` tells them apart. Keys are read when they are asked for (`get`).
 */
export interface Message {
  readonly edition: 1 | 2;
  /** The whole message, from "GRIB" to "7777". */
  readonly bytes: Uint8Array;
  /** By section number 0..8; undefined where the message has no such section. GRIB1: 1 PDS, 2 GDS, 3 BMS, 4 BDS. */
  readonly sections: readonly (Section | undefined)[];
  /** Number in the file, from 1. */
  readonly messageNumber: number;
  /** Number of the field in its message, from 1, and how many it holds. */
  readonly fieldNumber: number;
  readonly fields: number;
  /** The section that holds the bitmap in force; undefined when every point has a value. */
  readonly bitmap: Section | undefined;
  /** File, message number and offset, for errors. */
  readonly where: Where;
  readonly tables: GribTables;
  /** What components of vectors are measured along, where the values to be written no longer are what the grid section says. */
  readonly axes?: 'earth' | 'grid';
  /** Keys worked out so far. */
  readonly known: { readonly values: Map<string, KeyValue | undefined>; readonly layouts: (SectionLayout | undefined)[] };
}

/** Smallest legal length of each section. */
const SHORTEST: Readonly<Record<1 | 2, readonly number[]>> = { 1: [8, 28, 6, 6, 11], 2: [16, 21, 5, 14, 9, 11, 6, 5, 4] };

/**
 * The fields of one whole message. Errors: `data.section` for a section whose length or number is impossible, `data.message` when
 * the message has no data, `unsupported.edition`.
 */
export function parseMessage(bytes: Uint8Array, tables: GribTables, where: Where = {}): readonly Message[] {
  const edition = bytes[7];
  if (edition !== 1 && edition !== 2)
    throw new DteError('unsupported.edition', `GRIB edition ${edition}`, { where, hint: 'editions 1 and 2 are read' });
  return edition === 1 ? [parseGrib1(bytes, tables, where)] : parseGrib2(bytes, tables, where);
}

function parseGrib1(bytes: Uint8Array, tables: GribTables, where: Where): Message {
  const sections: (Section | undefined)[] = [{ start: 0, length: 8 }];
  const end = bytes.length - 4;
  let at = 8;
  const take = (number: number, length?: number): void => {
    const stated = length ?? (at + 3 <= end ? unsignedAt(bytes, at, 3) : 0);
    checkLength(1, number, at, stated, end, where);
    sections[number] = { start: at, length: stated };
    at += stated;
  };
  take(1);
  const flags = bytes[8 + 7] as number;
  if (flags & 0x80) take(2);
  if (flags & 0x40) take(3);
  // A message beyond 8 MiB states its length in units of 120 octets, and its section 4 runs to the end mark.
  const isLarge = (unsignedAt(bytes, 4, 3) & 0x800000) !== 0 && at + 3 <= end && unsignedAt(bytes, at, 3) < 120;
  take(4, isLarge ? end - at : undefined);
  return { ...common(bytes, tables, where), edition: 1, sections, fieldNumber: 1, fields: 1, bitmap: sections[3] };
}

function parseGrib2(bytes: Uint8Array, tables: GribTables, where: Where): readonly Message[] {
  const fields: { sections: (Section | undefined)[]; bitmap: Section | undefined }[] = [];
  const current: (Section | undefined)[] = [{ start: 0, length: 16 }];
  const end = bytes.length - 4;
  let bitmap: Section | undefined;
  let previous = 0;
  for (let at = 16; at < end; ) {
    const length = at + 5 <= end ? unsignedAt(bytes, at, 4) : 0;
    const number = at + 5 <= end ? (bytes[at + 4] as number) : 0;
    checkOrder(previous, number, length, at, where);
    checkLength(2, number, at, length, end, where);
    current[number] = { start: at, length };
    if (number === 6) {
      const indicator = bytes[at + 5];
      if (indicator === 254 && bitmap === undefined) {
        throw new DteError('data.section', 'section 6 reuses a bitmap, and none came before it in this message', {
          where: { ...where, section: 6 },
        });
      }
      if (indicator !== 254 && indicator !== 255) bitmap = current[6];
      fields.push({ sections: [], bitmap: indicator === 255 ? undefined : bitmap });
    }
    if (number === 7) (fields.at(-1) as { sections: (Section | undefined)[] }).sections = [...current, { start: end, length: 4 }];
    previous = number;
    at += length;
  }
  if (previous !== 7)
    throw new DteError('data.message', `the message ends after section ${previous}`, {
      where,
      hint: 'a message ends with section 7 and "7777"',
    });
  return fields.map(({ sections, bitmap: own }, index) => ({
    ...common(bytes, tables, where),
    edition: 2,
    sections,
    fieldNumber: index + 1,
    fields: fields.length,
    bitmap: own,
  }));
}

/** Sections come as 1 [2] 3 4 5 6 7; after 7 the sequence may start again at 2, 3 or 4. */
function checkOrder(previous: number, number: number, length: number, at: number, where: Where): void {
  const allowed = previous === 0 ? [1] : previous === 1 ? [2, 3] : previous === 7 ? [2, 3, 4] : [previous + 1];
  if (allowed.includes(number)) return;
  const place = previous === 0 ? 'at the start' : `after section ${previous}`;
  throw new DteError('data.section', `section number ${number} (length ${length}) ${place}, octet ${at + 1} of the message`, {
    where: { ...where, section: number },
    hint: `expected section ${allowed.join(' or ')}`,
  });
}

function checkLength(edition: 1 | 2, number: number, at: number, length: number, end: number, where: Where): void {
  const shortest = SHORTEST[edition][number] ?? 5;
  const most = Math.max(0, end - at);
  if (length >= shortest && length <= most) return;
  throw new DteError('data.section', `section ${number} states a length of ${length} octets`, {
    where: { ...where, section: number },
    hint: `between ${shortest} and ${most} octets are possible here`,
  });
}

function common(
  bytes: Uint8Array,
  tables: GribTables,
  where: Where,
): Pick<Message, 'bytes' | 'tables' | 'where' | 'messageNumber' | 'known'> {
  return { bytes, tables, where, messageNumber: where.message ?? 1, known: { values: new Map(), layouts: [] } };
}
