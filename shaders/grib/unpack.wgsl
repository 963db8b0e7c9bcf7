// value[p, lane] = (R + X 2^E) 10^-D for 32 points of one lane; WMO FM 92, regulation 92.9.4.
// packed: words of all lanes; lane_table: [lanes, 5] = word start, bits, format, bitmap start, count;
// lane_reals: [lanes, 4] = R, 2^E, 10^-D as high + low; bitmap, ranks: words of the lanes that have one; values: [points, lanes].
// X is split in two halves of 16 bits, each exact in f32; the sums are compensated, so the result is within 1 ulp of f64.
#import lib/index
#import lib/as-is
#import lib/bits
#import lib/missing

struct Params {
  blocks: u32,
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> packed: array<u32>;
@group(0) @binding(2) var<storage, read> lane_table: array<u32>;
@group(0) @binding(3) var<storage, read> lane_reals: array<f32>;
@group(0) @binding(4) var<storage, read> bitmap: array<u32>;
@group(0) @binding(5) var<storage, read> ranks: array<u32>;
@group(0) @binding(6) var<storage, read_write> values: array<f32>;

const no_bitmap: u32 = 0xffffffffu;

// Bit offsets are kept as (word, bit) so that they never pass 32 bits: index * bits = (index / 32) * bits words + rest.
fn stream_integer(word_start: u32, bits: u32, index: u32) -> u32 {
  let rest = (index & 31u) * bits;
  let word = word_start + (index >> 5u) * bits + (rest >> 5u);
  let shift = rest & 31u;
  var window = swap_octets(packed[word]) << shift;
  if (shift + bits > 32u) {
    window |= swap_octets(packed[word + 1u]) >> (32u - shift);
  }
  return window >> (32u - bits);
}

fn element_integer(word_start: u32, bits: u32, index: u32) -> u32 {
  let per_word = 32u / bits;
  let word = packed[word_start + index / per_word];
  return (word >> ((index % per_word) * bits)) & low_mask(bits);
}

fn value_of(integer: u32, reals: u32) -> f32 {
  let reference = lane_reals[reals];
  let scale = lane_reals[reals + 1u];
  let high = f32(integer & 0xffff0000u) * scale;
  let low = f32(integer & 0xffffu) * scale;
  // Two-sum of reference and high, then low: what rounding dropped is kept in `lost`.
  let zero = params.lanes >> 31u;
  let sum = as_is(reference + high, zero);
  let part = as_is(sum - reference, zero);
  var lost = (reference - as_is(sum - part, zero)) + (high - part);
  let total = as_is(sum + low, zero);
  let part2 = as_is(total - sum, zero);
  lost += (sum - as_is(total - part2, zero)) + (low - part2);
  let product = as_is(total * lane_reals[reals + 2u], zero);
  return product + (total * lane_reals[reals + 3u] + lost * lane_reals[reals + 2u]);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.blocks * params.lanes) {
    return;
  }
  let block = i / params.lanes;
  let lane = i - block * params.lanes;
  let word_start = lane_table[lane * 5u];
  let bits = lane_table[lane * 5u + 1u];
  let stream = lane_table[lane * 5u + 2u] == 0u;
  let bitmap_start = lane_table[lane * 5u + 3u];
  let last = min(block * 32u + 32u, params.points);
  var present = 0xffffffffu;
  var coded = block * 32u;
  if (bitmap_start != no_bitmap) {
    present = bitmap[bitmap_start + block];
    coded = ranks[bitmap_start + block];
  }
  for (var point = block * 32u; point < last; point++) {
    var value = missing_value();
    if (((present >> (31u - (point & 31u))) & 1u) == 1u) {
      if (bits == 0u) {
        value = lane_reals[lane * 4u];
      } else if (stream) {
        value = value_of(stream_integer(word_start, bits, coded), lane * 4u);
      } else {
        value = value_of(element_integer(word_start, bits, coded), lane * 4u);
      }
      coded++;
    }
    values[point * params.lanes + lane] = value;
  }
}
