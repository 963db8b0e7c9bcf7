// Layers first_layer.. of (vo + f) u / cos, (vo + f) v / cos, h u / cos, h v / cos with h = phi + mean - ground, and kinetic energy +
// share phi, each of all members; cos: of the latitude. u, v (times cos), vorticity, phi: [points, stride], `members` lanes from ..._at on; geometry:
// [points, 3] Coriolis parameter, 1 / cos^2, geopotential of the ground; product: [points, lanes].
#import lib/index

struct Params {
  points: u32,
  lanes: u32,
  members: u32,
  first_layer: u32,
  stride: u32,
  u_at: u32,
  v_at: u32,
  vorticity_at: u32,
  phi_at: u32,
  mean_phi: f32,
  phi_share: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> u: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> vorticity: array<f32>;
@group(0) @binding(4) var<storage, read> phi: array<f32>;
@group(0) @binding(5) var<storage, read> geometry: array<f32>;
@group(0) @binding(6) var<storage, read_write> product: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.lanes) {
    return;
  }
  let point = i / params.lanes;
  let layer = params.first_layer + i % params.lanes;
  let kind = layer / params.members;
  let at = point * params.stride + layer % params.members;
  let inverse = geometry[3u * point + 1u];
  if (kind == 4u) {
    let eastward = u[at + params.u_at];
    let northward = v[at + params.v_at];
    let kinetic = 0.5 * inverse * (eastward * eastward + northward * northward);
    product[i] = kinetic + params.phi_share * phi[at + params.phi_at];
    return;
  }
  var carried = 0.0;
  if (kind < 2u) {
    carried = vorticity[at + params.vorticity_at] + geometry[3u * point];
  } else {
    carried = phi[at + params.phi_at] + (params.mean_phi - geometry[3u * point + 2u]);
  }
  var wind = 0.0;
  if (kind % 2u == 0u) {
    wind = u[at + params.u_at];
  } else {
    wind = v[at + params.v_at];
  }
  product[i] = carried * wind * inverse;
}
