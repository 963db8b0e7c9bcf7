// Coefficient (m, n) of a spectral message: a float of the message for n < sub, else its decoded integer times (n (n + 1))^-P, with
// imaginary part 0 for m = 0; WMO FM 92, templates 5.51 and 7.51. With lead = 1 (5.50, 7.50) only the real part of (0, 0) is a float.
// coded: [any, lanes]; unpacked: floats of all lanes; lane_table: [lanes, 3] = sub, lead, start of the floats;
// factors: [lanes, truncation + 1, 2] = factor of n as high + low; values: [2 pairs, lanes].
#import lib/index
#import lib/as-is
#import lib/triangle

struct Params {
  pairs: u32,
  lanes: u32,
  truncation: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coded: array<f32>;
@group(0) @binding(2) var<storage, read> unpacked: array<f32>;
@group(0) @binding(3) var<storage, read> lane_table: array<u32>;
@group(0) @binding(4) var<storage, read> factors: array<f32>;
@group(0) @binding(5) var<storage, read_write> values: array<f32>;

fn product(value: f32, factor: u32) -> f32 {
  let zero = params.lanes >> 31u;
  return as_is(value * factors[factor], zero) + value * factors[factor + 1u];
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.pairs * params.lanes) {
    return;
  }
  let pair = i / params.lanes;
  let lane = i - pair * params.lanes;
  let sub = lane_table[lane * 3u];
  let lead = lane_table[lane * 3u + 1u];
  let floats = lane_table[lane * 3u + 2u];
  let m = row_of(params.truncation, pair);
  let column = pair - row_start(params.truncation, m);
  var real = 0.0;
  var imaginary = 0.0;
  if (m + column < sub) {
    let at = floats + 2u * (subset_before(sub, m) + column);
    real = unpacked[at];
    imaginary = unpacked[at + 1u];
  } else {
    let factor = 2u * (lane * (params.truncation + 1u) + m + column);
    let before = 2u * subset_before(sub, m + 1u) + lead;
    if (pair < lead) {
      real = unpacked[floats];
    } else {
      real = product(coded[(2u * pair - before) * params.lanes + lane], factor);
    }
    if (m > 0u || lead > 0u) {
      imaginary = product(coded[(2u * pair + 1u - before) * params.lanes + lane], factor);
    }
  }
  values[2u * pair * params.lanes + lane] = real;
  values[(2u * pair + 1u) * params.lanes + lane] = imaginary;
}
