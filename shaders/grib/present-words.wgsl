// bitmap[lane, word]: bit 31 - k is set when point 32 word + k of the lane is not missing
// values: [points, lanes]; bitmap: [lanes, words]. Exact.
#import lib/index
#import lib/missing

struct Params {
  words: u32,
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> bitmap: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.words * params.lanes) {
    return;
  }
  let word = i / params.lanes;
  let lane = i - word * params.lanes;
  let last = min(word * 32u + 32u, params.points);
  var present = 0u;
  for (var point = word * 32u; point < last; point++) {
    if (!is_missing(values[point * params.lanes + lane])) {
      present |= 1u << (31u - (point & 31u));
    }
  }
  bitmap[lane * params.words + word] = present;
}
