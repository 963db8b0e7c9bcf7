import { DteError, type ErrorCode } from '../../base/index.js';

/** Bits of the CCSDS flags octet (GRIB2 code table 5.42 octet 22) that change the bit stream; 2 and 4 describe memory layout only. */
export const AEC_FLAGS = { signed: 1, preprocess: 8, restricted: 16, padRsi: 32 } as const;

/** How a stream was coded: the four numbers of GRIB2 section 5, octets 20 and 22-25. */
export interface AecOptions {
  /** Bits per value, 1..32. */
  readonly bits: number;
  /** CCSDS flags octet; see `AEC_FLAGS`. */
  readonly flags: number;
  /** Values in a block: 8, 16, 32 or 64. */
  readonly blockSize: number;
  /** Blocks in a reference sample interval (RSI), 1..4096. */
  readonly rsi: number;
}

/** Reference sample intervals `firstRsi` (inclusive) to `endRsi` (exclusive), the first of which starts at `startBit` of the bytes. */
export interface AecRange {
  readonly firstRsi: number;
  readonly endRsi: number;
  readonly startBit: number;
}

export interface AecDecodeOptions extends AecOptions {
  /** Values in the whole stream. */
  readonly count: number;
  /** Decode only these intervals; the first of their values goes to `out[0]`. */
  readonly range?: AecRange;
}

/** Values as packed: the narrowest of the three that holds `bits`. */
export type AecValues = Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike> | Uint32Array<ArrayBufferLike>;

/** What both coders derive from the options. */
export interface AecShape {
  readonly bits: number;
  readonly blockSize: number;
  readonly rsi: number;
  /** Largest value, 2^bits - 1. */
  readonly maximum: number;
  /** Bits of a block's option number. */
  readonly idBits: number;
  /** The option number that says "uncompressed": all ones. */
  readonly rawId: number;
  readonly signed: boolean;
  readonly preprocess: boolean;
  readonly padRsi: boolean;
  /** Values in an interval. */
  readonly rsiValues: number;
}

/** Checks options and derives the constants of a stream; `code` is the error family: damaged message or wrong call. */
export function aecShape(options: AecOptions, code: ErrorCode): AecShape {
  const { bits, flags, blockSize, rsi } = options;
  const refuse = (what: string, accepted: string): DteError => new DteError(code, `CCSDS packing with ${what}`, { hint: accepted });
  if (!Number.isInteger(bits) || bits < 1 || bits > 32) throw refuse(`${bits} bits per value`, 'accepted are 1 to 32 bits');
  if (blockSize !== 8 && blockSize !== 16 && blockSize !== 32 && blockSize !== 64) {
    throw refuse(`blocks of ${blockSize} values`, 'accepted are 8, 16, 32 and 64');
  }
  if (!Number.isInteger(rsi) || rsi < 1 || rsi > 4096)
    throw refuse(`a reference sample interval of ${rsi} blocks`, 'accepted are 1 to 4096');
  const restricted = (flags & AEC_FLAGS.restricted) !== 0;
  if (restricted && bits > 4 && bits <= 8)
    throw refuse(`the restricted option set and ${bits} bits per value`, 'the restricted set is for 1 to 4 bits');
  let idBits = bits > 16 ? 5 : bits > 8 ? 4 : 3;
  if (restricted && bits <= 4) idBits = bits <= 2 ? 1 : 2;
  return {
    bits,
    blockSize,
    rsi,
    maximum: 2 ** bits - 1,
    idBits,
    rawId: (1 << idBits) - 1,
    signed: (flags & AEC_FLAGS.signed) !== 0,
    preprocess: (flags & AEC_FLAGS.preprocess) !== 0,
    padRsi: (flags & AEC_FLAGS.padRsi) !== 0,
    rsiValues: rsi * blockSize,
  };
}

/** A new array of the width that `aecDecode` and `aecEncode` use for `bits`. */
export function aecArray(bits: number, count: number): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  if (bits <= 8) return new Uint8Array(count);
  return bits <= 16 ? new Uint16Array(count) : new Uint32Array(count);
}

/** Values and intervals that a decode call covers. */
export interface AecSpan {
  readonly firstRsi: number;
  readonly endRsi: number;
  readonly startBit: number;
  /** Values of the intervals in the span. */
  readonly values: number;
}

/** The span of a decode call, checked against stream, range and room in `out`. */
export function aecSpan(bytes: Uint8Array, options: AecDecodeOptions, shape: AecShape, room: number): AecSpan {
  const { count, range } = options;
  if (!Number.isSafeInteger(count) || count < 0) throw new DteError('data.codec', `CCSDS packing with ${count} values`);
  const intervals = Math.ceil(count / shape.rsiValues);
  const { firstRsi, endRsi, startBit } = range ?? { firstRsi: 0, endRsi: intervals, startBit: 0 };
  const ordered = Number.isInteger(firstRsi) && Number.isInteger(endRsi) && firstRsi >= 0 && firstRsi <= endRsi && endRsi <= intervals;
  if (!ordered || !Number.isSafeInteger(startBit) || startBit < 0 || startBit > bytes.length * 8) {
    throw new DteError(
      'input.option',
      `intervals ${firstRsi} to ${endRsi} from bit ${startBit} of a CCSDS stream of ${intervals} intervals and ${bytes.length} bytes`,
    );
  }
  const values = Math.max(0, Math.min(count, endRsi * shape.rsiValues) - firstRsi * shape.rsiValues);
  if (room < values) throw new DteError('input.option', `room for ${room} values where ${values} are decoded`);
  return { firstRsi, endRsi, startBit, values };
}

export type AecDamage = 'truncated' | 'zero-run' | 'value';

const DAMAGES: Readonly<Record<AecDamage, string>> = {
  truncated: 'the stream ends inside a block',
  'zero-run': 'a run of zero blocks passes the end of its interval',
  value: 'a value needs more bits than the packing has',
};

/** The error of a damaged stream. `bit` is where the damaged interval or block starts. */
export function aecDamage(damage: AecDamage, bit: number, rsi: number): DteError {
  return new DteError('data.codec', `CCSDS stream is damaged: ${DAMAGES[damage]} (bit ${bit}, interval ${rsi})`);
}
