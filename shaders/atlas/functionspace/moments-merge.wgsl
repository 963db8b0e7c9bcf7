// Adds the moments of chunks [64 group, 64 group + 64) of a lane. Exact.
// part_sums: [chunks, lanes, 9]; moments: [merged, lanes, 9]; see moments.wgsl for the words.
#import lib/index
#import lib/wide

struct Params {
  merged: u32,
  chunks: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> part_sums: array<u32>;
@group(0) @binding(2) var<storage, read_write> moments: array<u32>;

// Adds one word of the partial sums and hands on what does not fit: (word, carry).
fn total(word: u32, lane: u32, first: u32, last: u32, carried: u32) -> vec2<u32> {
  var sum = vec2<u32>(carried, 0u);
  for (var chunk = first; chunk < last; chunk++) {
    sum = added2(sum, part_sums[(chunk * params.lanes + lane) * 9u + word]);
  }
  return sum;
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.merged * params.lanes) {
    return;
  }
  let group = i / params.lanes;
  let lane = i - group * params.lanes;
  let last = min(group * 64u + 64u, params.chunks);
  var carry = 0u;
  for (var word = 0u; word < 9u; word++) {
    // Words 0, 2 and 5 begin a number.
    if (word == 2u || word == 5u) {
      carry = 0u;
    }
    let sum = total(word, lane, group * 64u, last, carry);
    moments[i * 9u + word] = sum.x;
    carry = sum.y;
  }
}
