// ranks[lane, word] = number of set bits of the lane's bitmap before this word
// bitmap, ranks: [lanes, words]; counts: [lanes, chunks] of 64 words each. Every invocation sums the counts of the chunks
// before its own: at most a few thousand reads that all neighbours share, cheaper than another dispatch.
#import lib/index

struct Params {
  chunks: u32,
  words: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bitmap: array<u32>;
@group(0) @binding(2) var<storage, read> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> ranks: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.chunks * params.lanes) {
    return;
  }
  let lane = i / params.chunks;
  let chunk = i - lane * params.chunks;
  var rank = 0u;
  for (var before = 0u; before < chunk; before++) {
    rank += counts[lane * params.chunks + before];
  }
  let last = min(chunk * 64u + 64u, params.words);
  for (var word = chunk * 64u; word < last; word++) {
    ranks[lane * params.words + word] = rank;
    rank += countOneBits(bitmap[lane * params.words + word]);
  }
}
