// Complex transforms of four lanes at once: arrays [length, 2, 4] of f32, 32 octets a complex number. Sign +: e^(+i).
// Stockham's order of stages, see src/spectral/fourier-transform.ts.

// @ts-ignore: decorator
@inline
const complexBytes: usize = 32;

/** Work space that `transform` needs beyond its two arrays: roots, sums and differences of the longest radix. */
// @ts-ignore: decorator
@inline
export function radixBytes(radix: u32): usize {
  return <usize>radix * 48;
}

/**
 * Transforms `source`; the result is in the array that is returned, `source` or `target`. factors: u32 radices; roots: f32 pairs, of
 * which every `rootStep`-th is taken; work: see `radixBytes`.
 */
export function transform(length: u32, source: usize, target: usize, factors: usize, count: u32, roots: usize, rootStep: u32, work: usize): usize {
  let done: u32 = 1;
  for (let stage: u32 = 0; stage < count; stage++) {
    const radix = load<u32>(factors + (<usize>stage << 2));
    const rest = length / (done * radix);
    if (radix == 4) stageOf4(done, rest, source, target, roots, rootStep);
    else if (radix == 2) stageOf2(done, rest, source, target, roots, rootStep);
    else stageOfOdd(radix, done, rest, source, target, roots, rootStep, work);
    const swapped = source;
    source = target;
    target = swapped;
    done *= radix;
  }
  return source;
}

/** Stores (re, im) turned by (cosine, sine). */
// @ts-ignore: decorator
@inline
function storeTurned(to: usize, re: v128, im: v128, cosine: v128, sine: v128): void {
  v128.store(to, f32x4.sub(f32x4.mul(re, cosine), f32x4.mul(im, sine)));
  v128.store(to, f32x4.add(f32x4.mul(im, cosine), f32x4.mul(re, sine)), 16);
}

function stageOf2(done: u32, rest: u32, source: usize, target: usize, roots: usize, rootStep: u32): void {
  const block = <usize>done * complexBytes;
  const half = <usize>rest * block;
  for (let p: u32 = 0; p < rest; p++) {
    const root = roots + ((<usize>p * done * rootStep) << 3);
    const cosine = v128.load32_splat(root);
    const sine = v128.load32_splat(root, 4);
    const end = source + block;
    for (; source < end; source += complexBytes, target += complexBytes) {
      const aRe = v128.load(source);
      const aIm = v128.load(source, 16);
      const bRe = v128.load(source + half);
      const bIm = v128.load(source + half, 16);
      v128.store(target, f32x4.add(aRe, bRe));
      v128.store(target, f32x4.add(aIm, bIm), 16);
      storeTurned(target + block, f32x4.sub(aRe, bRe), f32x4.sub(aIm, bIm), cosine, sine);
    }
    target += block;
  }
}

