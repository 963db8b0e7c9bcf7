import { checksum, concatenated, DteError } from '../../base/index.js';
import type { JumpInfo } from '../../grib/index.js';

/** The jump info of one message of a file. */
export interface JumpRecord {
  /** Of the message in its file. */
  readonly offset: number;
  readonly fingerprint: string;
  readonly info: JumpInfo;
}

/**
 * The sidecar of a data file, `<data file>.gribjump`: jump infos of messages in it, in any order; of two for one message the later
 * counts. It is a cache: what is damaged or stale is left out and made anew, and it may be removed at any time.
 *
 *   file    "DTEJUMP\n" (8 octets), version u32 = 1, u32 = 0; then records, each appended by one write
 *   record  body octets u32 (a multiple of 8), mark u32 = 0x504d554a ("JUMP"), sum of the body u32 u32 (`checksum`), body
 *   body    f64 offset, messageBytes, referenceValue, dataStart, dataBytes, bitmapStart (-1: no bitmap); fingerprint 8 octets;
 *           grid MD5 16 octets; u32 points, count, rank groups, intervals; i32 binaryScale, decimalScale;
 *           u8 edition, packing, bits, ccsds flags, block size, 0; u16 rsi; u32 present points before each group of 4096
 *           points [groups]; u32 bits of each interval [intervals]; zeros up to a multiple of 8
 *
 * Numbers are little-endian. Lengths of intervals instead of their starts halve the record: 6.5 kB for a field on O1280. Rejected:
 * the binary form of upstream's gribjump, which is not specified anywhere we know of; its files have another beginning and are
 * never read, nor written over.
 */
export const sidecarMagic = Uint8Array.of(0x44, 0x54, 0x45, 0x4a, 0x55, 0x4d, 0x50, 0x0a);
const version = 1;
export const headOctets = 16;
export const recordHeadOctets = 16;
const recordMark = 0x504d554a;
const fixedOctets = 6 * 8 + 8 + 16 + 6 * 4 + 8;
const packings = ['grid_simple', 'grid_ieee', 'grid_ccsds'] as const;

/** What stands at the beginning of a sidecar. */
export function sidecarHead(): Uint8Array {
  const head = new Uint8Array(headOctets);
  head.set(sidecarMagic);
  new DataView(head.buffer).setUint32(8, version, true);
  return head;
}

export function isSidecar(bytes: Uint8Array): boolean {
  return bytes.length >= headOctets && sidecarHead().every((octet, index) => octet === bytes[index]);
}

export function encodeJumpRecord({ offset, fingerprint, info }: JumpRecord): Uint8Array {
  const groups = info.bitmap?.ranks.length ?? 0;
  const intervals = info.stream === undefined ? 0 : info.stream.starts.length - 1;
  const bodyOctets = Math.ceil((fixedOctets + 4 * (groups + intervals)) / 8) * 8;
  const record = new Uint8Array(recordHeadOctets + bodyOctets);
  const view = new DataView(record.buffer);
  let at = recordHeadOctets;
  const reals = [offset, info.messageBytes, info.referenceValue, info.dataStart, info.dataBytes, info.bitmap?.start ?? -1];
  for (const real of reals) view.setFloat64((at += 8) - 8, real, true);
  for (const text of [fingerprint, info.gridHash]) {
    for (let digit = 0; digit < text.length; digit += 2) record[at++] = Number.parseInt(text.slice(digit, digit + 2), 16);
  }
  for (const count of [info.points, info.count, groups, intervals]) view.setUint32((at += 4) - 4, count, true);
  for (const scale of [info.binaryScale, info.decimalScale]) view.setInt32((at += 4) - 4, scale, true);
  const { flags = 0, blockSize = 0, rsi = 0 } = info.stream ?? {};
  record.set([info.edition, packings.indexOf(info.packing), info.bits, flags, blockSize, 0], at);
  view.setUint16(at + 6, rsi, true);
  at += 8;
  for (const rank of info.bitmap?.ranks ?? []) view.setUint32((at += 4) - 4, rank, true);
  for (let interval = 0; interval < intervals; interval++) {
    const { starts } = info.stream as { starts: Float64Array };
    view.setUint32((at += 4) - 4, (starts[interval + 1] as number) - (starts[interval] as number), true);
  }
  view.setUint32(0, bodyOctets, true);
  view.setUint32(4, recordMark, true);
  putSum(view, sumOf(record.subarray(recordHeadOctets)));
  return record;
}

