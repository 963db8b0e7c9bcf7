// kept[p, lane] = source[p, lane] where bit p of the mask is set, else missing
// mask: [ceil(points / 32)], point 32 w + k in bit 31 - k of word w; source, kept: [points, lanes]. Exact.
#import lib/index
#import lib/missing

struct Params {
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> kept: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.lanes) {
    return;
  }
  let point = i / params.lanes;
  let bit = (mask[point / 32u] >> (31u - (point & 31u))) & 1u;
  kept[i] = select(missing_value(), source[i], bit == 1u);
}
