// The compiled twin of src/spectral/legendre-analysis.ts; see there for the arrays. Lanes are taken four at a time. Work space: 128
// octets of sines, then a block's sums and differences of rows [2 parities, 16 latitudes, re im, 4 lanes], the polynomials of a
// task, and the sums [groups of 4 lanes, degrees, re im, 4 lanes].
import { polynomialsOf } from '../lib/polynomials';

const noRow: u32 = 0xffffffff;
// @ts-ignore: decorator
@inline
const rowsBytes: usize = 1024;

export function legendreAnalysis(
  start: u32,
  end: u32,
  lanes: u32,
  width: u32,
  truncation: u32,
  points: u32,
  complexes: u32,
  firstWavenumber: u32,
  segmentsAt: u32,
  placesAt: u32,
  wavenumbersAt: u32,
  restAt: u32,
  plan: usize,
  starts: usize,
  sine: usize,
  factor: usize,
  fourier: usize,
  coefficient: usize,
  scratch: usize,
): void {
  const rows = scratch + 128;
  const polynomials = rows + rowsBytes;
  const sums = polynomials + (<usize>(truncation + 3) << 6);
  for (let k = start; k < end; k++) {
    const m = firstWavenumber + k;
    const degrees = truncation + 1 - m;
    const sumBytes = <usize>degrees << 5;
    memory.fill(sums, 0, sumBytes * ((lanes + 3) / 4));
    const tasks = plan + (<usize>(wavenumbersAt + k) << 2);
    for (let task = load<u32>(tasks), last = load<u32>(tasks, 4); task < last; task++) {
      const entry = plan + <usize>task * 12;
      const from = load<u32>(plan + (<usize>(segmentsAt + load<u32>(entry, 8)) << 2));
      polynomialsOf(task, truncation, plan, segmentsAt, restAt, starts, sine, factor, scratch, polynomials);
      const places = plan + (<usize>(placesAt + load<u32>(entry, 4) * 64) << 2);
      for (let lane: u32 = 0; lane < lanes; lane += 4) {
        const group = lane / width;
        const at = fourier + ((<usize>(group * complexes + m) * 2 * width + (lane - group * width)) << 2);
        rowsOf(m, width, places, at, rows);
        const to = sums + <usize>(lane / 4) * sumBytes + (<usize>(from - m) << 5);
        addParity((truncation + 2 - from) / 2, rows, polynomials, to);
        addParity((truncation + 1 - from) / 2, rows + 512, polynomials + 64, to + 32);
      }
    }
    const base = (m * (2 * truncation + 3 - m)) / 2;
    for (let lane: u32 = 0; lane < lanes; lane++) {
      storeLane(degrees, sums + <usize>(lane / 4) * sumBytes + ((lane & 3) << 2), coefficient + ((<usize>lane * points + 2 * base) << 2));
    }
  }
}

/** Sums of northern and southern rows, then differences: 32 octets a latitude. */
function rowsOf(m: u32, width: u32, places: usize, at: usize, rows: usize): void {
  const imaginary = <usize>width << 2;
  for (let i: usize = 0; i < 16; i++) {
    const place = places + (i << 4);
    let northRe = f32x4.splat(0);
    let northIm = f32x4.splat(0);
    let southRe = f32x4.splat(0);
    let southIm = f32x4.splat(0);
    const north = load<u32>(place);
    if (north != noRow && m < load<u32>(place, 4)) {
      const from = at + ((<usize>north * width) << 3);
      northRe = v128.load(from);
      northIm = v128.load(from + imaginary);
    }
    const south = load<u32>(place, 8);
    if (south != noRow && m < load<u32>(place, 12)) {
      const from = at + ((<usize>south * width) << 3);
      southRe = v128.load(from);
      southIm = v128.load(from + imaginary);
    }
    const to = rows + (i << 5);
    v128.store(to, f32x4.add(northRe, southRe));
    v128.store(to, f32x4.add(northIm, southIm), 16);
    v128.store(to, f32x4.sub(northRe, southRe), 512);
    v128.store(to, f32x4.sub(northIm, southIm), 528);
  }
}

/** Adds P(n) times rows, over 16 latitudes, to the sums of every other degree: four of them at a time. */
function addParity(terms: u32, rows: usize, p: usize, to: usize): void {
  for (; terms >= 4; terms -= 4, p += 512, to += 256) {
    let r0 = f32x4.splat(0);
    let r1 = f32x4.splat(0);
    let r2 = f32x4.splat(0);
    let r3 = f32x4.splat(0);
    let i0 = f32x4.splat(0);
    let i1 = f32x4.splat(0);
    let i2 = f32x4.splat(0);
    let i3 = f32x4.splat(0);
    let at = p;
    let row = rows;
    for (const end = rows + 512; row < end; row += 32, at += 4) {
      const re = v128.load(row);
      const im = v128.load(row, 16);
      const p0 = v128.load32_splat(at);
      const p1 = v128.load32_splat(at, 128);
      const p2 = v128.load32_splat(at, 256);
      const p3 = v128.load32_splat(at, 384);
      r0 = f32x4.add(r0, f32x4.mul(p0, re));
      i0 = f32x4.add(i0, f32x4.mul(p0, im));
      r1 = f32x4.add(r1, f32x4.mul(p1, re));
      i1 = f32x4.add(i1, f32x4.mul(p1, im));
      r2 = f32x4.add(r2, f32x4.mul(p2, re));
      i2 = f32x4.add(i2, f32x4.mul(p2, im));
      r3 = f32x4.add(r3, f32x4.mul(p3, re));
      i3 = f32x4.add(i3, f32x4.mul(p3, im));
    }
    addTo(to, r0, i0);
    addTo(to + 64, r1, i1);
    addTo(to + 128, r2, i2);
    addTo(to + 192, r3, i3);
  }
  for (; terms > 0; terms--, p += 128, to += 64) {
    let re = f32x4.splat(0);
    let im = f32x4.splat(0);
    let at = p;
    let row = rows;
    for (const end = rows + 512; row < end; row += 32, at += 4) {
      const own = v128.load32_splat(at);
      re = f32x4.add(re, f32x4.mul(own, v128.load(row)));
      im = f32x4.add(im, f32x4.mul(own, v128.load(row, 16)));
    }
    addTo(to, re, im);
  }
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, re: v128, im: v128): void {
  v128.store(to, f32x4.add(v128.load(to), re));
  v128.store(to, f32x4.add(v128.load(to, 16), im), 16);
}

function storeLane(degrees: u32, from: usize, to: usize): void {
  for (let n: u32 = 0; n < degrees; n++, from += 32, to += 8) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from, 16), 4);
  }
}
