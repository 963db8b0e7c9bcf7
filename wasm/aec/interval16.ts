import { base, bits, BLOCK, blockSize, CODES, codes, DONE, endBit, field, FIELD16, FIELD32, idBits, maximum, PAIR_CODES, PAIRS, position, preprocess, TRUNCATED, UNUSUAL, VALUE, window, ZERO_RUN, zeroBlocks } from './stream';
import { fields4, unmap16 } from './unmap';

/** One interval to u16 values. `position` is left after it, or at the block that failed. */
export function interval16(blocks: i32, out: usize): i32 {
  const top = i16x8.splat(<i16>maximum);
  const rawId = (1 << idBits) - 1;
  const size: usize = <usize>blockSize * 2;
  const one = i16x8.splat(1);
  let carry = i16x8.splat(0);
  let at = position;
  for (let b = 0; b < blocks; ) {
    position = at;
    if (at >= endBit) return TRUNCATED;
    const header = window(at);
    const id = <i32>(header >>> (64 - idBits));
    const reference: i32 = preprocess && b == 0 ? 1 : 0;
    at += idBits;
    let keep = i16x8.splat(-1);
    if (reference) keep = i16x8.replace_lane(keep, 0, 0);
    const end = out + size;
    if (id != 0 && id != rawId) {
      const k = id - 1;
      if (k >= bits) return UNUSUAL;
      if (reference) {
        carry = i16x8.splat(<i16>field(at, bits));
        at += bits;
      }
      const after = codes(at, blockSize - reference, CODES + (reference << 1));
      if (after < 0) return after == -1 ? TRUNCATED : UNUSUAL;
      const largest = i16x8.splat(<i16>(maximum >>> k));
      let excess = i16x8.splat(0);
      let place: usize = CODES;
      const first = after - (reference ? k : 0);
      at = first + blockSize * k;
      if (at > endBit) return TRUNCATED;
      if (k <= 9) {
        const entry = FIELD16 + ((k << 3) + (first & 7)) * 32;
        const shuffle = v128.load(entry);
        const factor = v128.load(entry, 16);
        const right = 16 - k;
        const noField = k == 0 ? i16x8.splat(0) : i16x8.splat(-1);
        let from = base - 16 - (first >>> 3);
        while (out < end) {
          const fs = i16x8.sub(i16x8.sub(v128.load(place), v128.load(place - 2)), one);
          excess = v128.or(excess, i16x8.sub_sat_u(fs, largest));
          const low = v128.and(i16x8.shr_u(i16x8.mul(i8x16.swizzle(v128.load(from), shuffle), factor), right), noField);
          const d = v128.and(i16x8.add(i16x8.shl(fs, k), low), keep);
          keep = i16x8.splat(-1);
          if (preprocess) carry = unmap16(d, carry, top, out);
          else v128.store(out, d);
          place += 16;
          out += 16;
          from -= k;
        }
      } else {
        const entry = FIELD32 + ((k << 3) + (first & 7)) * 32;
        const entry2 = FIELD32 + ((k << 3) + ((first + 4 * k) & 7)) * 32;
        let from = base - 16 - (first >>> 3);
        const gap: usize = ((first + 4 * k) >>> 3) - (first >>> 3);
        while (out < end) {
          const fs = i16x8.sub(i16x8.sub(v128.load(place), v128.load(place - 2)), one);
          excess = v128.or(excess, i16x8.sub_sat_u(fs, largest));
          const low = i16x8.narrow_i32x4_u(
            fields4(from, v128.load(entry), v128.load(entry, 16), k),
            fields4(from - gap, v128.load(entry2), v128.load(entry2, 16), k),
          );
          const d = v128.and(i16x8.add(i16x8.shl(fs, k), low), keep);
          keep = i16x8.splat(-1);
          if (preprocess) carry = unmap16(d, carry, top, out);
          else v128.store(out, d);
          place += 16;
          out += 16;
          from -= k;
        }
      }
      if (v128.any_true(excess)) return VALUE;
      b++;
    } else if (id == rawId) {
      const k = bits;
      const first = at;
      at += blockSize * k;
      if (at > endBit) return TRUNCATED;
      if (reference) carry = i16x8.splat(<i16>field(first, bits));
      const entry = FIELD32 + ((k << 3) + (first & 7)) * 32;
      const entry2 = FIELD32 + ((k << 3) + ((first + 4 * k) & 7)) * 32;
      let from = base - 16 - (first >>> 3);
      const gap: usize = ((first + 4 * k) >>> 3) - (first >>> 3);
      while (out < end) {
        const d = v128.and(
          i16x8.narrow_i32x4_u(
            fields4(from, v128.load(entry), v128.load(entry, 16), k),
            fields4(from - gap, v128.load(entry2), v128.load(entry2, 16), k),
          ),
          keep,
        );
        keep = i16x8.splat(-1);
        if (preprocess) carry = unmap16(d, carry, top, out);
        else v128.store(out, d);
        out += 16;
        from -= k;
      }
      b++;
    } else {
      const extension = field(at, 1) != 0;
      at++;
      if (reference) {
        carry = i16x8.splat(<i16>field(at, bits));
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
          if ((pair & 0xffff) > maximum || pair >>> 16 > maximum) return UNUSUAL;
          store<u32>(BLOCK + 64 + (i << 2), pair);
        }
        let from: usize = BLOCK + 64;
        while (out < end) {
          const d = v128.and(v128.load(from), keep);
          keep = i16x8.splat(-1);
          if (preprocess) carry = unmap16(d, carry, top, out);
          else v128.store(out, d);
          out += 16;
          from += 16;
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

