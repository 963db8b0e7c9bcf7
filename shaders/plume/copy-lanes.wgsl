// copied[p, target_start + k] = source[p, source_start + k] for k < count
// source: [points, source_lanes]; copied: [points, target_lanes]
#import lib/index

struct Params {
  points: u32,
  count: u32,
  source_lanes: u32,
  source_start: u32,
  target_lanes: u32,
  target_start: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> copied: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.count) {
    return;
  }
  let point = i / params.count;
  let lane = i - point * params.count;
  copied[point * params.target_lanes + params.target_start + lane] = source[point * params.source_lanes + params.source_start + lane];
}
