// bits[i] = (byteswap(x) ^ popcount(x)) + clz(x); sums[i] = sum over k < 8 of (k + 1/2) r[(7 i + k) mod points]
// integers, reals, bits, sums: [points]. Run once at start-up against its twin.
#import lib/index

struct Params {
  points: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> integers: array<u32>;
@group(0) @binding(2) var<storage, read> reals: array<f32>;
@group(0) @binding(3) var<storage, read_write> bits: array<u32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points) {
    return;
  }
  let word = integers[i];
  let swapped = ((word & 0xffu) << 24u) | ((word & 0xff00u) << 8u) | ((word >> 8u) & 0xff00u) | (word >> 24u);
  bits[i] = (swapped ^ countOneBits(word)) + countLeadingZeros(word);
  var sum = 0.0;
  for (var k = 0u; k < 8u; k++) {
    sum += reals[(i * 7u + k) % params.points] * (f32(k) + 0.5);
  }
  sums[i] = sum;
}
