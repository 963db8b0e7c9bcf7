// What decoder and encoder share: state, tables, and reading of codes. The readable twin of the whole coder is
// src/grib/codec/aec-decode-plain.ts and aec-encode-plain.ts; equal output is a test.
//
// The stream is held byte-reversed: its byte i is at `base - 1 - i`, so that one little-endian load at `base - 8 - i` gives
// 64 bits in stream order, at any byte. Codes are taken 8 or 4 at a time: the ones of a byte of fundamental sequences come from
// a table, low parts from one byte shuffle, a multiply (the variable shift that SIMD here lacks) and a shift; the unmap is a
// prefix sum that is valid while no value is near a bound, checked per vector, else the serial rule.
//
// Memory below 65536 is tables and scratch; stream and values are where the caller says.

export const ONES: usize = 1024; // [256][8] u8: places of the ones of a byte, first bit first
export const PAIRS: usize = 3072; // [91] u32: a | b << 16 of a second-extension code
export const FIELD16: usize = 4096; // [10][8] x 32 bytes: shuffle and factor for 8 fields of k bits from bit phase p
export const FIELD32: usize = 8192; // [26][8] x 32 bytes: the same for 4 fields
export const CODES: usize = 16384 + 64; // u16 places of ones in the codes of a block
export const BLOCK: usize = 16384 + 1024; // residuals of a block, with room before it
export const OFFSETS: usize = 32768; // f64 start bits, 4096 at most
export const PAIR_CODES: i32 = 91;
export const BIAS: i32 = 8;

export const DONE: i32 = 0;
export const TRUNCATED: i32 = 1;
export const ZERO_RUN: i32 = 2;
export const VALUE: i32 = 3;
export const UNUSUAL: i32 = 4; // valid perhaps, but left to the plain coder

export let bits: i32 = 0;
export let blockSize: i32 = 0;
export let rsi: i32 = 0;
export let idBits: i32 = 0;
export let preprocess: bool = false;
export let padRsi: bool = false;
export let maximum: u32 = 0;

export let base: usize = 0;
export let position: i32 = 0;
export let endBit: i32 = 0;
export let status: i32 = 0;
export let intervalStart: i32 = 0;
export let pending: u64 = 0; // encoder: the bits of the last, incomplete byte, at the top

for (let byte = 0; byte < 256; byte++) {
  let n = 0;
  for (let i = 0; i < 8; i++) if (byte & (128 >> i)) store<u8>(ONES + byte * 8 + n++, <u8>i);
}
for (let sum = 0, code = 0; code < PAIR_CODES; sum++) {
  for (let b = 0; b <= sum && code < PAIR_CODES; b++, code++) store<u32>(PAIRS + code * 4, (sum - b) | (b << 16));
}
for (let k = 0; k <= 25; k++) {
  for (let phase = 0; phase < 8; phase++) {
    const wide = FIELD32 + (k * 8 + phase) * 32;
    for (let lane = 0; lane < 4; lane++) {
      const bit = phase + lane * k;
      for (let i = 0; i < 4; i++) store<u8>(wide + lane * 4 + i, <u8>(15 - (bit >> 3) - 3 + i));
      store<u32>(wide + 16 + lane * 4, <u32>1 << (bit & 7));
    }
    if (k > 9) continue;
    const narrow = FIELD16 + (k * 8 + phase) * 32;
    for (let lane = 0; lane < 8; lane++) {
      const bit = phase + lane * k;
      for (let i = 0; i < 2; i++) store<u8>(narrow + lane * 2 + i, <u8>(15 - (bit >> 3) - 1 + i));
      store<u16>(narrow + 16 + lane * 2, <u16>(<u32>1 << (bit & 7)));
    }
  }
}

export function configure(n: i32, j: i32, r: i32, id: i32, pre: i32, pad: i32): void {
  bits = n;
  blockSize = j;
  rsi = r;
  idBits = id;
  preprocess = pre != 0;
  padRsi = pad != 0;
  maximum = n == 32 ? 0xffffffff : (1 << n) - 1;
}

export function getStatus(): i32 {
  return status;
}
/** Bit after the last interval, or the start of the block that failed. */
export function getPosition(): i32 {
  return position;
}
/** Start bit of the interval that failed. */
export function getIntervalStart(): i32 {
  return intervalStart;
}

