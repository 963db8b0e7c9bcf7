// The numbers of a spectral field that are packed: coefficients (m, n) with n >= sub, but for the first `lead` numbers, times a factor
// of their n; WMO FM 92, templates 5.50 and 5.51. values: [2 pairs, lanes]; lane_table: [coded_lanes] = lane of `values`;
// factors: [coded_lanes, truncation + 1]; coded: [any, coded_lanes].
#import lib/index
#import lib/triangle

struct Params {
  pairs: u32,
  lanes: u32,
  coded_lanes: u32,
  truncation: u32,
  sub: u32,
  lead: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> lane_table: array<u32>;
@group(0) @binding(3) var<storage, read> factors: array<f32>;
@group(0) @binding(4) var<storage, read_write> coded: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.pairs * params.coded_lanes) {
    return;
  }
  let pair = i / params.coded_lanes;
  let coded_lane = i - pair * params.coded_lanes;
  let m = row_of(params.truncation, pair);
  let n = m + pair - row_start(params.truncation, m);
  if (n < params.sub) {
    return;
  }
  let before = 2u * subset_before(params.sub, m + 1u) + params.lead;
  let factor = factors[coded_lane * (params.truncation + 1u) + n];
  let source = 2u * pair * params.lanes + lane_table[coded_lane];
  if (pair >= params.lead) {
    coded[(2u * pair - before) * params.coded_lanes + coded_lane] = values[source] * factor;
  }
  coded[(2u * pair + 1u - before) * params.coded_lanes + coded_lane] = values[source + params.lanes] * factor;
}
