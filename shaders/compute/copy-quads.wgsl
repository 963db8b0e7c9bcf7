// copied[i] = source[i], four elements an invocation: what bandwidth is measured with.
// source, copied: [quads] of four.
#import lib/index

struct Params {
  quads: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> copied: array<vec4<f32>>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.quads) {
    return;
  }
  copied[i] = source[i];
}
