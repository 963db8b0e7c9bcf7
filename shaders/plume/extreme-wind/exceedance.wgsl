// Of each chunk of a region's points: over = how many values are above the threshold, area = sum of their areas, maximum = the largest
// value, place = the first point that has it (2^32 - 1 where none has a value)
// chunk_start: [chunks + 1]; entry_point, entry_area: [entries]; source: [points, lanes]; results: [chunks, lanes]
#import lib/index
#import lib/missing

struct Params {
  chunks: u32,
  lanes: u32,
  threshold: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> chunk_start: array<u32>;
@group(0) @binding(2) var<storage, read> entry_point: array<u32>;
@group(0) @binding(3) var<storage, read> entry_area: array<f32>;
@group(0) @binding(4) var<storage, read> source: array<f32>;
@group(0) @binding(5) var<storage, read_write> over: array<u32>;
@group(0) @binding(6) var<storage, read_write> area: array<f32>;
@group(0) @binding(7) var<storage, read_write> maximum: array<f32>;
@group(0) @binding(8) var<storage, read_write> place: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.chunks * params.lanes) {
    return;
  }
  let chunk = i / params.lanes;
  let lane = i - chunk * params.lanes;
  var count = 0u;
  var sum = 0.0;
  var largest = missing_value();
  var where_largest = 0xffffffffu;
  for (var entry = chunk_start[chunk]; entry < chunk_start[chunk + 1u]; entry++) {
    let point = entry_point[entry];
    let value = source[point * params.lanes + lane];
    if (is_missing(value)) {
      continue;
    }
    if (value > params.threshold) {
      count++;
      sum += entry_area[entry];
    }
    if (where_largest == 0xffffffffu || value > largest) {
      largest = value;
      where_largest = point;
    }
  }
  over[i] = count;
  area[i] = sum;
  maximum[i] = largest;
  place[i] = where_largest;
}
