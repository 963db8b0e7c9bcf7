// gathered[p, lane] = source[order[p], lane]
// order: [points]; source: [any, lanes]; gathered: [points, lanes]
#import lib/index

struct Params {
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> gathered: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.lanes) {
    return;
  }
  let point = i / params.lanes;
  let lane = i - point * params.lanes;
  gathered[i] = source[order[point] * params.lanes + lane];
}
