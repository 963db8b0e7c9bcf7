import { DteError, type Identity } from '../../base/index.js';
import { type RecordVersion, decodePayload, encodePayload, kindOf, recordTags } from './record-payload.js';
import type { KnownTexts } from './stream.js';
import type { DecodedRecords, RecordContent, RecordHeader, TocDamage, TocRecord } from './types.js';

const headerBytes = 112;
const hostBytes = 64;

/** Upstream's readers have this much room for a payload. */
const mostPayloadBytes = 1 << 20;

/** Records are padded to a multiple of it unless told otherwise. */
const defaultRounding = 1024;

/** What is written as the version of the program: the first one, of those that were studied, whose records these are. */
const programVersions: Readonly<Record<RecordVersion, number>> = { 1: 51008, 2: 51008, 3: 52202 };

export interface EncodeOptions {
  readonly version: RecordVersion;
  readonly self: Identity;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** The record is padded with zeros to a multiple of it; 1024 unless told. */
  readonly roundTo?: number;
}

/**
 * One record, header and padding included, to be appended in one write. `limit.range` for a payload above 1 MiB and for an
 * offset of 4 GiB or more, which no record can hold.
 */
export function encodeRecord(content: RecordContent, options: EncodeOptions): Uint8Array<ArrayBuffer> {
  const { version, self, timeMs, roundTo = defaultRounding } = options;
  const payload = encodePayload(content, version);
  if (payload.length > mostPayloadBytes)
    throw new DteError('limit.range', `a record of kind '${content.kind}' has ${payload.length} octets`, {
      hint: `a record takes ${mostPayloadBytes}: flush more often, so that an index has fewer values`,
    });
  const sizeBytes = Math.ceil((headerBytes + payload.length) / roundTo) * roundTo;
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  const seconds = Math.floor(timeMs / 1000);
  bytes[0] = recordTags[content.kind];
  view.setUint32(4, version, true);
  view.setUint32(8, programVersions[version], true);
  view.setBigInt64(16, BigInt(seconds), true);
  // Never 0: fdb-dump-toc of 5.10.8 fails at a time without a fraction.
  view.setBigInt64(24, BigInt(Math.max(1, Math.floor((timeMs - seconds * 1000) * 1000))), true);
  view.setInt32(32, self.pid, true);
  view.setUint32(36, self.uid, true);
  // One octet is left for the zero that ends a name in C.
  bytes.set(new TextEncoder().encode(self.host).subarray(0, hostBytes - 1), 40);
  view.setBigUint64(104, BigInt(sizeBytes), true);
  bytes.set(payload, headerBytes);
  return bytes;
}

/**
 * All whole records of (the part from `start` on of) a table of contents. Never throws: octets that are no record are told as
 * damage, and reading goes on at the next octet where a record begins. A last record that its file does not hold whole, or
 * zeros in its place, is `tornAt`: a crash, or a write on its way.
 */
export function decodeRecords(bytes: Uint8Array, options: { readonly start?: number } = {}): DecodedRecords {
  const start = options.start ?? 0;
  const source: Source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, known: new Map() };
  const records: TocRecord[] = [];
  const damage: TocDamage[] = [];
  let tornAt: number | undefined;
  let at = 0;
  while (at < bytes.length) {
    const met = recordAt(source, at);
    if ('record' in met) {
      records.push(met.record);
      at += met.record.header.sizeBytes;
      continue;
    }
    const next = nextRecord(source, at + 1);
    if (next === undefined && met.isTorn) {
      tornAt = start + at;
      break;
    }
    damage.push({ start: start + at, end: start + (next ?? bytes.length), reason: met.reason });
    at = next ?? bytes.length;
  }
  return { records, damage, tornAt, end: tornAt ?? start + at };
}

/** What is decoded: `bytes` begin at `start` of the file. */
interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly known: KnownTexts;
}

interface NoRecord {
  readonly reason: string;
  /** What is there may be the beginning of a record. */
  readonly isTorn: boolean;
}

