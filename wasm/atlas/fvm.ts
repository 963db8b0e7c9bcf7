// The compiled twins of src/atlas/fvm/gradient-quads.ts and divergence-quads.ts; see there for the arrays. All arrays are byte
// addresses. Lanes come in fours; eight, the usual number, have a loop of their own, which reads lists and coefficients once.
import { missingBits } from '../lib/lanes';

export function gradient(begin: u32, end: u32, quads: u32, gaps: u32, start: usize, neighbour: usize, coefficient: usize, values: usize, east: usize, north: usize): void {
  if (gaps == 0 && quads == 2) gradientOfEight(begin, end, start, neighbour, coefficient, values, east, north);
  else for (let node = begin; node < end; node++) {
    for (let quad: u32 = 0; quad < quads; quad++) gradientOfFour(node, quad, quads, gaps, start, neighbour, coefficient, values, east, north);
  }
}

function gradientOfEight(begin: u32, end: u32, start: usize, neighbour: usize, coefficient: usize, values: usize, east: usize, north: usize): void {
  let entry = load<u32>(start + (<usize>begin << 2));
  for (let node = begin; node < end; node++) {
    const last = load<u32>(start + (<usize>node << 2), 4);
    const at = <usize>node << 5;
    if (entry == last) {
      storeMissing(east + at);
      storeMissing(east + at + 16);
      storeMissing(north + at);
      storeMissing(north + at + 16);
      continue;
    }
    const own0 = v128.load(values + at);
    const own1 = v128.load(values + at, 16);
    let x0 = f32x4.splat(0);
    let x1 = f32x4.splat(0);
    let y0 = f32x4.splat(0);
    let y1 = f32x4.splat(0);
    for (; entry < last; entry++) {
      const from = values + (<usize>load<u32>(neighbour + (<usize>entry << 2)) << 5);
      const a = v128.load32_splat(coefficient + (<usize>entry << 3));
      const b = v128.load32_splat(coefficient + (<usize>entry << 3), 4);
      const difference0 = f32x4.sub(v128.load(from), own0);
      const difference1 = f32x4.sub(v128.load(from, 16), own1);
      x0 = f32x4.add(x0, f32x4.mul(a, difference0));
      x1 = f32x4.add(x1, f32x4.mul(a, difference1));
      y0 = f32x4.add(y0, f32x4.mul(b, difference0));
      y1 = f32x4.add(y1, f32x4.mul(b, difference1));
    }
    v128.store(east + at, x0);
    v128.store(east + at, x1, 16);
    v128.store(north + at, y0);
    v128.store(north + at, y1, 16);
  }
}

function gradientOfFour(node: u32, quad: u32, quads: u32, gaps: u32, start: usize, neighbour: usize, coefficient: usize, values: usize, east: usize, north: usize): void {
  const first = load<u32>(start + (<usize>node << 2));
  const last = load<u32>(start + (<usize>node << 2), 4);
  const at = <usize>(node * quads + quad) << 4;
  const own = v128.load(values + at);
  const missing = i32x4.splat(missingBits);
  let absent = i32x4.eq(own, missing);
  let x = f32x4.splat(0);
  let y = f32x4.splat(0);
  for (let entry = first; entry < last; entry++) {
    const value = v128.load(values + (<usize>(load<u32>(neighbour + (<usize>entry << 2)) * quads + quad) << 4));
    absent = v128.or(absent, i32x4.eq(value, missing));
    const difference = f32x4.sub(value, own);
    x = f32x4.add(x, f32x4.mul(v128.load32_splat(coefficient + (<usize>entry << 3)), difference));
    y = f32x4.add(y, f32x4.mul(v128.load32_splat(coefficient + (<usize>entry << 3), 4), difference));
  }
  if (gaps == 0) absent = i32x4.splat(0);
  if (first == last) absent = i32x4.splat(-1);
  v128.store(east + at, v128.bitselect(missing, x, absent));
  v128.store(north + at, v128.bitselect(missing, y, absent));
}

