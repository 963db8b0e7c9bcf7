// Merges partial ranges of chunks [64 group, 64 group + 64) of a lane: minimum, maximum and sums of the counts.
// Inputs: [chunks, lanes]; outputs: [merged, lanes]. Exact.
#import lib/index
#import lib/missing

struct Params {
  merged: u32,
  chunks: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> minimum_in: array<f32>;
@group(0) @binding(2) var<storage, read> maximum_in: array<f32>;
@group(0) @binding(3) var<storage, read> missing_in: array<u32>;
@group(0) @binding(4) var<storage, read> strange_in: array<u32>;
@group(0) @binding(5) var<storage, read_write> minimum: array<f32>;
@group(0) @binding(6) var<storage, read_write> maximum: array<f32>;
@group(0) @binding(7) var<storage, read_write> missing_count: array<u32>;
@group(0) @binding(8) var<storage, read_write> strange_count: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.merged * params.lanes) {
    return;
  }
  let group = i / params.lanes;
  let lane = i - group * params.lanes;
  let last = min(group * 64u + 64u, params.chunks);
  var least = -missing_value();
  var most = missing_value();
  var absent = 0u;
  var strange = 0u;
  for (var chunk = group * 64u; chunk < last; chunk++) {
    let at = chunk * params.lanes + lane;
    least = min(least, minimum_in[at]);
    most = max(most, maximum_in[at]);
    absent += missing_in[at];
    strange += strange_in[at];
  }
  minimum[i] = least;
  maximum[i] = most;
  missing_count[i] = absent;
  strange_count[i] = strange;
}
