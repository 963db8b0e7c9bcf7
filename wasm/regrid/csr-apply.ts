// The compiled twin of src/regrid/csr-apply.ts; see there for the arrays and strategies. All arrays are byte addresses.
import { missingBits } from '../lib/lanes';

export function csrApply(start: u32, end: u32, lanes: u32, strategy: u32, rowStart: usize, column: usize, weight: usize, source: usize, result: usize): void {
  if (strategy != 0) applyWithMissing(start, end, lanes, strategy, rowStart, column, weight, source, result);
  else if (lanes == 8) applyEight(start, end, rowStart, column, weight, source, result);
  else applyPlain(start, end, lanes, rowStart, column, weight, source, result);
}

function applyEight(start: u32, end: u32, rowStart: usize, column: usize, weight: usize, source: usize, result: usize): void {
  let to = result + (<usize>start << 5);
  let entry = load<u32>(rowStart + (<usize>start << 2));
  for (let row = start; row < end; row++, to += 32) {
    const last = load<u32>(rowStart + (<usize>row << 2), 4);
    if (entry == last) {
      v128.store(to, i32x4.splat(missingBits));
      v128.store(to, i32x4.splat(missingBits), 16);
      continue;
    }
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (; entry < last; entry++) {
      const at = <usize>entry << 2;
      const w = v128.load32_splat(weight + at);
      const from = source + (<usize>load<u32>(column + at) << 5);
      a = f32x4.add(a, f32x4.mul(w, v128.load(from)));
      b = f32x4.add(b, f32x4.mul(w, v128.load(from, 16)));
    }
    v128.store(to, a);
    v128.store(to, b, 16);
  }
}

function applyPlain(start: u32, end: u32, lanes: u32, rowStart: usize, column: usize, weight: usize, source: usize, result: usize): void {
  const stride = <usize>lanes << 2;
  for (let row = start; row < end; row++) {
    const first = load<u32>(rowStart + (<usize>row << 2));
    const last = load<u32>(rowStart + (<usize>row << 2), 4);
    const to = result + <usize>row * stride;
    let lane: usize = 0;
    for (; lane + 16 <= stride; lane += 16) {
      let sum = first == last ? i32x4.splat(missingBits) : f32x4.splat(0);
      for (let entry = first; entry < last; entry++) {
        const at = <usize>entry << 2;
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight + at), v128.load(source + <usize>load<u32>(column + at) * stride + lane)));
      }
      v128.store(to + lane, sum);
    }
    for (; lane < stride; lane += 4) {
      let sum: f32 = first == last ? reinterpret<f32>(missingBits) : 0;
      for (let entry = first; entry < last; entry++) {
        const at = <usize>entry << 2;
        sum += load<f32>(weight + at) * load<f32>(source + <usize>load<u32>(column + at) * stride + lane);
      }
      store<f32>(to + lane, sum);
    }
  }
}

function applyWithMissing(start: u32, end: u32, lanes: u32, strategy: u32, rowStart: usize, column: usize, weight: usize, source: usize, result: usize): void {
  const stride = <usize>lanes << 2;
  for (let row = start; row < end; row++) {
    const first = load<u32>(rowStart + (<usize>row << 2));
    const last = load<u32>(rowStart + (<usize>row << 2), 4);
    let heaviest = first;
    for (let entry = first + 1; entry < last; entry++) {
      if (load<f32>(weight + (<usize>entry << 2)) > load<f32>(weight + (<usize>heaviest << 2))) heaviest = entry;
    }
    for (let lane: usize = 0; lane < stride; lane += 4) {
      const to = result + <usize>row * stride + lane;
      store<u32>(to, first == last ? missingBits : valueOf(first, last, heaviest, strategy, stride, lane, column, weight, source));
    }
  }
}

/** Bits of the value of one row with entries and one lane. */
function valueOf(first: u32, last: u32, heaviest: u32, strategy: u32, stride: usize, lane: usize, column: usize, weight: usize, source: usize): u32 {
  const heaviestBits = load<u32>(source + <usize>load<u32>(column + (<usize>heaviest << 2)) * stride + lane);
  if (strategy == 4) return heaviestBits;
  let sum: f64 = 0;
  let presentWeight: f64 = 0;
  let absent: u32 = 0;
  for (let entry = first; entry < last; entry++) {
    const at = <usize>entry << 2;
    const bits = load<u32>(source + <usize>load<u32>(column + at) * stride + lane);
    if (bits == missingBits) {
      absent++;
      continue;
    }
    const w = <f64>load<f32>(weight + at);
    sum += w * <f64>reinterpret<f32>(bits);
    presentWeight += w;
  }
  if (absent == 0) return reinterpret<u32>(<f32>sum);
  const isMissing = absent == last - first || strategy == 2 || (strategy == 3 && heaviestBits == missingBits) || presentWeight == 0;
  return isMissing ? missingBits : reinterpret<u32>(<f32>(sum / presentWeight));
}
