import { map16, map32, pairCost, sums16, sums32 } from './residuals';
import { base, bits, BLOCK, blockSize, DONE, idBits, OFFSETS, pending, position, preprocess, rsi, status } from './stream';

/** Appends `width` <= 56 bits. */
// @ts-ignore: decorator
@inline
function put(value: u64, width: i32): void {
  const phase = position & 7;
  const word = pending | (value << (64 - phase - width));
  store<u64>(base - 8 - (position >>> 3), word);
  position += width;
  pending = word << (((phase + width) >>> 3) << 3);
}

function putCode(zeros: u32): void {
  while (zeros > 48) {
    put(0, 48);
    zeros -= 48;
  }
  put(1, <i32>zeros + 1);
}

/** Codes and low parts of a split block; `i` is 1 where the reference sample takes the first place. */
function putSplit<T>(k: i32, reference: i32): void {
  let at = position;
  let held = pending;
  let i = reference;
  if (reference) {
    for (; i < 4; i++) putCode(<u32>load<T>(BLOCK + <usize>i * sizeof<T>()) >>> k);
    at = position;
    held = pending;
  }
  for (; i < blockSize; i += 4) {
    const from = BLOCK + <usize>i * sizeof<T>();
    const f0 = <u64>load<T>(from) >>> k;
    const f1 = <u64>load<T>(from, sizeof<T>()) >>> k;
    const f2 = <u64>load<T>(from, 2 * sizeof<T>()) >>> k;
    const f3 = <u64>load<T>(from, 3 * sizeof<T>()) >>> k;
    const width = f0 + f1 + f2 + f3 + 4;
    if (width <= 56) {
      const after = f2 + f3 + 2;
      const value = (<u64>1 << (f1 + 1 + after)) | (<u64>1 << after) | (<u64>1 << (f3 + 1)) | 1;
      const phase = at & 7;
      const word = held | (value << (64 - phase - width));
      store<u64>(base - 8 - (at >>> 3), word);
      at += <i32>width;
      held = word << (((phase + width) >>> 3) << 3);
    } else {
      position = at;
      pending = held;
      putCode(<u32>f0);
      putCode(<u32>f1);
      putCode(<u32>f2);
      putCode(<u32>f3);
      at = position;
      held = pending;
    }
  }
  const mask = (<u64>1 << k) - 1;
  i = reference;
  if (k == 0) {
    position = at;
    pending = held;
    return;
  }
  if (k <= 14 && !reference) {
    const width = 4 * k;
    for (; i < blockSize; i += 4) {
      const from = BLOCK + <usize>i * sizeof<T>();
      const l0 = <u64>load<T>(from) & mask;
      const l1 = <u64>load<T>(from, sizeof<T>()) & mask;
      const l2 = <u64>load<T>(from, 2 * sizeof<T>()) & mask;
      const l3 = <u64>load<T>(from, 3 * sizeof<T>()) & mask;
      const value = (((l0 << k) | l1) << (2 * k)) | (l2 << k) | l3;
      const phase = at & 7;
      const word = held | (value << (64 - phase - width));
      store<u64>(base - 8 - (at >>> 3), word);
      at += width;
      held = word << (((phase + width) >>> 3) << 3);
    }
    position = at;
    pending = held;
    return;
  }
  position = at;
  pending = held;
  for (; i < blockSize; i++) put(<u64>load<T>(BLOCK + <usize>i * sizeof<T>()) & mask, k);
}

/** A zero run that began at block `start` of its interval. */
function putZeroRun(start: i32, run: i32, sample: u32): void {
  const end = start + run;
  put(0, idBits + 1);
  if (start == 0 && preprocess) put(sample, bits);
  if (run < 5) putCode(run - 1);
  else putCode((end & 63) == 0 || end == rsi ? 4 : run);
}

