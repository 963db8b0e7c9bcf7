// P(n, m) of one task's 16 latitudes, run up in f64 from f32 pairs: see src/spectral/legendre.ts for the arrays.

/** The number that two f32 beside each other add up to. */
// @ts-ignore: decorator
@inline
function pair(address: usize): f64 {
  return <f64>load<f32>(address) + <f64>load<f32>(address, 4);
}

/** Two neighbouring values and what f32 lost of them, `rest` octets on. */
// @ts-ignore: decorator
@inline
function two(address: usize, rest: usize): v128 {
  const high = f64x2.promote_low_f32x4(v128.load64_zero(address));
  return rest == 0 ? high : f64x2.add(high, f64x2.promote_low_f32x4(v128.load64_zero(address + rest)));
}

// @ts-ignore: decorator
@inline
function store4(address: usize, a: v128, b: v128): void {
  v128.store(address, v128.shuffle<f32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5));
}

// @ts-ignore: decorator
@inline
function next(a: v128, b: v128, mu: v128, high: v128, low: v128): v128 {
  return f64x2.sub(f64x2.mul(f64x2.mul(a, mu), high), f64x2.mul(b, low));
}

/** Sine of 16 latitudes in f64. `sines`: 128 octets. */
export function sinesOf(sine: usize, latitude: u32, sines: usize): void {
  for (let i: usize = 0; i < 16; i++) store<f64>(sines + (i << 3), pair(sine + ((<usize>latitude + i) << 3)));
}

/**
 * Degrees [begin, end) of eight latitudes into `to`, 64 octets a degree. `start` is the address of their first P(begin), `rest` the
 * way to what f32 lost, or 0; `factor` the address of the factors that lead from `begin` + 1 on.
 */
export function segmentOfEight(begin: u32, end: u32, start: usize, rest: usize, sines: usize, factor: usize, to: usize): void {
  const m0 = v128.load(sines);
  const m1 = v128.load(sines, 16);
  const m2 = v128.load(sines, 32);
  const m3 = v128.load(sines, 48);
  let l0 = two(start, rest);
  let l1 = two(start + 8, rest);
  let l2 = two(start + 16, rest);
  let l3 = two(start + 24, rest);
  let h0 = two(start + 64, rest);
  let h1 = two(start + 72, rest);
  let h2 = two(start + 80, rest);
  let h3 = two(start + 88, rest);
  for (let n = begin; n < end; n += 2, factor += 32, to += 128) {
    store4(to, l0, l1);
    store4(to + 16, l2, l3);
    store4(to + 64, h0, h1);
    store4(to + 80, h2, h3);
    // Two degrees further; past the end of the segment nobody looks.
    if (n + 2 >= end) break;
    let a = f64x2.splat(pair(factor));
    let b = f64x2.splat(pair(factor + 8));
    l0 = next(a, b, m0, h0, l0);
    l1 = next(a, b, m1, h1, l1);
    l2 = next(a, b, m2, h2, l2);
    l3 = next(a, b, m3, h3, l3);
    a = f64x2.splat(pair(factor + 16));
    b = f64x2.splat(pair(factor + 24));
    h0 = next(a, b, m0, l0, h0);
    h1 = next(a, b, m1, l1, h1);
    h2 = next(a, b, m2, l2, h2);
    h3 = next(a, b, m3, l3, h3);
  }
}

/** All degrees of a task from its first into `to`, `[degrees + 1, 16]` f32. `sines`: 128 octets of work space. */
export function polynomialsOf(task: u32, truncation: u32, plan: usize, segmentsAt: u32, restAt: u32, start: usize, sine: usize, factor: usize, sines: usize, to: usize): void {
  const entry = plan + <usize>task * 12;
  const m = load<u32>(entry);
  const first = load<u32>(entry, 8);
  const last = load<u32>(entry, 20);
  const degrees = plan + (<usize>segmentsAt << 2);
  const from = load<u32>(degrees + (<usize>first << 2));
  sinesOf(sine, load<u32>(entry, 4) << 4, sines);
  const base = (m * (2 * truncation + 3 - m)) / 2 - m;
  const rest = <usize>restAt << 2;
  for (let segment = first; segment < last; segment++) {
    const begin = load<u32>(degrees + (<usize>segment << 2));
    const end = segment + 1 < last ? load<u32>(degrees + (<usize>segment << 2), 4) : truncation + 1;
    const own = start + (<usize>segment << 7);
    const factors = factor + (<usize>(base + begin + 1) << 4);
    const at = to + (<usize>(begin - from) << 6);
    segmentOfEight(begin, end, own, rest, sines, factors, at);
    segmentOfEight(begin, end, own + 32, rest, sines + 64, factors, at + 32);
  }
}
