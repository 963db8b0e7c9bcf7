// speed = sqrt(u^2 + v^2); missing where either is
// u, v, speed: [count], m/s.
#import lib/index
#import lib/missing

struct Params {
  count: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> speed: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let at = linear_index(id, groups);
  if (at >= params.count) {
    return;
  }
  if (is_missing(u[at]) || is_missing(v[at])) {
    speed[at] = missing_value();
  } else {
    speed[at] = sqrt(u[at] * u[at] + v[at] * v[at]);
  }
}
