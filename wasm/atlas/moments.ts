// The compiled twin of src/atlas/functionspace/moments.ts; see there for the arrays. All arrays are byte addresses.
import { missingBits } from '../lib/lanes';

const pointsPerChunk: u32 = 256;
const momentWords: u32 = 9;

export function moments(start: u32, end: u32, points: u32, lanes: u32, weighted: u32, chunkStart: u32, values: usize, weight: usize, minimum: usize, maximum: usize, sums: usize): void {
  for (let chunk = start; chunk < end; chunk++) {
    const last = min((chunk + 1) * pointsPerChunk, points);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const scale = scaleOf(load<f32>(minimum + (<usize>lane << 2)), load<f32>(maximum + (<usize>lane << 2)));
      const at = sums + (<usize>(((chunkStart + chunk) * lanes + lane) * momentWords) << 2);
      addChunk(chunk * pointsPerChunk, last, lanes, lane, weighted, scale, values, weight, at);
    }
  }
}

/** 2^(30 - E) out of the exponent's bits. */
function scaleOf(least: f32, most: f32): f32 {
  const largest = max(abs(least), abs(most));
  const exponent = max(<i32>(reinterpret<u32>(largest) >> 23) - 126, -96);
  return reinterpret<f32>(<u32>(157 - exponent) << 23);
}

function addChunk(first: u32, last: u32, lanes: u32, lane: u32, weighted: u32, scale: f32, values: usize, weight: usize, at: usize): void {
  let zeroth: u64 = 0;
  let firstLow: u64 = 0;
  let firstHigh: u64 = 0;
  let secondLow: u64 = 0;
  let secondHigh: u64 = 0;
  for (let point = first; point < last; point++) {
    const bits = load<u32>(values + (<usize>(point * lanes + lane) << 2));
    if (bits == missingBits || (bits & 0x7f800000) == 0x7f800000) continue;
    const factor: u64 = weighted == 1 ? load<u32>(weight + (<usize>point << 2)) : 1;
    const integer: u64 = <u64>(<i64>nearest(reinterpret<f32>(bits) * scale) + 0x40000000);
    zeroth += factor;
    // Below 2^63.
    const product = integer * factor;
    firstLow += product;
    firstHigh += u64(firstLow < product);
    const square = integer * integer;
    const low = (square & 0xffffffff) * factor;
    const high = (square >> 32) * factor + (low >> 32);
    const word = (high << 32) | (low & 0xffffffff);
    secondLow += word;
    secondHigh += (high >> 32) + u64(secondLow < word);
  }
  store<u64>(at, zeroth);
  store<u64>(at, firstLow, 8);
  store<u32>(at, <u32>firstHigh, 16);
  store<u64>(at, secondLow, 20);
  store<u64>(at, secondHigh, 28);
}
