// The compiled twins of src/twin/components.ts, products.ts and advance.ts; see there for the arrays. All arrays are byte addresses. A
// coefficient's real and imaginary part are worked on together, in f64 as the plain twins do.

const none: u32 = 0xffffffff;

/** Real and imaginary part at an address. */
// @ts-ignore: decorator
@inline
function complex(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

// @ts-ignore: decorator
@inline
function keep(at: usize, value: v128): void {
  v128.store64_lane(at, f32x4.demote_f64x2_zero(value), 0);
}

// @ts-ignore: decorator
@inline
function timesI(value: v128): v128 {
  return f64x2.mul(v128.shuffle<i64>(value, value, 1, 0), f64x2(-1, 1));
}

// @ts-ignore: decorator
@inline
function scaled(factor: usize, value: v128): v128 {
  return f64x2.mul(f64x2.splat(<f64>load<f32>(factor)), value);
}

export function components(start: u32, end: u32, coefficients: u32, members: u32, sourceCoefficients: u32, neighbour: usize, factor: usize, state: usize, component: usize, mean: usize): void {
  const field = <usize>members * sourceCoefficients << 3;
  const layer = <usize>members * coefficients << 3;
  for (let member: u32 = 0; member < members; member++) {
    const vo = state + (<usize>member * sourceCoefficients << 3);
    const d = vo + field;
    const phi = d + field;
    for (let k = start; k < end; k++) {
      const places = neighbour + <usize>k * 12;
      const factors = factor + <usize>k * 12;
      const below = load<u32>(places);
      const own = load<u32>(places, 4);
      const above = load<u32>(places, 8);
      let u = f64x2.splat(0);
      let v = f64x2.splat(0);
      let ownVo = f64x2.splat(0);
      let ownPhi = f64x2.splat(0);
      if (own != none) {
        const at = <usize>own << 3;
        ownVo = complex(vo + at);
        ownPhi = complex(phi + at);
        u = f64x2.neg(scaled(factors, timesI(complex(d + at))));
        v = f64x2.neg(scaled(factors, timesI(ownVo)));
      }
      if (below != none) {
        const at = <usize>below << 3;
        u = f64x2.sub(u, scaled(factors + 4, complex(vo + at)));
        v = f64x2.add(v, scaled(factors + 4, complex(d + at)));
      }
      if (above != none) {
        const at = <usize>above << 3;
        u = f64x2.add(u, scaled(factors + 8, complex(vo + at)));
        v = f64x2.sub(v, scaled(factors + 8, complex(d + at)));
      }
      const to = component + ((<usize>member * coefficients + k) << 3);
      if (k == 0) {
        const means = mean + (<usize>member << 2);
        const step = <usize>members << 2;
        store<f32>(means, <f32>f64x2.extract_lane(u, 0));
        store<f32>(means + step, <f32>f64x2.extract_lane(v, 0));
        store<f32>(means + 2 * step, <f32>f64x2.extract_lane(ownVo, 0));
        store<f32>(means + 3 * step, <f32>f64x2.extract_lane(ownPhi, 0));
        u = v = ownVo = ownPhi = f64x2.splat(0);
      }
      keep(to, u);
      keep(to + layer, v);
      keep(to + 2 * layer, ownVo);
      keep(to + 3 * layer, ownPhi);
    }
  }
}

export function products(start: u32, end: u32, lanes: u32, members: u32, firstLayer: u32, stride: u32, uAt: u32, vAt: u32, vorticityAt: u32, phiAt: u32, meanPhi: f64, phiShare: f64, u: usize, v: usize, vorticity: usize, phi: usize, geometry: usize, product: usize): void {
  const wide: u32 = members % 4 == 0 ? 4 : 1;
  for (let lane: u32 = 0; lane < lanes; lane += wide) {
    const kind = (firstLayer + lane) / members;
    const member = (firstLayer + lane) % members;
    const to = product + (<usize>lane << 2);
    const eastward = u + (<usize>(uAt + member) << 2);
    const northward = v + (<usize>(vAt + member) << 2);
    const deviation = phi + (<usize>(phiAt + member) << 2);
    const carried = kind < 2 ? vorticity + (<usize>(vorticityAt + member) << 2) : deviation;
    const wind = kind % 2 == 0 ? eastward : northward;
    // Added to vorticity: the Coriolis parameter; to the geopotential: its mean less that of the ground.
    const rest: f32 = kind < 2 ? 0 : <f32>meanPhi;
    const share: f32 = kind < 2 ? 1 : -1;
    const added = geometry + (kind < 2 ? 0 : 8);
    const step = <usize>stride << 2;
    const onward = <usize>lanes << 2;
    if (kind == 4 && wide == 4) energyFour(start, end, step, onward, <f32>phiShare, eastward, northward, deviation, geometry, to);
    else if (kind == 4) energyOne(start, end, step, onward, <f32>phiShare, eastward, northward, deviation, geometry, to);
    else if (wide == 4) fluxFour(start, end, step, onward, share, rest, carried, wind, added, geometry, to);
    else fluxOne(start, end, step, onward, share, rest, carried, wind, added, geometry, to);
  }
}

function fluxFour(start: u32, end: u32, step: usize, onward: usize, share: f32, rest: f32, carried: usize, wind: usize, added: usize, geometry: usize, product: usize): void {
  for (let point = start; point < end; point++) {
    const from = <usize>point * step;
    const place = geometry + <usize>point * 12;
    const sum = f32x4.add(v128.load(carried + from), f32x4.splat(rest + share * load<f32>(added + <usize>point * 12)));
    v128.store(product + <usize>point * onward, f32x4.mul(f32x4.mul(sum, v128.load(wind + from)), v128.load32_splat(place + 4)));
  }
}

function fluxOne(start: u32, end: u32, step: usize, onward: usize, share: f32, rest: f32, carried: usize, wind: usize, added: usize, geometry: usize, product: usize): void {
  for (let point = start; point < end; point++) {
    const from = <usize>point * step;
    const place = geometry + <usize>point * 12;
    const sum = load<f32>(carried + from) + (rest + share * load<f32>(added + <usize>point * 12));
    store<f32>(product + <usize>point * onward, sum * load<f32>(wind + from) * load<f32>(place, 4));
  }
}

function energyFour(start: u32, end: u32, step: usize, onward: usize, phiShare: f32, u: usize, v: usize, phi: usize, geometry: usize, product: usize): void {
  for (let point = start; point < end; point++) {
    const from = <usize>point * step;
    const place = geometry + <usize>point * 12;
    const eastward = v128.load(u + from);
    const northward = v128.load(v + from);
    const square = f32x4.add(f32x4.mul(eastward, eastward), f32x4.mul(northward, northward));
    const kinetic = f32x4.mul(f32x4.splat(<f32>0.5 * load<f32>(place, 4)), square);
    v128.store(product + <usize>point * onward, f32x4.add(kinetic, f32x4.mul(f32x4.splat(phiShare), v128.load(phi + from))));
  }
}

function energyOne(start: u32, end: u32, step: usize, onward: usize, phiShare: f32, u: usize, v: usize, phi: usize, geometry: usize, product: usize): void {
  for (let point = start; point < end; point++) {
    const from = <usize>point * step;
    const place = geometry + <usize>point * 12;
    const eastward = load<f32>(u + from);
    const northward = load<f32>(v + from);
    const kinetic = <f32>0.5 * load<f32>(place, 4) * (eastward * eastward + northward * northward);
    store<f32>(product + <usize>point * onward, kinetic + phiShare * load<f32>(phi + from));
  }
}

export function advance(start: u32, end: u32, coefficients: u32, members: u32, productCoefficients: u32, schemeAt: u32, middleShare: f64, product: usize, place: usize, factor: usize, base: usize, first: usize, middle: usize, tendency: usize, advanced: usize): void {
  const spectrum = <usize>members * productCoefficients << 3;
  const field = <usize>members * coefficients << 3;
  for (let member: u32 = 0; member < members; member++) {
    for (let k = start; k < end; k++) {
      const places = place + (<usize>k << 3);
      const factors = factor + (<usize>k << 4);
      const index = load<u32>(places);
      const a = product + ((<usize>member * productCoefficients + index) << 3);
      const b = a + spectrum;
      const c = b + spectrum;
      const d = c + spectrum;
      const e = d + spectrum;
      // The first coefficient has no share of the one below.
      const down: usize = index == 0 ? 0 : 8;
      const vo = f64x2.sub(scaled(factors + 4, complex(b - down)), f64x2.add(scaled(factors, timesI(complex(a))), scaled(factors + 8, complex(b + 8))));
      const divergence = f64x2.add(
        f64x2.add(scaled(factors, timesI(complex(b))), scaled(factors + 4, complex(a - down))),
        f64x2.sub(scaled(factors + 12, complex(e)), scaled(factors + 8, complex(a + 8))),
      );
      const phi = f64x2.sub(scaled(factors + 4, complex(d - down)), f64x2.add(scaled(factors, timesI(complex(c))), scaled(factors + 8, complex(d + 8))));
      const at = (<usize>member * coefficients + k) << 3;
      const scheme = factor + (<usize>(schemeAt + 20 * load<u32>(places, 4)) << 2);
      const middleVo = complex(middle + at);
      const middleD = complex(middle + at + field);
      const middlePhi = complex(middle + at + 2 * field);
      const sumVo = f64x2.add(f64x2.add(scaled(scheme, complex(base + at)), scaled(scheme + 20, vo)), f64x2.add(scaled(scheme + 40, complex(first + at)), scaled(scheme + 60, middleVo)));
      keep(advanced + at, sumVo);
      const baseD = complex(base + at + field);
      const basePhi = complex(base + at + 2 * field);
      const firstD = complex(first + at + field);
      const firstPhi = complex(first + at + 2 * field);
      keep(advanced + at + field, joint(scheme + 4, baseD, basePhi, divergence, phi, firstD, firstPhi, middleD, middlePhi));
      keep(advanced + at + 2 * field, joint(scheme + 12, baseD, basePhi, divergence, phi, firstD, firstPhi, middleD, middlePhi));
      const share = f64x2.splat(middleShare);
      keep(tendency + at, f64x2.add(vo, f64x2.mul(share, middleVo)));
      keep(tendency + at + field, f64x2.add(divergence, f64x2.mul(share, middleD)));
      keep(tendency + at + 2 * field, f64x2.add(phi, f64x2.mul(share, middlePhi)));
    }
  }
}

/** A row of the four matrices, five numbers apart, times (d, phi) of the four terms. */
// @ts-ignore: decorator
@inline
function joint(row: usize, d0: v128, p0: v128, d1: v128, p1: v128, d2: v128, p2: v128, d3: v128, p3: v128): v128 {
  const zero = f64x2.add(scaled(row, d0), scaled(row + 4, p0));
  const one = f64x2.add(scaled(row + 20, d1), scaled(row + 24, p1));
  const two = f64x2.add(scaled(row + 40, d2), scaled(row + 44, p2));
  const three = f64x2.add(scaled(row + 60, d3), scaled(row + 64, p3));
  return f64x2.add(f64x2.add(zero, one), f64x2.add(two, three));
}
