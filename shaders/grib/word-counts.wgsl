// counts[lane, chunk] = number of set bits in words [64 chunk, 64 chunk + 64) of a lane's bitmap
// bitmap: [lanes, words]; counts: [lanes, chunks]. First step of the prefix sum; exact.
#import lib/index

struct Params {
  chunks: u32,
  words: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bitmap: array<u32>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.chunks * params.lanes) {
    return;
  }
  let lane = i / params.chunks;
  let chunk = i - lane * params.chunks;
  let last = min(chunk * 64u + 64u, params.words);
  var count = 0u;
  for (var word = chunk * 64u; word < last; word++) {
    count += countOneBits(bitmap[lane * params.words + word]);
  }
  counts[i] = count;
}