function stageOf4(done: u32, rest: u32, source: usize, target: usize, roots: usize, rootStep: u32): void {
  const block = <usize>done * complexBytes;
  const quarter = <usize>rest * block;
  const step = (<usize>done * rootStep) << 3;
  for (let p: u32 = 0; p < rest; p++) {
    const root = roots + <usize>p * step;
    const cosine1 = v128.load32_splat(root);
    const sine1 = v128.load32_splat(root, 4);
    const root2 = roots + 2 * <usize>p * step;
    const cosine2 = v128.load32_splat(root2);
    const sine2 = v128.load32_splat(root2, 4);
    const root3 = roots + 3 * <usize>p * step;
    const cosine3 = v128.load32_splat(root3);
    const sine3 = v128.load32_splat(root3, 4);
    const end = source + block;
    for (; source < end; source += complexBytes, target += complexBytes) {
      const x0 = v128.load(source);
      const y0 = v128.load(source, 16);
      const x1 = v128.load(source + quarter);
      const y1 = v128.load(source + quarter, 16);
      const x2 = v128.load(source + 2 * quarter);
      const y2 = v128.load(source + 2 * quarter, 16);
      const x3 = v128.load(source + 3 * quarter);
      const y3 = v128.load(source + 3 * quarter, 16);
      const sumRe = f32x4.add(x0, x2);
      const sumIm = f32x4.add(y0, y2);
      const differenceRe = f32x4.sub(x0, x2);
      const differenceIm = f32x4.sub(y0, y2);
      const otherRe = f32x4.add(x1, x3);
      const otherIm = f32x4.add(y1, y3);
      // i (x1 - x3)
      const turnedRe = f32x4.sub(y3, y1);
      const turnedIm = f32x4.sub(x1, x3);
      v128.store(target, f32x4.add(sumRe, otherRe));
      v128.store(target, f32x4.add(sumIm, otherIm), 16);
      storeTurned(target + block, f32x4.add(differenceRe, turnedRe), f32x4.add(differenceIm, turnedIm), cosine1, sine1);
      storeTurned(target + 2 * block, f32x4.sub(sumRe, otherRe), f32x4.sub(sumIm, otherIm), cosine2, sine2);
      storeTurned(target + 3 * block, f32x4.sub(differenceRe, turnedRe), f32x4.sub(differenceIm, turnedIm), cosine3, sine3);
    }
    target += 3 * block;
  }
}

/**
 * Any odd radix: outputs t and radix - t share the sums over a(k) = x(k) + x(radix - k) with cosines and b(k) = x(k) - x(radix - k) with
 * sines, a quarter of the products.
 */
function stageOfOdd(radix: u32, done: u32, rest: u32, source: usize, target: usize, roots: usize, rootStep: u32, work: usize): void {
  const half = (radix - 1) / 2;
  const length = radix * done * rest;
  const block = <usize>done * complexBytes;
  const stride = <usize>rest * block;
  const table = work;
  const folded = work + ((<usize>radix + 1) << 3);
  for (let k: u32 = 0; k < radix; k++) {
    store<u64>(table + (<usize>k << 3), load<u64>(roots + ((<usize>k * done * rest * rootStep) << 3)));
  }
  for (let p: u32 = 0; p < rest; p++) {
    for (let q: u32 = 0; q < done; q++) {
      const from = source + <usize>p * block + <usize>q * complexBytes;
      const to = target + <usize>p * radix * block + <usize>q * complexBytes;
      fold(radix, half, from, stride, folded, to);
      let t: u32 = 1;
      for (; t < half; t += 2) twoOutputs(radix, half, t, from, table, folded, to, block);
      if (t == half) oneOutput(radix, half, t, from, table, folded, to, block);
    }
    if (p == 0) continue;
    for (let t: u32 = 1; t < radix; t++) {
      const root = roots + ((<usize>((<u64>p * t * done) % length) * rootStep) << 3);
      const cosine = v128.load32_splat(root);
      const sine = v128.load32_splat(root, 4);
      let at = target + (<usize>p * radix + t) * block;
      for (const end = at + block; at < end; at += complexBytes) storeTurned(at, v128.load(at), v128.load(at, 16), cosine, sine);
    }
  }
}

/** a(k), b(k) for k = 1..half, 64 octets each; the output t = 0. */
// @ts-ignore: decorator
@inline
function fold(radix: u32, half: u32, from: usize, stride: usize, folded: usize, to: usize): void {
  let sumRe = v128.load(from);
  let sumIm = v128.load(from, 16);
  let one = from;
  let other = from + <usize>radix * stride;
  for (let k: u32 = 0; k < half; k++, folded += 64) {
    one += stride;
    other -= stride;
    const x = v128.load(one);
    const y = v128.load(one, 16);
    const u = v128.load(other);
    const v = v128.load(other, 16);
    const aRe = f32x4.add(x, u);
    const aIm = f32x4.add(y, v);
    v128.store(folded, aRe);
    v128.store(folded, aIm, 16);
    v128.store(folded, f32x4.sub(x, u), 32);
    v128.store(folded, f32x4.sub(y, v), 48);
    sumRe = f32x4.add(sumRe, aRe);
    sumIm = f32x4.add(sumIm, aIm);
  }
  v128.store(to, sumRe);
  v128.store(to, sumIm, 16);
}

