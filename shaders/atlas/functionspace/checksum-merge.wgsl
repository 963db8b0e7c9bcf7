// Adds, modulo 2^32, the sums of chunks [64 group, 64 group + 64) of a lane.
// part_sums: [chunks, lanes, 2]; sums: [merged, lanes, 2].
#import lib/index

struct Params {
  merged: u32,
  chunks: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> part_sums: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.merged * params.lanes) {
    return;
  }
  let group = i / params.lanes;
  let lane = i - group * params.lanes;
  let last = min(group * 64u + 64u, params.chunks);
  var first = 0u;
  var second = 0u;
  for (var chunk = group * 64u; chunk < last; chunk++) {
    let at = (chunk * params.lanes + lane) * 2u;
    first += part_sums[at];
    second += part_sums[at + 1u];
  }
  sums[i * 2u] = first;
  sums[i * 2u + 1u] = second;
}
