// Row-major out of column-major: reordered[i0, ..., i5] (i5 fastest) = source at i0 + n0 * (i1 + n1 * (i2 + ...))
// source, reordered: [n0 n1 n2 n3 n4 n5]; unused leading extents are 1
#import lib/index

struct Params {
  n0: u32,
  n1: u32,
  n2: u32,
  n3: u32,
  n4: u32,
  n5: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> reordered: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.n0 * params.n1 * params.n2 * params.n3 * params.n4 * params.n5) {
    return;
  }
  let to_4 = i / params.n5;
  let to_3 = to_4 / params.n4;
  let to_2 = to_3 / params.n3;
  let to_1 = to_2 / params.n2;
  let i0 = to_1 / params.n1;
  let i1 = to_1 % params.n1;
  let i2 = to_2 % params.n2;
  let i3 = to_3 % params.n3;
  let i4 = to_4 % params.n4;
  let i5 = i % params.n5;
  reordered[i] = source[i0 + params.n0 * (i1 + params.n1 * (i2 + params.n2 * (i3 + params.n3 * (i4 + params.n4 * i5))))];
}
