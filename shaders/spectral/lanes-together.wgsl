// together[point, lane] = apart[first_apart + lane, point], plus the mean at point 0; point 1, the imaginary part of the mean, is 0.
// apart [lanes_apart, points]; mean [any]; together [points, lanes].
#import lib/index

struct Params {
  points: u32,
  lanes: u32,
  lanes_apart: u32,
  first_apart: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> apart: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> together: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.lanes) {
    return;
  }
  let point = i / params.lanes;
  let lane = i - point * params.lanes;
  var value = apart[(params.first_apart + lane) * params.points + point];
  if (point == 0u) {
    value += mean[params.first_apart + lane];
  }
  if (point == 1u) {
    value = 0.0;
  }
  together[i] = value;
}
