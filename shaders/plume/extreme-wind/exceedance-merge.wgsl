// Sums of over and area, and the first largest maximum with its place, over the chunks of each region
// region_start: [regions + 1]; over, area, maximum, place: [chunks, lanes]; results: [regions, lanes]
#import lib/index
#import lib/missing

struct Params {
  regions: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> region_start: array<u32>;
@group(0) @binding(2) var<storage, read> over: array<u32>;
@group(0) @binding(3) var<storage, read> area: array<f32>;
@group(0) @binding(4) var<storage, read> maximum: array<f32>;
@group(0) @binding(5) var<storage, read> place: array<u32>;
@group(0) @binding(6) var<storage, read_write> over_of: array<u32>;
@group(0) @binding(7) var<storage, read_write> area_of: array<f32>;
@group(0) @binding(8) var<storage, read_write> maximum_of: array<f32>;
@group(0) @binding(9) var<storage, read_write> place_of: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.regions * params.lanes) {
    return;
  }
  let region = i / params.lanes;
  let lane = i - region * params.lanes;
  var count = 0u;
  var sum = 0.0;
  var largest = missing_value();
  var where_largest = 0xffffffffu;
  for (var chunk = region_start[region]; chunk < region_start[region + 1u]; chunk++) {
    let part = chunk * params.lanes + lane;
    count += over[part];
    sum += area[part];
    if (place[part] != 0xffffffffu && (where_largest == 0xffffffffu || maximum[part] > largest)) {
      largest = maximum[part];
      where_largest = place[part];
    }
  }
  over_of[i] = count;
  area_of[i] = sum;
  maximum_of[i] = largest;
  place_of[i] = where_largest;
}
