// limited = min(max(source, minimum), maximum); missing stays missing
// source, limited: [count]. Exact.
#import lib/index
#import lib/missing

struct Params {
  count: u32,
  minimum: f32,
  maximum: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> limited: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count) {
    return;
  }
  let value = source[i];
  limited[i] = select(min(max(value, params.minimum), params.maximum), missing_value(), is_missing(value));
}
