// present[i] = how many values of a window were present so far: 1 more for a present source[i]. With is_new it begins at `before`, the
// samples that were present everywhere.
// source, present: [count].
#import lib/index
#import lib/missing

struct Params {
  count: u32,
  is_new: u32,
  before: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> present: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count) {
    return;
  }
  let sofar = select(present[i], params.before, params.is_new == 1u);
  present[i] = sofar + select(1u, 0u, is_missing(source[i]));
}
