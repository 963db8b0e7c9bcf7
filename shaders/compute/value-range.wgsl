// Smallest and largest present value of points [256 chunk, 256 chunk + 256) of a lane, number of missing and of not finite ones.
// values: [points, lanes]; minimum, maximum, missing_count, strange_count: [chunks, lanes]. Exact: comparisons only.
#import lib/index
#import lib/missing

struct Params {
  chunks: u32,
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> minimum: array<f32>;
@group(0) @binding(3) var<storage, read_write> maximum: array<f32>;
@group(0) @binding(4) var<storage, read_write> missing_count: array<u32>;
@group(0) @binding(5) var<storage, read_write> strange_count: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.chunks * params.lanes) {
    return;
  }
  let chunk = i / params.lanes;
  let lane = i - chunk * params.lanes;
  let last = min(chunk * 256u + 256u, params.points);
  var least = -missing_value();
  var most = missing_value();
  var absent = 0u;
  var strange = 0u;
  for (var point = chunk * 256u; point < last; point++) {
    let value = values[point * params.lanes + lane];
    // The exponent's bits tell NaN and infinity; arithmetic on them is not defined here.
    if (is_missing(value)) {
      absent++;
    } else if ((bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u) {
      strange++;
    } else {
      least = min(least, value);
      most = max(most, value);
    }
  }
  minimum[i] = least;
  maximum[i] = most;
  missing_count[i] = absent;
  strange_count[i] = strange;
}
