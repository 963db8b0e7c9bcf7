// The compiled twin of src/spectral/legendre.ts; see there for the arrays. Work space: 128 octets of sines, 256 of sums, 16
// latitudes each of (north re, north im, south re, south im), then the polynomials of a task.
import { polynomialsOf } from '../lib/polynomials';

const noRow: u32 = 0xffffffff;

export function legendre(
  start: u32,
  end: u32,
  lanes: u32,
  width: u32,
  truncation: u32,
  points: u32,
  complexes: u32,
  segmentsAt: u32,
  placesAt: u32,
  restAt: u32,
  plan: usize,
  starts: usize,
  sine: usize,
  factor: usize,
  coefficient: usize,
  fourier: usize,
  scratch: usize,
): void {
  const sums = scratch + 128;
  const polynomials = sums + 256;
  for (let task = start; task < end; task++) {
    const entry = plan + <usize>task * 12;
    const m = load<u32>(entry);
    const from = load<u32>(plan + (<usize>(segmentsAt + load<u32>(entry, 8)) << 2));
    polynomialsOf(task, truncation, plan, segmentsAt, restAt, starts, sine, factor, scratch, polynomials);
    const index = (m * (2 * truncation + 3 - m)) / 2 - m + from;
    const places = plan + (<usize>(placesAt + load<u32>(entry, 4) * 64) << 2);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const group = lane / width;
      const at = fourier + ((<usize>(group * complexes + m) * 2 * width + (lane - group * width)) << 2);
      sumLane(truncation + 1 - from, coefficient + ((<usize>lane * points + 2 * index) << 2), polynomials, sums);
      storeLane(m, width, places, sums, at);
    }
  }
}

/** North and south of one lane from the sums over every other degree. */
function sumLane(degrees: u32, coefficient: usize, polynomials: usize, sums: usize): void {
  sumParity((degrees + 1) / 2, coefficient, polynomials, sums);
  let e0 = v128.load(sums);
  let e1 = v128.load(sums, 16);
  let e2 = v128.load(sums, 32);
  let e3 = v128.load(sums, 48);
  let e4 = v128.load(sums, 64);
  let e5 = v128.load(sums, 80);
  let e6 = v128.load(sums, 96);
  let e7 = v128.load(sums, 112);
  sumParity(degrees / 2, coefficient + 8, polynomials + 64, sums + 128);
  join(sums, e0, 0);
  join(sums, e1, 16);
  join(sums, e2, 32);
  join(sums, e3, 48);
  join(sums, e4, 64);
  join(sums, e5, 80);
  join(sums, e6, 96);
  join(sums, e7, 112);
}

// @ts-ignore: decorator
@inline
function join(sums: usize, even: v128, at: usize): void {
  const odd = v128.load(sums + 128 + at);
  v128.store(sums + at, f32x4.add(even, odd));
  v128.store(sums + 128 + at, f32x4.sub(even, odd));
}

/** re and im of 16 latitudes. */
function sumParity(terms: u32, c: usize, p: usize, sums: usize): void {
  let r0 = f32x4.splat(0);
  let r1 = f32x4.splat(0);
  let r2 = f32x4.splat(0);
  let r3 = f32x4.splat(0);
  let i0 = f32x4.splat(0);
  let i1 = f32x4.splat(0);
  let i2 = f32x4.splat(0);
  let i3 = f32x4.splat(0);
  for (; terms > 0; terms--, c += 16, p += 128) {
    const re = v128.load32_splat(c);
    const im = v128.load32_splat(c, 4);
    const p0 = v128.load(p);
    const p1 = v128.load(p, 16);
    const p2 = v128.load(p, 32);
    const p3 = v128.load(p, 48);
    r0 = f32x4.add(r0, f32x4.mul(p0, re));
    i0 = f32x4.add(i0, f32x4.mul(p0, im));
    r1 = f32x4.add(r1, f32x4.mul(p1, re));
    i1 = f32x4.add(i1, f32x4.mul(p1, im));
    r2 = f32x4.add(r2, f32x4.mul(p2, re));
    i2 = f32x4.add(i2, f32x4.mul(p2, im));
    r3 = f32x4.add(r3, f32x4.mul(p3, re));
    i3 = f32x4.add(i3, f32x4.mul(p3, im));
  }
  v128.store(sums, r0);
  v128.store(sums, r1, 16);
  v128.store(sums, r2, 32);
  v128.store(sums, r3, 48);
  v128.store(sums, i0, 64);
  v128.store(sums, i1, 80);
  v128.store(sums, i2, 96);
  v128.store(sums, i3, 112);
}

function storeLane(m: u32, width: u32, places: usize, sums: usize, at: usize): void {
  for (let i: usize = 0; i < 16; i++) {
    const place = places + (i << 4);
    const from = sums + (i << 2);
    const north = load<u32>(place);
    if (north != noRow && m < load<u32>(place, 4)) storeOne(at + ((<usize>north * width) << 3), width, from);
    const south = load<u32>(place, 8);
    if (south != noRow && m < load<u32>(place, 12)) storeOne(at + ((<usize>south * width) << 3), width, from + 128);
  }
}

// @ts-ignore: decorator
@inline
function storeOne(to: usize, width: u32, from: usize): void {
  store<f32>(to, load<f32>(from));
  store<f32>(to + (<usize>width << 2), load<f32>(from, 64));
}