/** Outputs t and radix - t from their sums. */
// @ts-ignore: decorator
@inline
function storePair(radix: u32, t: u32, to: usize, block: usize, re: v128, im: v128, sineRe: v128, sineIm: v128): void {
  const low = to + <usize>t * block;
  v128.store(low, f32x4.sub(re, sineIm));
  v128.store(low, f32x4.add(im, sineRe), 16);
  const high = to + <usize>(radix - t) * block;
  v128.store(high, f32x4.add(re, sineIm));
  v128.store(high, f32x4.sub(im, sineRe), 16);
}

// @ts-ignore: decorator
@inline
function oneOutput(radix: u32, half: u32, t: u32, from: usize, table: usize, folded: usize, to: usize, block: usize): void {
  let re = v128.load(from);
  let im = v128.load(from, 16);
  let sineRe = f32x4.splat(0);
  let sineIm = f32x4.splat(0);
  let turn: u32 = 0;
  for (let k: u32 = 0; k < half; k++, folded += 64) {
    turn += t;
    turn = turn >= radix ? turn - radix : turn;
    const root = table + (<usize>turn << 3);
    const cosine = v128.load32_splat(root);
    const sine = v128.load32_splat(root, 4);
    re = f32x4.add(re, f32x4.mul(cosine, v128.load(folded)));
    im = f32x4.add(im, f32x4.mul(cosine, v128.load(folded, 16)));
    sineRe = f32x4.add(sineRe, f32x4.mul(sine, v128.load(folded, 32)));
    sineIm = f32x4.add(sineIm, f32x4.mul(sine, v128.load(folded, 48)));
  }
  storePair(radix, t, to, block, re, im, sineRe, sineIm);
}

function twoOutputs(radix: u32, half: u32, t: u32, from: usize, table: usize, folded: usize, to: usize, block: usize): void {
  const x = v128.load(from);
  const y = v128.load(from, 16);
  let re = x;
  let im = y;
  let re2 = x;
  let im2 = y;
  let sineRe = f32x4.splat(0);
  let sineIm = f32x4.splat(0);
  let sineRe2 = f32x4.splat(0);
  let sineIm2 = f32x4.splat(0);
  let turn: u32 = 0;
  let turn2: u32 = 0;
  for (let k: u32 = 0; k < half; k++, folded += 64) {
    turn += t;
    turn = turn >= radix ? turn - radix : turn;
    turn2 += t + 1;
    turn2 = turn2 >= radix ? turn2 - radix : turn2;
    const root = table + (<usize>turn << 3);
    const root2 = table + (<usize>turn2 << 3);
    const cosine = v128.load32_splat(root);
    const sine = v128.load32_splat(root, 4);
    const cosine2 = v128.load32_splat(root2);
    const sine2 = v128.load32_splat(root2, 4);
    const aRe = v128.load(folded);
    const aIm = v128.load(folded, 16);
    const bRe = v128.load(folded, 32);
    const bIm = v128.load(folded, 48);
    re = f32x4.add(re, f32x4.mul(cosine, aRe));
    im = f32x4.add(im, f32x4.mul(cosine, aIm));
    sineRe = f32x4.add(sineRe, f32x4.mul(sine, bRe));
    sineIm = f32x4.add(sineIm, f32x4.mul(sine, bIm));
    re2 = f32x4.add(re2, f32x4.mul(cosine2, aRe));
    im2 = f32x4.add(im2, f32x4.mul(cosine2, aIm));
    sineRe2 = f32x4.add(sineRe2, f32x4.mul(sine2, bRe));
    sineIm2 = f32x4.add(sineIm2, f32x4.mul(sine2, bIm));
  }
  storePair(radix, t, to, block, re, im, sineRe, sineIm);
  storePair(radix, t + 1, to, block, re2, im2, sineRe2, sineIm2);
}
