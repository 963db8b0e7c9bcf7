// copied[i] = source[i]; both [points]. The measured copy bandwidth is the floor for all other kernels.
#import lib/index

struct Params {
  points: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> copied: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points) {
    return;
  }
  copied[i] = source[i];
}
