// coded[lane, rank(point)] = values[point, lane] for every present point
// values: [points, lanes]; bitmap, ranks: [lanes, words]; coded: [lanes, points], the rest of a lane is left as it was.
#import lib/index

struct Params {
  words: u32,
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> bitmap: array<u32>;
@group(0) @binding(3) var<storage, read> ranks: array<u32>;
@group(0) @binding(4) var<storage, read_write> coded: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.words * params.lanes) {
    return;
  }
  let word = i / params.lanes;
  let lane = i - word * params.lanes;
  let present = bitmap[lane * params.words + word];
  var at = lane * params.points + ranks[lane * params.words + word];
  let last = min(word * 32u + 32u, params.points);
  for (var point = word * 32u; point < last; point++) {
    if (((present >> (31u - (point & 31u))) & 1u) == 1u) {
      coded[at] = values[point * params.lanes + lane];
      at++;
    }
  }
}
