// values[point[k], lane] += sum over entries e of k of source[entry[e], lane]: the way back of a halo exchange.
// point: [count], without repetition; start: [count + 1]; entry: [entries]; source: [any, lanes]; values: [any, lanes].
// The highest bit of an entry turns the sign where `vector` is 1. Sums run in the order of the entries.
#import lib/index

struct Params {
  count: u32,
  lanes: u32,
  vector: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> point: array<u32>;
@group(0) @binding(2) var<storage, read> start: array<u32>;
@group(0) @binding(3) var<storage, read> entry: array<u32>;
@group(0) @binding(4) var<storage, read> source: array<f32>;
@group(0) @binding(5) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count * params.lanes) {
    return;
  }
  let k = i / params.lanes;
  let lane = i - k * params.lanes;
  let at = point[k] * params.lanes + lane;
  var sum = values[at];
  for (var e = start[k]; e < start[k + 1u]; e++) {
    let value = source[(entry[e] & 0x7fffffffu) * params.lanes + lane];
    sum += select(value, -value, ((entry[e] >> 31u) & params.vector) == 1u);
  }
  values[at] = sum;
}
