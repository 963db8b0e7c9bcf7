// The compiled twin of src/compute/value-range.ts; see there for the arrays. All arrays are byte addresses.
import { missingBits } from '../lib/lanes';

const pointsPerChunk: u32 = 256;
const largest: f32 = 3.4028234663852886e38;

export function valueRange(start: u32, end: u32, points: u32, lanes: u32, values: usize, minimum: usize, maximum: usize, missingCount: usize, strangeCount: usize): void {
  for (let chunk = start; chunk < end; chunk++) {
    const first = chunk * pointsPerChunk;
    const last = min(first + pointsPerChunk, points);
    if (lanes == 1) {
      rangeOfRow(first, last, chunk, values, minimum, maximum, missingCount, strangeCount);
      continue;
    }
    let lane: u32 = 0;
    for (; lane + 4 <= lanes; lane += 4) rangeOfFour(first, last, lanes, lane, chunk, values, minimum, maximum, missingCount, strangeCount);
    for (; lane < lanes; lane++) rangeOfOne(first, last, lanes, lane, chunk, values, minimum, maximum, missingCount, strangeCount);
  }
}

function rangeOfFour(first: u32, last: u32, lanes: u32, lane: u32, chunk: u32, values: usize, minimum: usize, maximum: usize, missingCount: usize, strangeCount: usize): void {
  let least = f32x4.splat(largest);
  let most = f32x4.splat(-largest);
  let absent = i32x4.splat(0);
  let strange = i32x4.splat(0);
  const exponent = i32x4.splat(0x7f800000);
  const missing = i32x4.splat(missingBits);
  const stride = lanes << 2;
  let from = values + ((first * lanes + lane) << 2);
  for (let point = first; point < last; point++, from += stride) {
    const value = v128.load(from);
    const isMissing = i32x4.eq(value, missing);
    const isStrange = i32x4.eq(v128.and(value, exponent), exponent);
    const isOut = v128.or(isMissing, isStrange);
    least = v128.bitselect(least, f32x4.pmin(least, value), isOut);
    most = v128.bitselect(most, f32x4.pmax(most, value), isOut);
    absent = i32x4.sub(absent, isMissing);
    strange = i32x4.sub(strange, isStrange);
  }
  const at = (chunk * lanes + lane) << 2;
  v128.store(minimum + at, least);
  v128.store(maximum + at, most);
  v128.store(missingCount + at, absent);
  v128.store(strangeCount + at, strange);
}

/** The only lane of its tile: four points at a time, whose results are merged at the end of the chunk. */
function rangeOfRow(first: u32, last: u32, chunk: u32, values: usize, minimum: usize, maximum: usize, missingCount: usize, strangeCount: usize): void {
  let least = f32x4.splat(largest);
  let most = f32x4.splat(-largest);
  let absent = i32x4.splat(0);
  let strange = i32x4.splat(0);
  const exponent = i32x4.splat(0x7f800000);
  const missing = i32x4.splat(missingBits);
  let point = first;
  for (; point + 4 <= last; point += 4) {
    const value = v128.load(values + (point << 2));
    const isMissing = i32x4.eq(value, missing);
    const isStrange = i32x4.eq(v128.and(value, exponent), exponent);
    const isOut = v128.or(isMissing, isStrange);
    least = v128.bitselect(least, f32x4.pmin(least, value), isOut);
    most = v128.bitselect(most, f32x4.pmax(most, value), isOut);
    absent = i32x4.sub(absent, isMissing);
    strange = i32x4.sub(strange, isStrange);
  }
  // The rest of the chunk, then the four partial results.
  rangeOfOne(point, last, 1, 0, chunk, values, minimum, maximum, missingCount, strangeCount);
  const at = chunk << 2;
  const pairLeast = f32x4.pmin(least, v128.shuffle<i32>(least, least, 2, 3, 0, 1));
  const pairMost = f32x4.pmax(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  const pairAbsent = i32x4.add(absent, v128.shuffle<i32>(absent, absent, 2, 3, 0, 1));
  const pairStrange = i32x4.add(strange, v128.shuffle<i32>(strange, strange, 2, 3, 0, 1));
  store<f32>(minimum + at, min(load<f32>(minimum + at), min(f32x4.extract_lane(pairLeast, 0), f32x4.extract_lane(pairLeast, 1))));
  store<f32>(maximum + at, max(load<f32>(maximum + at), max(f32x4.extract_lane(pairMost, 0), f32x4.extract_lane(pairMost, 1))));
  store<u32>(missingCount + at, load<u32>(missingCount + at) + i32x4.extract_lane(pairAbsent, 0) + i32x4.extract_lane(pairAbsent, 1));
  store<u32>(strangeCount + at, load<u32>(strangeCount + at) + i32x4.extract_lane(pairStrange, 0) + i32x4.extract_lane(pairStrange, 1));
}

function rangeOfOne(first: u32, last: u32, lanes: u32, lane: u32, chunk: u32, values: usize, minimum: usize, maximum: usize, missingCount: usize, strangeCount: usize): void {
  let least = largest;
  let most = -largest;
  let absent: u32 = 0;
  let strange: u32 = 0;
  for (let point = first; point < last; point++) {
    const bits = load<u32>(values + ((point * lanes + lane) << 2));
    if (bits == missingBits) absent++;
    else if ((bits & 0x7f800000) == 0x7f800000) strange++;
    else {
      const value = reinterpret<f32>(bits);
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  const at = (chunk * lanes + lane) << 2;
  store<f32>(minimum + at, least);
  store<f32>(maximum + at, most);
  store<u32>(missingCount + at, absent);
  store<u32>(strangeCount + at, strange);
}
