// direction = atan2(-u, -v) in degrees, [0, 360): where the wind comes from, clockwise from north; 0 in a calm; missing where a component is
// u, v: [count], m/s; direction: [count], degrees. Due north and south are told apart by sign alone: atan2 is not defined at u = 0 in WGSL
// for every v.
#import lib/index
#import lib/missing

struct Params {
  count: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> direction: array<f32>;

const degrees_in_radian = 57.29577951308232;

fn from_north(x: f32, y: f32) -> f32 {
  if (x == 0.0) {
    return select(0.0, 180.0, y > 0.0);
  }
  let angle = atan2(-x, -y) * degrees_in_radian;
  return select(angle, angle + 360.0, angle < 0.0);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let at = linear_index(id, groups);
  if (at >= params.count) {
    return;
  }
  if (is_missing(u[at]) || is_missing(v[at])) {
    direction[at] = missing_value();
  } else {
    direction[at] = from_north(u[at], v[at]);
  }
}
