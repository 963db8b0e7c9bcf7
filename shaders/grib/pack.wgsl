// X = floor((v 10^D - R) 2^-E + 1/2), packed: 32 values of one lane, which fill exactly `bits` words.
// values: value i of a lane at i point_stride + lane lane_stride; lane_table: [lanes, 5] = word start, width, format, count,
// largest integer;
// lane_reals: [lanes, 3] = R, 2^-E, 10^D; packed: words of all lanes. v - R is rounded once, so X may be one quantum off f64.
#import lib/index
#import lib/bits

struct Params {
  blocks: u32,
  lanes: u32,
  point_stride: u32,
  lane_stride: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> lane_table: array<u32>;
@group(0) @binding(3) var<storage, read> lane_reals: array<f32>;
@group(0) @binding(4) var<storage, read_write> packed: array<u32>;

fn integer_of(value: f32, lane: u32, largest: u32) -> u32 {
  let scaled = floor((value * lane_reals[lane * 3u + 2u] - lane_reals[lane * 3u]) * lane_reals[lane * 3u + 1u] + 0.5);
  if (scaled <= 0.0) {
    return 0u;
  }
  // 2^32 - 1 is not an f32; comparing first keeps the conversion in range.
  if (scaled >= f32(largest)) {
    return largest;
  }
  return u32(scaled);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.blocks * params.lanes) {
    return;
  }
  let block = i / params.lanes;
  let lane = i - block * params.lanes;
  let bits = lane_table[lane * 5u + 1u];
  let count = lane_table[lane * 5u + 3u];
  if (bits == 0u || block * 32u >= count) {
    return;
  }
  let stream = lane_table[lane * 5u + 2u] == 0u;
  let largest = lane_table[lane * 5u + 4u];
  let last = min(block * 32u + 32u, count);
  var at = lane_table[lane * 5u] + block * bits;
  var held = 0u;
  var held_bits = 0u;
  for (var index = block * 32u; index < last; index++) {
    let integer = integer_of(values[index * params.point_stride + lane * params.lane_stride], lane, largest);
    let room = 32u - held_bits;
    if (stream) {
      // The first value goes to the highest bits; what does not fit opens the next word.
      if (bits < room) {
        held |= integer << (room - bits);
        held_bits += bits;
      } else {
        held |= integer >> (bits - room);
        packed[at] = swap_octets(held);
        at++;
        held_bits = bits - room;
        held = select(integer << ((32u - held_bits) & 31u), 0u, held_bits == 0u);
      }
    } else {
      // The first value goes to the lowest bits; elements never straddle words.
      held |= integer << held_bits;
      held_bits += bits;
      if (held_bits == 32u) {
        packed[at] = held;
        at++;
        held = 0u;
        held_bits = 0u;
      }
    }
  }
  if (held_bits > 0u) {
    packed[at] = select(held, swap_octets(held), stream);
  }
}