/** Copies `length` bytes from `source` in reverse so that the first is at `end - 1`; 1024 zero bytes follow the last. */
export function reverse(source: usize, length: i32, end: usize): void {
  for (let i = 0; i < length; i += 16) {
    const v = v128.load(source + i);
    v128.store(end - 16 - i, i8x16.shuffle(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  }
  memory.fill(end - length - 1024, 0, 1024);
}

// @ts-ignore: decorator
@inline
export function window(at: i32): u64 {
  return load<u64>(base - 8 - (at >>> 3)) << (at & 7);
}

// @ts-ignore: decorator
@inline
export function field(at: i32, width: i32): u32 {
  return <u32>(window(at) >>> (64 - width));
}

/**
 * Places of the next `need` ones from bit `at` to u16s at `to`, relative to the byte of `at` and biased; the entries before `to`
 * say where the codes begin. Answers the bit after the last, -1 past the end, -2 when the places do not fit.
 */
export function codes(at: i32, need: i32, to: usize): i32 {
  const phase = at & 7;
  let from = base - 4 - (at >>> 3);
  const lowest = base - 8 - ((endBit + 7) >>> 3);
  let word = load<u32>(from) & (<u32>0xffffffff >>> phase);
  let offset = i16x8.splat(<i16>BIAS);
  const eight = i16x8.splat(8);
  store<u16>(to - 2, <u16>(BIAS + phase - 1));
  store<u16>(to - 4, <u16>(BIAS + phase - 2));
  let place = to;
  const end = to + need * 2;
  let words = 0;
  while (true) {
    let byte = word >>> 24;
    v128.store(place, i16x8.add(v128.load8x8_u(ONES + byte * 8), offset));
    place += popcnt(byte) << 1;
    offset = i16x8.add(offset, eight);
    byte = (word >>> 16) & 255;
    v128.store(place, i16x8.add(v128.load8x8_u(ONES + byte * 8), offset));
    place += popcnt(byte) << 1;
    offset = i16x8.add(offset, eight);
    byte = (word >>> 8) & 255;
    v128.store(place, i16x8.add(v128.load8x8_u(ONES + byte * 8), offset));
    place += popcnt(byte) << 1;
    offset = i16x8.add(offset, eight);
    byte = word & 255;
    v128.store(place, i16x8.add(v128.load8x8_u(ONES + byte * 8), offset));
    place += popcnt(byte) << 1;
    offset = i16x8.add(offset, eight);
    if (place >= end) break;
    from -= 4;
    if (from < lowest) return -1;
    if (++words > 2000) return -2;
    word = load<u32>(from);
  }
  const after = (at & ~7) + <i32>load<u16>(end - 2) - BIAS + 1;
  return after <= endBit ? after : -1;
}

/** Bit after the next `need` ones from bit `at`, or -1. */
export function skipCodes(at: i32, need: i32): i32 {
  let word = load<u64>(base - 8 - (at >>> 3)) & (<u64>0xffffffffffffffff >>> (at & 7));
  let first = at & ~7;
  while (true) {
    const ones = <i32>popcnt(word);
    if (ones >= need) break;
    need -= ones;
    first += 64;
    if (first > endBit) return -1;
    word = load<u64>(base - 8 - (first >>> 3));
  }
  let ones = <i32>popcnt(word >>> 32);
  let over = need > ones;
  need -= over ? ones : 0;
  first += over ? 32 : 0;
  let half = over ? <u32>word : <u32>(word >>> 32);
  ones = <i32>popcnt(half >>> 16);
  over = need > ones;
  need -= over ? ones : 0;
  first += over ? 16 : 0;
  half = over ? half & 0xffff : half >>> 16;
  ones = <i32>popcnt(half >>> 8);
  over = need > ones;
  need -= over ? ones : 0;
  first += over ? 8 : 0;
  half = over ? half & 0xff : half >>> 8;
  const after = first + <i32>load<u8>(ONES + half * 8 + need - 1) + 1;
  return after <= endBit ? after : -1;
}

/** Blocks of a zero run whose code is `code`, at block `b` of `blocks`. */
// @ts-ignore: decorator
@inline
export function zeroBlocks(code: i32, b: i32, blocks: i32): i32 {
  if (code == 4) return min(min(rsi - b, 64 - (b & 63)), blocks - b);
  return code < 4 ? code + 1 : code;
}

