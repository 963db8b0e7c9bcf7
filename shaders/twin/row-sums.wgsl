// For every row and member: means of phi, of the energy mean phi + phi^2 / 2 + h (u^2 + v^2) / 2 with h = mean + phi - ground and of the potential
// enstrophy (vo + f)^2 / (2 h), the greatest u^2 + v^2, least and greatest vorticity and the points that have them.
// row_start: [rows + 1]; u, v (times the cosine of latitude), vorticity, phi: [points, stride], `members` lanes from ..._at on; geometry: [points, 3]
// Coriolis parameter, 1 / cos^2, ground; sums: [rows, members, 6]; places: [rows, members, 2] least, greatest.
#import lib/index

struct Params {
  rows: u32,
  members: u32,
  stride: u32,
  u_at: u32,
  v_at: u32,
  vorticity_at: u32,
  phi_at: u32,
  mean_phi: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> row_start: array<u32>;
@group(0) @binding(2) var<storage, read> u: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(4) var<storage, read> vorticity: array<f32>;
@group(0) @binding(5) var<storage, read> phi: array<f32>;
@group(0) @binding(6) var<storage, read> geometry: array<f32>;
@group(0) @binding(7) var<storage, read_write> sums: array<f32>;
@group(0) @binding(8) var<storage, read_write> places: array<u32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.rows * params.members) {
    return;
  }
  let row = i / params.members;
  let member = i % params.members;
  let first = row_start[row];
  let last = row_start[row + 1u];
  var total = vec3<f32>();
  var wind = 0.0;
  var least = first;
  var greatest = first;
  var least_value = vorticity[first * params.stride + params.vorticity_at + member];
  var greatest_value = least_value;
  // In portions, whose sums are added: the rounding of a long row stays that of a short one.
  for (var begin = first; begin < last; begin += 32u) {
    var portion = vec3<f32>();
    for (var point = begin; point < min(begin + 32u, last); point++) {
      let at = point * params.stride + member;
      let deviation = phi[at + params.phi_at];
      let depth = params.mean_phi - geometry[3u * point + 2u] + deviation;
      let eastward = u[at + params.u_at];
      let northward = v[at + params.v_at];
      let squared = (eastward * eastward + northward * northward) * geometry[3u * point + 1u];
      let value = vorticity[at + params.vorticity_at];
      let absolute = value + geometry[3u * point];
      portion += vec3<f32>(
        deviation,
        deviation * (params.mean_phi + 0.5 * deviation) + depth * 0.5 * squared,
        0.5 * absolute * absolute / depth,
      );
      wind = max(wind, squared);
      if (value < least_value) {
        least_value = value;
        least = point;
      }
      if (value > greatest_value) {
        greatest_value = value;
        greatest = point;
      }
    }
    total += portion;
  }
  let mean = total / f32(last - first);
  let place = 6u * i;
  sums[place] = mean.x;
  sums[place + 1u] = mean.y;
  sums[place + 2u] = mean.z;
  sums[place + 3u] = wind;
  sums[place + 4u] = least_value;
  sums[place + 5u] = greatest_value;
  places[2u * i] = least;
  places[2u * i + 1u] = greatest;
}
