import { base, bits, BLOCK, blockSize, CODES, codes, DONE, endBit, field, FIELD32, idBits, maximum, PAIR_CODES, PAIRS, position, preprocess, TRUNCATED, UNUSUAL, VALUE, window, ZERO_RUN, zeroBlocks } from './stream';
import { fields4, unmap32 } from './unmap';

/** One interval to u32 values. */
export function interval32(blocks: i32, out: usize): i32 {
  const top = i32x4.splat(maximum);
  const rawId = (1 << idBits) - 1;
  const size: usize = <usize>blockSize * 4;
  const one = i32x4.splat(1);
  let carry = i32x4.splat(0);
  let at = position;
  for (let b = 0; b < blocks; ) {
    position = at;
    if (at >= endBit) return TRUNCATED;
    const id = <i32>(window(at) >>> (64 - idBits));
    const reference: i32 = preprocess && b == 0 ? 1 : 0;
    at += idBits;
    const end = out + size;
    if (id != 0) {
      const raw = id == rawId;
      const k = raw ? bits : id - 1;
      let first = at;
      let largest = i32x4.splat(0);
      if (!raw) {
        if (k >= bits) return UNUSUAL;
        if (reference) {
          carry = i32x4.splat(field(at, bits));
          at += bits;
        }
        const after = codes(at, blockSize - reference, CODES + (reference << 1));
        if (after < 0) return after == -1 ? TRUNCATED : UNUSUAL;
        largest = i32x4.splat(maximum >>> k);
        first = after - (reference ? k : 0);
      } else if (reference) carry = i32x4.splat(field(at, bits));
      at = first + blockSize * k;
      if (at > endBit) return TRUNCATED;
      let excess = i32x4.splat(0);
      let keep = i32x4.splat(-1);
      if (reference) keep = i32x4.replace_lane(keep, 0, 0);
      let bit = first;
      let place: usize = CODES;
      while (out < end) {
        let d: v128;
        if (k == 0) d = i32x4.splat(0);
        else if (k <= 25) {
          const entry = FIELD32 + ((k << 3) + (bit & 7)) * 32;
          d = fields4(base - 16 - (bit >>> 3), v128.load(entry), v128.load(entry, 16), k);
        } else {
          d = i32x4.splat(field(bit, k));
          d = i32x4.replace_lane(d, 1, field(bit + k, k));
          d = i32x4.replace_lane(d, 2, field(bit + 2 * k, k));
          d = i32x4.replace_lane(d, 3, field(bit + 3 * k, k));
        }
        if (!raw) {
          const fs = i32x4.sub(i32x4.sub(v128.load16x4_u(place), v128.load16x4_u(place - 2)), one);
          excess = v128.or(excess, i32x4.gt_u(fs, largest));
          d = i32x4.add(d, i32x4.shl(fs, k));
        }
        d = v128.and(d, keep);
        keep = i32x4.splat(-1);
        if (preprocess) carry = unmap32(d, carry, top, out);
        else v128.store(out, d);
        place += 8;
        out += 16;
        bit += 4 * k;
      }
      if (v128.any_true(excess)) return VALUE;
      b++;
    } else {
      const extension = field(at, 1) != 0;
      at++;
      if (reference) {
        carry = i32x4.splat(field(at, bits));
        at += bits;
      }
      if (extension) {
        const pairs = blockSize >> 1;
        at = codes(at, pairs, CODES);
        if (at < 0) return at == -1 ? TRUNCATED : UNUSUAL;
        for (let i = 0; i < pairs; i++) {
          const place = CODES + (i << 1);
          const code = <i32>load<u16>(place) - <i32>load<u16>(place - 2) - 1;
          if (code >= PAIR_CODES) return UNUSUAL;
          const pair = load<u32>(PAIRS + (code << 2));
          store<u16>(BLOCK + 64 + (i << 2), <u16>(reference && i == 0 ? 0 : pair & 0xffff));
          store<u16>(BLOCK + 66 + (i << 2), <u16>(pair >>> 16));
        }
        let from: usize = BLOCK + 64;
        while (out < end) {
          const d = v128.load16x4_u(from);
          if (preprocess) carry = unmap32(d, carry, top, out);
          else v128.store(out, d);
          out += 16;
          from += 8;
        }
        b++;
      } else {
        const after = codes(at, 1, CODES);
        if (after < 0) return after == -1 ? TRUNCATED : UNUSUAL;
        const run = zeroBlocks(after - at - 1, b, blocks);
        at = after;
        if (b + run > blocks) return ZERO_RUN;
        const runEnd = out + <usize>run * size;
        while (out < runEnd) {
          v128.store(out, carry);
          out += 16;
        }
        b += run;
      }
    }
  }
  position = at;
  return DONE;
}

