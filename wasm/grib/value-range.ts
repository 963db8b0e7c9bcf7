// The compiled twin of src/grib/value-range.ts; see there for the arrays. All arrays are byte addresses.
import { missingBits } from '../lib/lanes';

const pointsPerChunk: u32 = 256;
const largest: f32 = 3.4028234663852886e38;

export function valueRange(start: u32, end: u32, points: u32, lanes: u32, values: usize, minimum: usize, maximum: usize, missingCount: usize, strangeCount: usize): void {
  for (let chunk = start; chunk < end; chunk++) {
    const first = chunk * pointsPerChunk;
    const last = min(first + pointsPerChunk, points);
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
  for (let point = first; point < last; point++) {
    const value = v128.load(values + ((point * lanes + lane) << 2));
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