/** Where the records of a sidecar are; `tornAt` where something begins that is not one. */
export interface SidecarPlaces {
  /** Offset of the message -> place of its record in the sidecar. */
  readonly places: ReadonlyMap<number, { readonly position: number; readonly length: number }>;
  readonly tornAt: number | undefined;
}

/** Walks a sidecar without looking into its records. */
export function sidecarPlaces(bytes: Uint8Array): SidecarPlaces {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<number, { position: number; length: number }>();
  let at = headOctets;
  while (at < bytes.length) {
    const isWhole = at + recordHeadOctets + fixedOctets <= bytes.length && view.getUint32(at + 4, true) === recordMark;
    const length = isWhole ? recordHeadOctets + view.getUint32(at, true) : 0;
    if (!isWhole || length % 8 !== 0 || length < recordHeadOctets + fixedOctets || at + length > bytes.length)
      return { places, tornAt: at };
    places.set(view.getFloat64(at + recordHeadOctets, true), { position: at, length });
    at += length;
  }
  return { places, tornAt: undefined };
}

/** One record. `data.checksum`, `data.format` for one that is damaged. */
export function decodeJumpRecord(record: Uint8Array): JumpRecord {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const body = record.subarray(recordHeadOctets);
  if (record.length < recordHeadOctets + fixedOctets || view.getUint32(0, true) !== body.length) throw damaged('its length is impossible');
  const sum = view.getUint32(8).toString(16).padStart(8, '0') + view.getUint32(12).toString(16).padStart(8, '0');
  if (sum !== sumOf(body)) throw new DteError('data.checksum', 'a record of jump infos is damaged: its sum does not match');
  let at = recordHeadOctets;
  const real = (): number => view.getFloat64((at += 8) - 8, true);
  const count = (): number => view.getUint32((at += 4) - 4, true);
  const digits = (octets: number): string => {
    let text = '';
    for (let i = 0; i < octets; i++) text += (record[at++] as number).toString(16).padStart(2, '0');
    return text;
  };
  const [offset, messageBytes, referenceValue, dataStart, dataBytes, bitmapStart] = [
    real(),
    real(),
    real(),
    real(),
    real(),
    real(),
  ] as const;
  const fingerprint = digits(8);
  const gridHash = digits(16);
  const [points, values, groups, intervals] = [count(), count(), count(), count()] as const;
  const [binaryScale, decimalScale] = [count() | 0, count() | 0] as const;
  const [edition, packing, bits, flags, blockSize] = record.subarray(at, at + 5) as unknown as readonly [
    1 | 2,
    number,
    number,
    number,
    number,
  ];
  const rsi = view.getUint16(at + 6, true);
  at += 8;
  if (at + 4 * (groups + intervals) > record.length || packings[packing] === undefined) throw damaged('its counts are impossible');
  const ranks = Uint32Array.from({ length: groups }, count);
  const starts = new Float64Array(intervals + 1);
  for (let interval = 0; interval < intervals; interval++) starts[interval + 1] = (starts[interval] as number) + count();
  return {
    offset,
    fingerprint,
    info: {
      edition,
      packing: packings[packing],
      messageBytes,
      points,
      count: values,
      referenceValue,
      binaryScale,
      decimalScale,
      bits,
      dataStart,
      dataBytes,
      ...(bitmapStart < 0 ? {} : { bitmap: { start: bitmapStart, ranks } }),
      ...(intervals === 0 ? {} : { stream: { flags, blockSize, rsi, starts } }),
      gridHash,
    },
  };
}

/** A whole sidecar of records. */
export function encodeSidecar(records: Iterable<JumpRecord>): Uint8Array {
  return concatenated([sidecarHead(), ...[...records].map(encodeJumpRecord)]);
}

function sumOf(body: Uint8Array): string {
  const isAligned = body.byteOffset % 4 === 0;
  const words = isAligned ? new Uint32Array(body.buffer, body.byteOffset, body.length / 4) : new Uint32Array(body.slice().buffer);
  return checksum(words);
}

function putSum(view: DataView, sum: string): void {
  view.setUint32(8, Number.parseInt(sum.slice(0, 8), 16));
  view.setUint32(12, Number.parseInt(sum.slice(8), 16));
}

function damaged(reason: string): DteError {
  return new DteError('data.format', `a record of jump infos is damaged: ${reason}`);
}
