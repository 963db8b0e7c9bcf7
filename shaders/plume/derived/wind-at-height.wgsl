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
  let is_first = params.is_lowest == 1u;
  if (!is_first && below[3u * point + 2u] == 1.0) {
    return;
  }
  let first = point * params.lanes + params.lane_start;
  let end = point * params.lanes + params.lane_end;
  var lower = missing_value();
  var carried = missing_value();
  if (!is_first) {
    lower = below[3u * point];
    carried = below[3u * point + 1u];
  }
  var is_found = 0.0;
  var found = missing_value();
  for (var at = end; at > first; at--) {
    let upper = geopotential[at - 1u];
    // A level that is missing is lower than any wanted.
    if (params.wanted < upper && lower <= params.wanted && !is_missing(lower)) {
      let upper_wind = component[at - 1u];
      var lower_wind = carried;
      if (at < end) {
        lower_wind = component[at];
      }
      is_found = 1.0;
      if (!is_missing(lower_wind) && !is_missing(upper_wind)) {
        found = (upper_wind * (params.wanted - lower) + lower_wind * (upper - params.wanted)) / (upper - lower);
      }
      break;
    }
    lower = upper;
  }
  below[3u * point] = lower;
  below[3u * point + 1u] = component[first];
  below[3u * point + 2u] = is_found;
  wind[point * params.wind_lanes + params.wind_lane] = found;
}
