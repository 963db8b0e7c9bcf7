// result_u + i result_v = (cos + i sin) (u + i v) at every point
// turn: [points, 2] cosine and sine; u, v and results: [points, lanes]. A vector is missing when one of its components is.
#import lib/index
#import lib/missing

struct Params {
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> turn: array<f32>;
@group(0) @binding(2) var<storage, read> u: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read_write> result_u: array<f32>;
@group(0) @binding(5) var<storage, read_write> result_v: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.lanes) {
    return;
  }
  let point = i / params.lanes;
  let x = u[i];
  let y = v[i];
  if (is_missing(x) || is_missing(y)) {
    result_u[i] = missing_value();
    result_v[i] = missing_value();
    return;
  }
  let cosine = turn[2u * point];
  let sine = turn[2u * point + 1u];
  result_u[i] = x * cosine - y * sine;
  result_v[i] = x * sine + y * cosine;
}
