// The compiled twin of src/spectral/fourier-analysis.ts; see there for the arrays. Rows are transformed four lanes at a time, as
// conjugates, so that the transform of synthesis serves. Work space as there.
import { transform } from '../lib/transform';

export function fourierAnalysis(
  start: u32,
  end: u32,
  longestCircle: u32,
  lanes: u32,
  width: u32,
  group: u32,
  complexes: u32,
  takeMean: u32,
  plan: usize,
  root: usize,
  weight: usize,
  values: usize,
  fourier: usize,
  mean: usize,
  scratch: usize,
): void {
  const own = fourier + ((<usize>group * complexes * width) << 3);
  if (start == 0 && end > 0) {
    for (let lane: u32 = 0; lane < lanes; lane++) {
      store<f32>(mean + (<usize>(group * width + lane) << 2), takeMean == 1 ? load<f32>(values + (<usize>lane << 2)) : 0);
    }
  }
  for (let row = start; row < end; row++) {
    const entry = plan + <usize>row * 48;
    const length = load<u32>(entry);
    const scale = load<f32>(weight + (<usize>row << 2)) / <f32>length;
    for (let lane: u32 = 0; lane < lanes; lane += 4) {
      const pivot = takeMean == 1 ? fourOf(values + (<usize>lane << 2), lanes - lane) : f32x4.splat(0);
      rowOfFour(plan, entry, longestCircle, lanes, lane, width, root, values, pivot, scale, own + (<usize>lane << 2), scratch);
    }
  }
}

/** Up to four neighbouring numbers. */
// @ts-ignore: decorator
@inline
function fourOf(address: usize, count: u32): v128 {
  if (count >= 4) return v128.load(address);
  let four = v128.load32_zero(address);
  if (count > 1) four = f32x4.replace_lane(four, 1, load<f32>(address, 4));
  if (count > 2) four = f32x4.replace_lane(four, 2, load<f32>(address, 8));
  return four;
}

function rowOfFour(
  plan: usize,
  entry: usize,
  longestCircle: u32,
  lanes: u32,
  lane: u32,
  width: u32,
  root: usize,
  values: usize,
  pivot: v128,
  scale: f32,
  fourier: usize,
  scratch: usize,
): void {
  const length = load<u32>(entry);
  const roots = root + (<usize>load<u32>(entry, 4) << 3);
  const step = load<u32>(entry, 8);
  const factors = plan + (<usize>load<u32>(entry, 40) << 2);
  const count = load<u32>(entry, 44);
  const arrayBytes = (<usize>longestCircle + 2) << 5;
  const work = scratch + 2 * arrayBytes;
  const isEven = (length & 1) == 0;
  loadRow(entry, length, lanes, lane, isEven, values, pivot, scratch);
  const result = isEven
    ? transform(length / 2, scratch, scratch + arrayBytes, factors, count, roots, 2 * step, work)
    : transform(length, scratch, scratch + arrayBytes, factors, count, roots, step, work);
  storeRow(entry, length, isEven, roots, step, scale, width, result, fourier + ((<usize>load<u32>(entry, 32) * width) << 3));
}

/** Even and odd points as real and (minus) imaginary parts; with odd lengths points as real parts. */
function loadRow(entry: usize, length: u32, lanes: u32, lane: u32, isEven: bool, values: usize, pivot: v128, to: usize): void {
  const pointBytes = <usize>lanes << 2;
  let from = values + (<usize>load<u32>(entry, 28) * lanes + lane) * 4;
  for (let i: u32 = 0; i < length; i++, from += pointBytes) {
    const value = f32x4.sub(fourOf(from, lanes - lane), pivot);
    if (isEven) {
      v128.store(to, (i & 1) == 0 ? value : f32x4.neg(value));
      to += 16;
    } else {
      v128.store(to, value);
      v128.store(to, f32x4.splat(0), 16);
      to += 32;
    }
  }
}

function storeRow(entry: usize, length: u32, isEven: bool, roots: usize, step: u32, scale: f32, width: u32, source: usize, to: usize): void {
  const held = load<u32>(entry, 36);
  const half = length / 2;
  const shift = load<u32>(entry, 16);
  const fine = load<u32>(entry, 12);
  for (let m: u32 = 0; m < held; m++, to += <usize>width << 3) {
    let re: v128;
    let im: v128;
    if (isEven) {
      const one = source + (<usize>(m % half) << 5);
      const other = source + (<usize>((half - m) % half) << 5);
      const oneRe = v128.load(one);
      const oneIm = f32x4.neg(v128.load(one, 16));
      const otherRe = v128.load(other);
      const otherIm = f32x4.neg(v128.load(other, 16));
      const root = roots + ((<usize>m * step) << 3);
      const cosine = v128.load32_splat(root);
      const sine = v128.load32_splat(root, 4);
      const differenceRe = f32x4.sub(oneRe, otherRe);
      const differenceIm = f32x4.add(oneIm, otherIm);
      const halves = f32x4.splat(0.5);
      re = f32x4.mul(halves, f32x4.add(f32x4.add(oneRe, otherRe), f32x4.sub(f32x4.mul(cosine, differenceIm), f32x4.mul(sine, differenceRe))));
      im = f32x4.mul(halves, f32x4.sub(f32x4.sub(oneIm, otherIm), f32x4.add(f32x4.mul(cosine, differenceRe), f32x4.mul(sine, differenceIm))));
    } else {
      re = v128.load(source + (<usize>m << 5));
      im = f32x4.neg(v128.load(source + (<usize>m << 5), 16));
    }
    const turn = roots + (shift == 0 ? 0 : <usize>((<u64>m * shift) % fine) << 3);
    const cosine = f32x4.splat(scale * load<f32>(turn));
    const sine = f32x4.splat(-scale * load<f32>(turn, 4));
    v128.store(to, f32x4.sub(f32x4.mul(cosine, re), f32x4.mul(sine, im)));
    v128.store(to + (<usize>width << 2), f32x4.add(f32x4.mul(cosine, im), f32x4.mul(sine, re)));
  }
}