function recordAt(source: Source, at: number): { readonly record: TocRecord } | NoRecord {
  const { bytes } = source;
  const left = bytes.length - at;
  const kind = kindOf(bytes[at] as number);
  const isZero = bytes[at] === 0;
  if (isZero && bytes.subarray(at).every((octet) => octet === 0)) return { reason: 'zeros in place of a record', isTorn: true };
  if (kind === undefined) return { reason: `no record begins with the octet ${bytes[at]}`, isTorn: false };
  if (left < headerBytes) return { reason: `${left} octets of a record`, isTorn: true };
  const header = headerAt(source, at);
  if (typeof header === 'string') return { reason: header, isTorn: false };
  const { sizeBytes } = header;
  if (sizeBytes > left) return { reason: `${left} octets of a record of ${sizeBytes}`, isTorn: true };
  let decoded: ReturnType<typeof decodePayload>;
  try {
    decoded = decodePayload(kind, header.version, bytes, at + headerBytes, at + sizeBytes, source.known);
  } catch (error) {
    return { reason: (error as Error).message, isTorn: false };
  }
  // Where only the padding of a torn record is missing, the next writer's record lies in its place.
  if (hasRecord(source, decoded.end, at + sizeBytes)) return { reason: 'a record without its padding', isTorn: false };
  return { record: { ...decoded.content, header } };
}

/** Whether a record begins in what should be padding. */
function hasRecord(source: Source, from: number, to: number): boolean {
  const { bytes } = source;
  for (let at = from; at < to; at++) {
    if (bytes[at] === 0 || kindOf(bytes[at] as number) === undefined || at + headerBytes > bytes.length) continue;
    if (typeof headerAt(source, at) !== 'string' && 'record' in recordAt(source, at)) return true;
  }
  return false;
}

/** Where the next sound record begins. */
function nextRecord(source: Source, from: number): number | undefined {
  const { bytes } = source;
  for (let at = from; at + headerBytes <= bytes.length; at++)
    if (kindOf(bytes[at] as number) !== undefined && bytes[at + 1] === 0 && 'record' in recordAt(source, at)) return at;
  return undefined;
}

/** The header, or why there is none. */
function headerAt({ bytes, view, start }: Source, at: number): RecordHeader | string {
  if (((bytes[at + 1] as number) | (bytes[at + 2] as number) | (bytes[at + 3] as number)) !== 0)
    return 'spare octets of a header are not zero';
  const version = view.getUint32(at + 4, true);
  if (version < 1 || version > 3) return `a record has version ${version}, known are 1 to 3`;
  const sizeBytes = view.getUint32(at + 104, true) + view.getUint32(at + 108, true) * 2 ** 32;
  if (sizeBytes <= headerBytes || sizeBytes > mostRecordBytes) return `a record has a size of ${sizeBytes} octets`;
  const seconds = view.getUint32(at + 16, true) + view.getInt32(at + 20, true) * 2 ** 32;
  const microseconds = view.getUint32(at + 24, true) + view.getInt32(at + 28, true) * 2 ** 32;
  if (Math.abs(seconds) > mostSeconds || microseconds < 0 || microseconds >= 1e6) return 'a record has an impossible time';
  const zero = bytes.indexOf(0, at + 40);
  const hostEnd = zero < 0 || zero > at + 40 + hostBytes ? at + 40 + hostBytes : zero;
  return {
    start: start + at,
    sizeBytes,
    version,
    fdbVersion: view.getUint32(at + 8, true),
    timeMs: seconds * 1000 + microseconds / 1000,
    pid: view.getInt32(at + 32, true),
    uid: view.getUint32(at + 36, true),
    host: hostName(bytes, at + 40, hostEnd),
  };
}

/** Payload and header with any sensible rounding. */
const mostRecordBytes = headerBytes + mostPayloadBytes + (1 << 20);

/** The year 9999. */
const mostSeconds = 253402300800;

const decoder = new TextDecoder();
let lastHost = { octets: new Uint8Array(0), name: '' };

/** Nearly all records of a table of contents come from one host. */
function hostName(bytes: Uint8Array, start: number, end: number): string {
  const octets = bytes.subarray(start, end);
  if (octets.length !== lastHost.octets.length || !octets.every((octet, index) => octet === lastHost.octets[index]))
    lastHost = { octets: octets.slice(), name: decoder.decode(octets) };
  return lastHost.name;
}
