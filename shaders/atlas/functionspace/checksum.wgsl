// Two 32-bit sums, modulo 2^32, of hashes of every value with its item: points [256 chunk, 256 chunk + 256) of a lane.
// The same for any order and any division of the items, different when two values change places.
// values: [points, lanes]; item: [points]; sums: [any, lanes, 2] from chunk chunk_start on.
#import lib/index

struct Params {
  chunks: u32,
  points: u32,
  lanes: u32,
  chunk_start: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> item: array<u32>;
@group(0) @binding(3) var<storage, read_write> sums: array<u32>;

fn mixed(word: u32) -> u32 {
  var bits = word;
  bits = (bits ^ (bits >> 16u)) * 0x7feb352du;
  bits = (bits ^ (bits >> 15u)) * 0x846ca68bu;
  return bits ^ (bits >> 16u);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.chunks * params.lanes) {
    return;
  }
  let chunk = i / params.lanes;
  let lane = i - chunk * params.lanes;
  let last = min(chunk * 256u + 256u, params.points);
  var first = 0u;
  var second = 0u;
  for (var point = chunk * 256u; point < last; point++) {
    let place = mixed(item[point] + 0x9e3779b9u);
    let hash = mixed(bitcast<u32>(values[point * params.lanes + lane]) + place);
    first += hash;
    second += mixed(hash ^ place);
  }
  let at = ((params.chunk_start + chunk) * params.lanes + lane) * 2u;
  sums[at] = first;
  sums[at + 1u] = second;
}
