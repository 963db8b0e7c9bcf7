// value[p, lane] = the IEEE float of point p, octets swapped; WMO FM 92, template 5.4. Bits are copied: no arithmetic, no rounding.
// packed: words of all lanes; lane_table: [float_lanes, 4] = lane, word start, octets of a value (4), bitmap start;
// bitmap, ranks: words of the lanes that have one; values: [points, lanes], of which the lanes of the table are written.
#import lib/index
#import lib/bits
#import lib/missing

struct Params {
  points: u32,
  lanes: u32,
  float_lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> packed: array<u32>;
@group(0) @binding(2) var<storage, read> lane_table: array<u32>;
@group(0) @binding(3) var<storage, read> bitmap: array<u32>;
@group(0) @binding(4) var<storage, read> ranks: array<u32>;
@group(0) @binding(5) var<storage, read_write> values: array<f32>;

const no_bitmap: u32 = 0xffffffffu;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.float_lanes) {
    return;
  }
  let point = i / params.float_lanes;
  let row = (i - point * params.float_lanes) * 4u;
  let bitmap_start = lane_table[row + 3u];
  var coded = point;
  var value = missing_value();
  var is_present = true;
  if (bitmap_start != no_bitmap) {
    let word = bitmap_start + (point >> 5u);
    let bit = point & 31u;
    is_present = ((bitmap[word] >> (31u - bit)) & 1u) == 1u;
    coded = ranks[word] + countOneBits(bitmap[word] & ~(0xffffffffu >> bit));
  }
  if (is_present) {
    value = bitcast<f32>(swap_octets(packed[lane_table[row + 1u] + coded]));
  }
  values[point * params.lanes + lane_table[row]] = value;
}
