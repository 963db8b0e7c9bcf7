import { DteError } from '../../base/index.js';

/**
 * The tagged octets in which records of a table of contents are written (eckit: src/eckit/serialisation/Stream.cc): one octet that
 * tells the type, then the value with its highest octet first. Both `long`s carry 32 bits only.
 */
const tag = {
  startObject: 1,
  endObject: 2,
  int: 5,
  unsignedInt: 6,
  long: 9,
  unsignedLong: 10,
  longLong: 11,
  unsignedLongLong: 12,
  string: 15,
} as const;

const tagNames: Readonly<Record<number, string>> = {
  1: 'start of object',
  2: 'end of object',
  5: 'int',
  6: 'unsigned int',
  9: 'long',
  10: 'unsigned long',
  11: 'long long',
  12: 'unsigned long long',
  14: 'double',
  15: 'text',
  16: 'blob',
};

export interface StreamWriter {
  text(value: string): void;
  /** A whole number of 32 bits with sign: offsets, sizes of -2^31 to 2^32 - 1. */
  long(value: number): void;
  unsignedLong(value: number): void;
  flag(value: boolean): void;
  startObject(): void;
  endObject(): void;
  /** What was written so far. */
  bytes(): Uint8Array<ArrayBuffer>;
}

export function streamWriter(): StreamWriter {
  let bytes = new Uint8Array(1024);
  let view = new DataView(bytes.buffer);
  let length = 0;
  const reserve = (more: number): number => {
    const at = length;
    length += more;
    if (length > bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * bytes.length));
      larger.set(bytes);
      bytes = larger;
      view = new DataView(bytes.buffer);
    }
    return at;
  };
  const word = (type: number, value: number): void => {
    if (!(value >= -(2 ** 31) && value < 2 ** 32))
      throw new DteError('limit.range', `${value} does not fit the 32 bits that a record has for a whole number`);
    const at = reserve(5);
    bytes[at] = type;
    view.setUint32(at + 1, value);
  };
  const octet = (value: number): void => {
    const at = reserve(1);
    bytes[at] = value;
  };
  return {
    text(value) {
      const encoded = encoder.encode(value);
      word(tag.string, encoded.length);
      const at = reserve(encoded.length);
      bytes.set(encoded, at);
    },
    long: (value) => word(tag.long, value),
    unsignedLong: (value) => word(tag.unsignedLong, value),
    flag: (value) => word(tag.int, value ? 1 : 0),
    startObject: () => octet(tag.startObject),
    endObject: () => octet(tag.endObject),
    bytes: () => bytes.slice(0, length),
  };
}

export interface StreamReader {
  text(): string;
  /** A whole number of any width. Those of 32 bits are taken without sign, which offsets up to 4 GiB need. */
  number(): number;
  flag(): boolean;
  startObject(): void;
  /** True, and past it, when the object ends here. */
  endsObject(): boolean;
  /** Where the next value begins. */
  position(): number;
}

/** Texts met before: records of one table of contents say nearly the same, again and again. */
export type KnownTexts = Map<string, string>;

/** Reads [start, end) of `bytes`. Throws `data.toc` for a value of another type than asked for, and past the end. */
export function streamReader(bytes: Uint8Array, start: number, end: number, known: KnownTexts = new Map()): StreamReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  let at = start;
  const take = (length: number): number => {
    if (length > end - at) throw new DteError('data.toc', `a value of ${length} octets passes the end of its record`);
    at += length;
    return at - length;
  };
  /** Ends of objects between values are passed over, as upstream does. */
  const next = (): number => {
    for (;;) {
      const type = bytes[take(1)] as number;
      if (type !== tag.endObject) return type;
    }
  };
  const wrong = (wanted: string, type: number): DteError =>
    new DteError('data.toc', `a record has ${tagNames[type] ?? `a value of type ${type}`} where ${wanted} is due`);
  // All octets as characters, made at once and cut into texts: several times as fast as one text after the other.
  let characters: string | undefined;
  const textAt = (from: number, to: number): string => {
    for (let octet = from; octet < to; octet++) if ((bytes[octet] as number) >= 0x80) return decoder.decode(bytes.subarray(from, to));
    characters ??= charactersOf(bytes, start, end);
    const text = characters.slice(from - start, to - start);
    const same = known.get(text);
    if (same !== undefined) return same;
    known.set(text, text);
    return text;
  };
  const number = (): number => {
    const type = next();
    if (type === tag.long || type === tag.unsignedLong || type === tag.int || type === tag.unsignedInt) return view.getUint32(take(4));
    if (type !== tag.longLong && type !== tag.unsignedLongLong) throw wrong('a whole number', type);
    const from = take(8);
    const value = view.getUint32(from) * 2 ** 32 + view.getUint32(from + 4);
    if (!Number.isSafeInteger(value)) throw new DteError('data.toc', `a record has the number ${value}, which is above 2^53`);
    return value;
  };
  return {
    text() {
      const type = next();
      if (type !== tag.string) throw wrong('a text', type);
      const length = view.getUint32(take(4));
      const from = take(length);
      return textAt(from, from + length);
    },
    number,
    flag: () => number() !== 0,
    startObject() {
      const type = next();
      if (type !== tag.startObject) throw wrong('the start of an object', type);
    },
    endsObject() {
      if (bytes[at] !== tag.endObject) return false;
      take(1);
      return true;
    },
    position: () => at,
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A character for every octet. So many at once are no burden for a call. */
function charactersOf(bytes: Uint8Array, start: number, end: number): string {
  let characters = '';
  for (let at = start; at < end; at += 4096)
    characters += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + 4096)) as unknown as number[]);
  return characters;
}
