// The compiled twin of src/spectral/fourier.ts; see there for the arrays. Rows are transformed four lanes at a time. Work space: two
// arrays of the longest row as `transform` takes them, then its own.
import { transform } from '../lib/transform';

export function fourier(
  start: u32,
  end: u32,
  longestCircle: u32,
  lanes: u32,
  width: u32,
  group: u32,
  complexes: u32,
  plan: usize,
  root: usize,
  mean: usize,
  coefficients: usize,
  values: usize,
  scratch: usize,
): void {
  const own = coefficients + ((<usize>group * complexes * width) << 3);
  const means = mean + ((<usize>group * width) << 2);
  for (let row = start; row < end; row++) {
    for (let lane: u32 = 0; lane < lanes; lane += 4) {
      const entry = plan + <usize>row * 48;
      const result = rowOfFour(plan, entry, longestCircle, width, root, own + (<usize>lane << 2), scratch);
      storeRow(entry, lanes, lane, v128.load(means + (<usize>lane << 2)), result, values);
    }
  }
}

/** Transforms a row; where its points are. */
function rowOfFour(plan: usize, entry: usize, longestCircle: u32, width: u32, root: usize, coefficients: usize, scratch: usize): usize {
  const length = load<u32>(entry);
  const roots = root + (<usize>load<u32>(entry, 4) << 3);
  const step = load<u32>(entry, 8);
  const factors = plan + (<usize>load<u32>(entry, 40) << 2);
  const count = load<u32>(entry, 44);
  const from = coefficients + ((<usize>load<u32>(entry, 32) * width) << 3);
  const arrayBytes = (<usize>longestCircle + 2) << 5;
  const work = scratch + 2 * arrayBytes;
  if ((length & 1) == 0) {
    fillHalf(entry, length, width, roots, step, from, scratch);
    return transform(length / 2, scratch, scratch + arrayBytes, factors, count, roots, 2 * step, work);
  }
  fillWhole(entry, length, width, roots, from, scratch);
  return transform(length, scratch, scratch + arrayBytes, factors, count, roots, step, work);
}

/** Real part of coefficient m of a row after the turn of its first longitude, as `turned` of the plain twin. */
// @ts-ignore: decorator
@inline
function turnedRe(entry: usize, length: u32, width: u32, roots: usize, from: usize, m: u32): v128 {
  if (m >= load<u32>(entry, 36)) return f32x4.splat(0);
  const at = from + ((<usize>m * width) << 3);
  let re = v128.load(at);
  if (load<u32>(entry, 16) != 0 && m > 0) {
    const place = turnOf(entry, roots, m);
    re = f32x4.sub(f32x4.mul(v128.load32_splat(place), re), f32x4.mul(v128.load32_splat(place, 4), v128.load(at + (<usize>width << 2))));
  }
  return m + m == length ? f32x4.add(re, re) : re;
}

/** Its imaginary part; that of m = 0 and of half the length is 0. */
// @ts-ignore: decorator
@inline
function turnedIm(entry: usize, length: u32, width: u32, roots: usize, from: usize, m: u32): v128 {
  if (m >= load<u32>(entry, 36) || m == 0 || m + m == length) return f32x4.splat(0);
  const at = from + ((<usize>m * width) << 3);
  const im = v128.load(at + (<usize>width << 2));
  if (load<u32>(entry, 16) == 0) return im;
  const place = turnOf(entry, roots, m);
  return f32x4.add(f32x4.mul(v128.load32_splat(place), im), f32x4.mul(v128.load32_splat(place, 4), v128.load(at)));
}

// @ts-ignore: decorator
@inline
function turnOf(entry: usize, roots: usize, m: u32): usize {
  return roots + (<usize>((<u64>m * load<u32>(entry, 16)) % load<u32>(entry, 12)) << 3);
}

function fillHalf(entry: usize, length: u32, width: u32, roots: usize, step: u32, from: usize, to: usize): void {
  const half = length / 2;
  for (let k: u32 = 0; k + k <= half; k++) {
    const oneRe = turnedRe(entry, length, width, roots, from, k);
    const oneIm = turnedIm(entry, length, width, roots, from, k);
    const re = turnedRe(entry, length, width, roots, from, half - k);
    const im = turnedIm(entry, length, width, roots, from, half - k);
    const root = roots + ((<usize>k * step) << 3);
    const cosine = v128.load32_splat(root);
    const sine = v128.load32_splat(root, 4);
    const sumRe = f32x4.add(oneRe, re);
    const sumIm = f32x4.sub(oneIm, im);
    const differenceRe = f32x4.sub(oneRe, re);
    const differenceIm = f32x4.add(oneIm, im);
    // G = w^k D; Z(k) = E + i G and Z(half - k) = conj(E) + i conj(G).
    const gRe = f32x4.sub(f32x4.mul(cosine, differenceRe), f32x4.mul(sine, differenceIm));
    const gIm = f32x4.add(f32x4.mul(cosine, differenceIm), f32x4.mul(sine, differenceRe));
    const low = to + (<usize>k << 5);
    v128.store(low, f32x4.sub(sumRe, gIm));
    v128.store(low, f32x4.add(sumIm, gRe), 16);
    if (k == 0 || k + k == half) continue;
    const high = to + (<usize>(half - k) << 5);
    v128.store(high, f32x4.add(sumRe, gIm));
    v128.store(high, f32x4.sub(gRe, sumIm), 16);
  }
}

function fillWhole(entry: usize, length: u32, width: u32, roots: usize, from: usize, to: usize): void {
  for (let k: u32 = 0; k + k <= length; k++) {
    const re = turnedRe(entry, length, width, roots, from, k);
    const im = turnedIm(entry, length, width, roots, from, k);
    const low = to + (<usize>k << 5);
    v128.store(low, re);
    v128.store(low, im, 16);
    if (k == 0) continue;
    const high = to + (<usize>(length - k) << 5);
    v128.store(high, re);
    v128.store(high, f32x4.neg(im), 16);
  }
}

function storeRow(entry: usize, lanes: u32, lane: u32, mean: v128, source: usize, values: usize): void {
  const length = load<u32>(entry);
  const stride = load<u32>(entry, 20);
  const points = load<u32>(entry, 24);
  const pointBytes = <usize>lanes << 2;
  const shift: usize = (length & 1) == 0 ? 4 : 5;
  const count = lanes - lane < 4 ? lanes - lane : 4;
  let to = values + (<usize>load<u32>(entry, 28) * lanes + lane) * 4;
  let place: u32 = 0;
  for (let i: u32 = 0; i < points; i++, to += pointBytes) {
    const value = f32x4.add(mean, v128.load(source + (<usize>place << shift)));
    if (count == 4) v128.store(to, value);
    else storeSome(to, value, count);
    place += stride;
    if (place >= length) place %= length;
  }
}

// @ts-ignore: decorator
@inline
function storeSome(to: usize, value: v128, count: u32): void {
  store<f32>(to, f32x4.extract_lane(value, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8);
}
