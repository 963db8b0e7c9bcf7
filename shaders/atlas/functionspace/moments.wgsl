// Exact weighted moments of points [256 chunk, 256 chunk + 256) of a lane: sum W, sum W U, sum W U^2 over the present values x,
// U = round(x 2^(30 - E)) + 2^30, 2^E the least power of two above the largest magnitude of the lane. Integers, so that any
// order of points, chunks and parts gives the same words.
// values: [points, lanes]; weight: [points], or anything with weighted = 0, W = 1; minimum, maximum: [lanes]; moments:
// [any, lanes, 9] = two, three and four words, least significant first, from chunk chunk_start on.
#import lib/index
#import lib/missing
#import lib/wide

struct Params {
  chunks: u32,
  points: u32,
  lanes: u32,
  weighted: u32,
  chunk_start: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<u32>;
@group(0) @binding(3) var<storage, read> minimum: array<f32>;
@group(0) @binding(4) var<storage, read> maximum: array<f32>;
@group(0) @binding(5) var<storage, read_write> moments: array<u32>;

// 2^(30 - E) out of the exponent's bits. Below 2^-96 the scale would leave the range of f32.
fn scale_of(lane: u32) -> f32 {
  let largest = max(abs(minimum[lane]), abs(maximum[lane]));
  let exponent = max(i32(bitcast<u32>(largest) >> 23u) - 126, -96);
  return bitcast<f32>(u32(157 - exponent) << 23u);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.chunks * params.lanes) {
    return;
  }
  let chunk = i / params.lanes;
  let lane = i - chunk * params.lanes;
  let scale = scale_of(lane);
  let last = min(chunk * 256u + 256u, params.points);
  var zeroth = vec2<u32>();
  var first = vec3<u32>();
  var second = vec4<u32>();
  for (var point = chunk * 256u; point < last; point++) {
    let value = values[point * params.lanes + lane];
    // Missing, NaN and infinite values count nothing; they are told apart by the ranges.
    if (is_missing(value) || (bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u) {
      continue;
    }
    var factor = 1u;
    if (params.weighted == 1u) {
      factor = weight[point];
    }
    let integer = u32(i32(round(value * scale)) + 0x40000000);
    zeroth = added2(zeroth, factor);
    first = added3(first, multiplied(integer, factor));
    second = added4(second, multiplied_wide(multiplied(integer, integer), factor));
  }
  let at = ((params.chunk_start + chunk) * params.lanes + lane) * 9u;
  moments[at] = zeroth.x;
  moments[at + 1u] = zeroth.y;
  moments[at + 2u] = first.x;
  moments[at + 3u] = first.y;
  moments[at + 4u] = first.z;
  moments[at + 5u] = second.x;
  moments[at + 6u] = second.y;
  moments[at + 7u] = second.z;
  moments[at + 8u] = second.w;
}
