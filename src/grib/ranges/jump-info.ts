import { DteError, md5Hex } from '../../base/index.js';
import { type AecOptions, aecScan } from '../codec/index.js';
import { packingType } from '../data-keys.js';
import type { Message, Section } from '../message.js';
import { type PackedValues, packedValues } from '../packed.js';

/** Points whose present ones are counted together: 512 octets of a bitmap. */
export const pointsPerRank = 4096;

/** An AEC stream and where its intervals begin. */
export interface JumpStream extends Omit<AecOptions, 'bits'> {
  /** Start bit of every reference sample interval in the data, then the end bit of the last. */
  readonly starts: Float64Array;
}

/**
 * What reading any slice of a field takes: how values are packed, and where in the message. Plain data: it can be stored and sent
 * to another thread. Offsets are from the start of the message; values are in the order of the message.
 */
export interface JumpInfo {
  readonly edition: 1 | 2;
  /** ecCodes' name of the packing. */
  readonly packing: 'grid_simple' | 'grid_ieee' | 'grid_ccsds';
  readonly messageBytes: number;
  /** Points of the grid, present or not. */
  readonly points: number;
  /** Values in the data section: the present points. */
  readonly count: number;
  /** Value = (R + X 2^E) 10^-D. */
  readonly referenceValue: number;
  readonly binaryScale: number;
  readonly decimalScale: number;
  /** Bits of one value; 0 for a constant field, whose value is R. */
  readonly bits: number;
  readonly dataStart: number;
  readonly dataBytes: number;
  /** Absent when every point has a value. */
  readonly bitmap?: {
    readonly start: number;
    /** Present points before each group of `pointsPerRank` points. */
    readonly ranks: Uint32Array;
  };
  /** Set for CCSDS packing. */
  readonly stream?: JumpStream;
  /** MD5 of the grid section, 32 hexadecimal digits: `md5GridSection` of ecCodes. */
  readonly gridHash: string;
}

/**
 * The jump info of a message: its headers, one scan over an AEC stream for the places of its intervals, and one over a bitmap.
 * Errors: `unsupported.template` for spectral fields and packings that have no slices, `data.section`, `data.codec`.
 */
export function jumpInfoOf(message: Message): JumpInfo {
  const packing = packingType(message);
  if (packing !== 'grid_simple' && packing !== 'grid_ieee' && packing !== 'grid_ccsds') {
    throw new DteError('unsupported.template', `values of packing ${packing} cannot be read in part`, {
      where: message.where,
      hint: 'grid_simple, grid_ccsds and grid_ieee can',
    });
  }
  const packed = packedValues(message);
  const { points, count, referenceValue, binaryScale, decimalScale, bits, payload, ccsds } = packed;
  const scales = { referenceValue, binaryScale, decimalScale, bits };
  return {
    edition: message.edition,
    packing,
    messageBytes: message.bytes.length,
    points,
    count,
    ...scales,
    dataStart: payload.byteOffset - message.bytes.byteOffset,
    dataBytes: payload.length,
    ...(packed.bitmap === undefined
      ? {}
      : { bitmap: { start: packed.bitmap.byteOffset - message.bytes.byteOffset, ranks: ranksOf(packed) } }),
    ...(ccsds === undefined ? {} : { stream: streamOf(packed, ccsds) }),
    gridHash: gridHashOf(message),
  };
}

function streamOf({ payload, count }: PackedValues, options: AecOptions): JumpStream {
  const { flags, blockSize, rsi } = options;
  return { flags, blockSize, rsi, starts: aecScan(payload, { ...options, count }) };
}

/** Present points before each group of points. */
function ranksOf({ bitmap, points }: PackedValues): Uint32Array {
  const octets = bitmap as Uint8Array;
  const ranks = new Uint32Array(Math.ceil(points / pointsPerRank));
  let present = 0;
  for (let group = 0; group < ranks.length; group++) {
    ranks[group] = present;
    const end = Math.min((group + 1) * (pointsPerRank / 8), points >> 3);
    for (let at = group * (pointsPerRank / 8); at < end; at++) present += bitsOf[octets[at] as number] as number;
  }
  return ranks;
}

/** Set bits of each octet. */
export const bitsOf = Uint8Array.from({ length: 256 }, (_, octet) => {
  let bits = 0;
  for (let rest = octet; rest > 0; rest &= rest - 1) bits++;
  return bits;
});

let lastGrid: { readonly octets: Uint8Array; readonly hash: string } | undefined;

/** MD5 of the grid section; of no octets in edition 1 without one. Files hold many fields of one grid, so the last one is kept. */
export function gridHashOf(message: Message): string {
  const section = message.sections[message.edition === 1 ? 2 : 3] as Section | undefined;
  const octets = section === undefined ? new Uint8Array(0) : message.bytes.subarray(section.start, section.start + section.length);
  if (
    lastGrid !== undefined &&
    lastGrid.octets.length === octets.length &&
    lastGrid.octets.every((octet, index) => octet === octets[index])
  ) {
    return lastGrid.hash;
  }
  lastGrid = { octets: octets.slice(), hash: md5Hex(octets) };
  return lastGrid.hash;
}
