// relative = 100 e / es(T) percent,  e = p q / (eps + (1 - eps) q);  es over water, ice, or a mixture (see the declaration)
// temperature (K), humidity (kg/kg), relative: [points, lanes]; pressure (Pa): [points, lanes], or [lanes] when is_by_lane is 1.
#import lib/index
#import lib/missing

struct Params {
  points: u32,
  lanes: u32,
  is_by_lane: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> temperature: array<f32>;
@group(0) @binding(2) var<storage, read> humidity: array<f32>;
@group(0) @binding(3) var<storage, read> pressure: array<f32>;
@group(0) @binding(4) var<storage, read_write> relative: array<f32>;

const ratio = 0.621981;
const triple = 273.16;
const coldest = 250.16;

fn saturation(t: f32) -> f32 {
  let water = 611.21 * exp(17.502 * (t - triple) / (t - 32.19));
  let ice = 611.21 * exp(22.587 * (t - triple) / (t + 0.7));
  let part = clamp((t - coldest) / (triple - coldest), 0.0, 1.0);
  return ice + part * part * (water - ice);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let at = linear_index(id, groups);
  if (at >= params.points * params.lanes) {
    return;
  }
  let t = temperature[at];
  let q = humidity[at];
  let p = pressure[select(at, at % params.lanes, params.is_by_lane == 1u)];
  if (is_missing(t) || is_missing(q) || is_missing(p)) {
    relative[at] = missing_value();
  } else {
    relative[at] = 100.0 * p * q / ((ratio + (1.0 - ratio) * q) * saturation(t));
  }
}