export function divergence(begin: u32, end: u32, quads: u32, curl: u32, gaps: u32, start: usize, neighbour: usize, coefficient: usize, own: usize, u: usize, v: usize, result: usize): void {
  const along = curl == 1 ? v : u;
  const across = curl == 1 ? u : v;
  const sign = f32x4.splat(curl == 1 ? -1 : 1);
  if (gaps == 0 && quads == 2) {
    divergenceOfEight(begin, end, sign, start, neighbour, coefficient, own, along, across, result);
    return;
  }
  const missing = i32x4.splat(missingBits);
  for (let node = begin; node < end; node++) {
    const first = load<u32>(start + (<usize>node << 2));
    const last = load<u32>(start + (<usize>node << 2), 4);
    for (let quad: u32 = 0; quad < quads; quad++) {
      const at = <usize>(node * quads + quad) << 4;
      const along0 = v128.load(along + at);
      const across0 = v128.load(across + at);
      let absent = v128.or(i32x4.eq(along0, missing), i32x4.eq(across0, missing));
      let x = f32x4.splat(0);
      let y = f32x4.splat(0);
      for (let entry = first; entry < last; entry++) {
        const other = <usize>(load<u32>(neighbour + (<usize>entry << 2)) * quads + quad) << 4;
        const along1 = v128.load(along + other);
        const across1 = v128.load(across + other);
        absent = v128.or(absent, v128.or(i32x4.eq(along1, missing), i32x4.eq(across1, missing)));
        x = f32x4.add(x, f32x4.mul(v128.load32_splat(coefficient + (<usize>entry << 3)), f32x4.sub(along1, along0)));
        y = f32x4.add(y, f32x4.mul(v128.load32_splat(coefficient + (<usize>entry << 3), 4), f32x4.sub(across1, across0)));
      }
      x = f32x4.add(x, f32x4.mul(v128.load32_splat(own + (<usize>node << 3)), along0));
      y = f32x4.add(y, f32x4.mul(v128.load32_splat(own + (<usize>node << 3), 4), across0));
      if (gaps == 0) absent = i32x4.splat(0);
      if (first == last) absent = i32x4.splat(-1);
      v128.store(result + at, v128.bitselect(missing, f32x4.add(x, f32x4.mul(sign, y)), absent));
    }
  }
}

function divergenceOfEight(begin: u32, end: u32, sign: v128, start: usize, neighbour: usize, coefficient: usize, own: usize, along: usize, across: usize, result: usize): void {
  let entry = load<u32>(start + (<usize>begin << 2));
  for (let node = begin; node < end; node++) {
    const last = load<u32>(start + (<usize>node << 2), 4);
    const at = <usize>node << 5;
    if (entry == last) {
      storeMissing(result + at);
      storeMissing(result + at + 16);
      continue;
    }
    const alongA = v128.load(along + at);
    const alongB = v128.load(along + at, 16);
    const acrossA = v128.load(across + at);
    const acrossB = v128.load(across + at, 16);
    let xA = f32x4.splat(0);
    let xB = f32x4.splat(0);
    let yA = f32x4.splat(0);
    let yB = f32x4.splat(0);
    for (; entry < last; entry++) {
      const other = <usize>load<u32>(neighbour + (<usize>entry << 2)) << 5;
      const a = v128.load32_splat(coefficient + (<usize>entry << 3));
      const b = v128.load32_splat(coefficient + (<usize>entry << 3), 4);
      xA = f32x4.add(xA, f32x4.mul(a, f32x4.sub(v128.load(along + other), alongA)));
      xB = f32x4.add(xB, f32x4.mul(a, f32x4.sub(v128.load(along + other, 16), alongB)));
      yA = f32x4.add(yA, f32x4.mul(b, f32x4.sub(v128.load(across + other), acrossA)));
      yB = f32x4.add(yB, f32x4.mul(b, f32x4.sub(v128.load(across + other, 16), acrossB)));
    }
    const ownA = v128.load32_splat(own + (<usize>node << 3));
    const ownB = v128.load32_splat(own + (<usize>node << 3), 4);
    xA = f32x4.add(xA, f32x4.mul(ownA, alongA));
    xB = f32x4.add(xB, f32x4.mul(ownA, alongB));
    yA = f32x4.add(yA, f32x4.mul(ownB, acrossA));
    yB = f32x4.add(yB, f32x4.mul(ownB, acrossB));
    v128.store(result + at, f32x4.add(xA, f32x4.mul(sign, yA)));
    v128.store(result + at, f32x4.add(xB, f32x4.mul(sign, yB)), 16);
  }
}

// @ts-ignore: decorator
@inline
function storeMissing(at: usize): void {
  v128.store(at, i32x4.splat(missingBits));
}