/** The block at BLOCK, not all zero; `guess` is the split of the block before, the answer that of this one. */
function putBlock<T>(reference: i32, sample: u32, guess: i32): i32 {
  const rawId = (1 << idBits) - 1;
  const length = blockSize - reference;
  const rawCost = <i64>bits * <i64>length;
  const highest = rawId - 2;
  let low = -1;
  let best: i64 = i64.MAX_VALUE;
  if (highest >= 0) {
    // cost(k) - cost(k + 1) = sum of ceil(v / 2) - length with v = d >> k: convex, so a walk downhill ends at the best.
    low = min(guess, highest);
    let lowest = 0;
    while (true) {
      const sums = sizeof<T>() == 2 ? sums16(low) : sums32(low);
      const sum: i64 = sizeof<T>() == 2 ? <i64>(sums & 0xffffffff) : <i64>(sums & 0xffffffffffffff);
      const odd: i64 = sizeof<T>() == 2 ? <i64>(sums >>> 32) : <i64>(sums >>> 56);
      best = sum + <i64>length * <i64>(low + 1);
      if (low < highest && ((sum + odd) >> 1) > <i64>length) {
        low++;
        lowest = low;
      } else if (low > lowest) {
        const finer = sizeof<T>() == 2 ? <i64>(sums16(low - 1) & 0xffffffff) : <i64>(sums32(low - 1) & 0xffffffffffffff);
        if (finer + <i64>length * <i64>low > best) break;
        low--;
        if (low == 0) {
          best = finer + <i64>length;
          break;
        }
      } else break;
    }
  }
  const pairs: i64 = low <= 0 ? pairCost<T>() : -1;
  if (rawCost <= best && (pairs < 0 || rawCost <= pairs)) {
    put(rawId, idBits);
    if (reference) put(sample, bits);
    for (let i = reference; i < blockSize; i++) put(<u64>load<T>(BLOCK + <usize>i * sizeof<T>()), bits);
  } else if (pairs >= 0 && pairs <= best) {
    put(1, idBits + 1);
    if (reference) put(sample, bits);
    for (let i = 0; i < blockSize; i += 2) {
      const a = <u32>load<T>(BLOCK + <usize>i * sizeof<T>());
      const b = <u32>load<T>(BLOCK + <usize>(i + 1) * sizeof<T>());
      const sum = a + b;
      putCode(((sum * (sum + 1)) >>> 1) + b);
    }
  } else {
    put(low + 1, idBits);
    if (reference) put(sample, bits);
    putSplit<T>(low, reference);
  }
  return max(low, 0);
}

/**
 * `blocks` blocks of samples (u16 or u32 by `bits`) at `source`, the first of which begins an interval, to the reversed stream
 * at `end`, which continues with the bits kept from the call before when `at` (0..7) is not 0. Start bits of intervals to OFFSETS.
 */
export function encode(source: usize, blocks: i32, end: usize, at: i32): i32 {
  base = end;
  position = at;
  status = DONE;
  if (at == 0) pending = 0;
  const narrow = bits <= 16;
  const size: usize = <usize>blockSize << (narrow ? 1 : 2);
  let guess = 0;
  let run = 0;
  let sample: u32 = 0;
  for (let i = 0, b = 0, interval = 0; i < blocks; i++) {
    if (b == 0) {
      store<f64>(OFFSETS + (<usize>interval << 3), <f64>position);
      interval++;
      sample = narrow ? <u32>load<u16>(source) : load<u32>(source);
    }
    const reference: i32 = preprocess && b == 0 ? 1 : 0;
    const zero = narrow ? map16(source, reference) : map32(source, reference);
    if (zero) run++;
    else {
      if (run > 0) {
        putZeroRun(b - run, run, sample);
        run = 0;
      }
      guess = narrow ? putBlock<u16>(reference, sample, guess) : putBlock<u32>(reference, sample, guess);
    }
    b++;
    if (run > 0 && ((b & 63) == 0 || b == rsi || i + 1 == blocks)) {
      putZeroRun(b - run, run, sample);
      run = 0;
    }
    if (b == rsi) b = 0;
    source += size;
    if (status != DONE) return status;
  }
  store<u64>(base - 8 - (position >>> 3), pending);
  return DONE;
}
