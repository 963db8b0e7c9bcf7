import { interval16 } from './interval16';
import { interval32 } from './interval32';
import { base, bits, blockSize, codes, DONE, endBit, field, getPosition, getStatus, idBits, intervalStart, OFFSETS, padRsi, position, preprocess, rsi, skipCodes, status, TRUNCATED, window, ZERO_RUN, zeroBlocks } from './stream';

/** Header and codes of one interval only. */
export function intervalScan(blocks: i32): i32 {
  const rawId = (1 << idBits) - 1;
  let at = position;
  for (let b = 0; b < blocks; ) {
    position = at;
    if (at >= endBit) return TRUNCATED;
    const id = <i32>(window(at) >>> (64 - idBits));
    const reference: i32 = preprocess && b == 0 ? 1 : 0;
    const sample = reference ? bits : 0;
    at += idBits;
    let run = 1;
    if (id == rawId) at += blockSize * bits;
    else if (id != 0) {
      at = skipCodes(at + sample, blockSize - reference);
      if (at < 0) return TRUNCATED;
      at += (blockSize - reference) * (id - 1);
    } else {
      const extension = field(at, 1) != 0;
      const from = at + 1 + sample;
      at = skipCodes(from, extension ? blockSize >> 1 : 1);
      if (at < 0) return TRUNCATED;
      if (!extension) run = zeroBlocks(at - from - 1, b, blocks);
    }
    if (at > endBit) return TRUNCATED;
    if (b + run > blocks) return ZERO_RUN;
    b += run;
  }
  position = at;
  return DONE;
}

/**
 * Up to `intervals` intervals from bit `at` of a stream of `bitCount` bits (reversed from `end`) to `out`, u16 or u32 by `bits`;
 * `values` remain in the whole message. Answers how many are complete; `getStatus` and `getPosition` tell why and where it stopped.
 */
export function decode(end: usize, at: i32, bitCount: i32, out: usize, values: i32, intervals: i32): i32 {
  base = end;
  endBit = bitCount;
  status = DONE;
  const each = rsi * blockSize;
  for (let r = 0; r < intervals; r++) {
    const blocks = min(rsi, (values - r * each + blockSize - 1) / blockSize);
    position = at;
    intervalStart = at;
    status = bits <= 16 ? interval16(blocks, out) : interval32(blocks, out);
    if (status != DONE) return r;
    if (padRsi) position = (position + 7) & ~7;
    at = position;
    out += <usize>each << (bits <= 16 ? 1 : 2);
  }
  return intervals;
}

/** Start bits of up to `intervals` (4096 at most) intervals to OFFSETS; otherwise as `decode`. */
export function scan(end: usize, at: i32, bitCount: i32, values: f64, intervals: i32): i32 {
  base = end;
  endBit = bitCount;
  status = DONE;
  const each = rsi * blockSize;
  for (let r = 0; r < intervals; r++) {
    const blocks = <i32>min(<f64>rsi, ceil((values - <f64>r * <f64>each) / <f64>blockSize));
    position = at;
    intervalStart = at;
    status = intervalScan(blocks);
    if (status != DONE) return r;
    store<f64>(OFFSETS + (<usize>r << 3), <f64>at);
    if (padRsi) position = (position + 7) & ~7;
    at = position;
  }
  return intervals;
}

