// marked[i] = missing where source[i] lies within `epsilon` of `marker`, else source[i]
// source, marked: [count].
#import lib/index
#import lib/missing

struct Params {
  count: u32,
  marker: f32,
  epsilon: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> marked: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count) {
    return;
  }
  let value = source[i];
  if (!is_missing(value) && abs(value - params.marker) <= params.epsilon) {
    marked[i] = missing_value();
  } else {
    marked[i] = value;
  }
}
