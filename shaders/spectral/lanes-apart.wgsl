// apart[first_apart + k, point] = together[point, first_lane + k]; the mean (point 0) goes to `mean` when asked, and point 1, the
// imaginary part of the mean, becomes 0. together [points, lanes]; apart [lanes_apart, points]; mean [lanes_apart].
#import lib/index

struct Params {
  points: u32,
  count: u32,
  lanes: u32,
  first_lane: u32,
  lanes_apart: u32,
  first_apart: u32,
  take_mean: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> together: array<f32>;
@group(0) @binding(2) var<storage, read_write> apart: array<f32>;
@group(0) @binding(3) var<storage, read_write> mean: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.count) {
    return;
  }
  let point = i / params.count;
  let k = i - point * params.count;
  var value = together[point * params.lanes + params.first_lane + k];
  if (point == 0u) {
    mean[params.first_apart + k] = select(0.0, value, params.take_mean == 1u);
    value = select(value, 0.0, params.take_mean == 1u);
  }
  if (point == 1u) {
    value = 0.0;
  }
  apart[(params.first_apart + k) * params.points + point] = value;
}
