// The first present value of a window, and the sum of what later ones differ from it:
//   first[i] = value, sum[i] = 0 at the first present value, else sum[i] += value - first[i]
// source, first, sum: [count]. Sums of differences keep the digits that sums of large values (geopotential) would lose.
#import lib/index
#import lib/missing

struct Params {
  count: u32,
  is_new: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>;
@group(0) @binding(3) var<storage, read_write> sum: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count) {
    return;
  }
  let value = source[i];
  if (params.is_new == 1u || is_missing(first[i])) {
    first[i] = value;
    sum[i] = 0.0;
  } else if (!is_missing(value)) {
    sum[i] += value - first[i];
  }
}
