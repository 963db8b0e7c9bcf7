// extreme[i] = the largest (smallest) present value of a window so far; is_new begins it.
// source, extreme: [count]. Exact: comparisons only.
#import lib/index
#import lib/missing

struct Params {
  count: u32,
  is_new: u32,
  largest: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> extreme: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count) {
    return;
  }
  let value = source[i];
  if (params.is_new == 1u || is_missing(extreme[i])) {
    extreme[i] = value;
  } else if (!is_missing(value)) {
    extreme[i] = select(min(extreme[i], value), max(extreme[i], value), params.largest == 1u);
  }
}
