// wind = (component[k-1] (wanted - z[k]) + component[k] (z[k-1] - wanted)) / (z[k-1] - z[k]),  z[k] <= wanted < z[k-1]
// for the first such k from the lowest level up, of one tile's levels; `below` hands on from the tile beneath.
// geopotential (m2/s2), component: [points, lanes]; below: [points, 3]; wind: [points, wind_lanes].
#import lib/index
#import lib/missing

struct Params {
  points: u32,
  lanes: u32,
  lane_start: u32,
  lane_end: u32,
  is_lowest: u32,
  wanted: f32,
  wind_lanes: u32,
  wind_lane: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> geopotential: array<f32>;
@group(0) @binding(2) var<storage, read> component: array<f32>;
@group(0) @binding(3) var<storage, read_write> below: array<f32>;
@group(0) @binding(4) var<storage, read_write> wind: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let point = linear_index(id, groups);
  if (point >= params.points) {
    return;
  }
  let at = point * params.wind_lanes + params.wind_lane;
  var lower = missing_value();
  var lower_wind = missing_value();
  var is_found = 0.0;
  var found = missing_value();
  if (params.is_lowest == 0u) {
    lower = below[3u * point];
    lower_wind = below[3u * point + 1u];
    is_found = below[3u * point + 2u];
    found = wind[at];
  }
  for (var lane = params.lane_end; is_found == 0.0 && lane > params.lane_start; lane--) {
    let upper = geopotential[point * params.lanes + lane - 1u];
    let upper_wind = component[point * params.lanes + lane - 1u];
    if (!is_missing(lower) && !is_missing(upper) && lower <= params.wanted && params.wanted < upper) {
      is_found = 1.0;
      if (!is_missing(lower_wind) && !is_missing(upper_wind)) {
        found = (upper_wind * (params.wanted - lower) + lower_wind * (upper - params.wanted)) / (upper - lower);
      }
    }
    lower = upper;
    lower_wind = upper_wind;
  }
  below[3u * point] = lower;
  below[3u * point + 1u] = lower_wind;
  below[3u * point + 2u] = is_found;
  wind[at] = found;
}
