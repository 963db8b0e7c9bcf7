// values[row, i, lane] = mean[lane] + Re F(0) + 2 Re sum over m > 0 of F(m) e^(i m lon): the sum as it stands, one invocation for
// four lanes of a point. The angle of m and point i is a whole number of steps of the row's table of roots.
// plan: [rows, 12], see FourierPlan; root: (cos, sin); mean: [any, width]; fourier: [any, complexes, 2, width]; values: [points, lanes].
#import lib/index

struct Params {
  rows: u32,
  longest_row: u32,
  longest_circle: u32,
  lanes: u32,
  width: u32,
  group: u32,
  complexes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> plan: array<u32>;
@group(0) @binding(2) var<storage, read> root: array<f32>;
@group(0) @binding(3) var<storage, read> mean: array<f32>;
@group(0) @binding(4) var<storage, read> fourier: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> values: array<f32>;

const none = vec4<f32>(0.0, 0.0, 0.0, 0.0);

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let invocation = linear_index(id, groups);
  let quads = (params.lanes + 3u) / 4u;
  let row = invocation / (params.longest_row * quads);
  if (row >= params.rows) {
    return;
  }
  let i = invocation / quads % params.longest_row;
  let lane = 4u * (invocation % quads);
  let at = 12u * row;
  if (i >= plan[at + 6u]) {
    return;
  }
  let fine = plan[at + 3u];
  // A point lies less than one turn from the first, and the first less than one turn from longitude 0.
  let step = (i * plan[at + 5u] % plan[at] * plan[at + 2u] + plan[at + 4u]) % fine;
  let roots = plan[at + 1u];
  let held = plan[at + 9u];
  let stride = params.width / 4u;
  var place = 2u * stride * (params.group * params.complexes + plan[at + 8u]) + lane / 4u;
  var value = none;
  if (held > 0u) {
    value = 0.5 * fourier[place];
  }
  var angle = 0u;
  // Terms are added in portions, whose sums are added: the rounding of a long row stays that of a short one.
  for (var first = 1u; first < held; first += 32u) {
    var portion = none;
    for (var m = first; m < min(held, first + 32u); m++) {
      place += 2u * stride;
      angle += step;
      if (angle >= fine) {
        angle -= fine;
      }
      let turn = 2u * (roots + angle);
      portion += root[turn] * fourier[place] - root[turn + 1u] * fourier[place + stride];
    }
    value += portion;
  }
  let to = (plan[at + 7u] + i) * params.lanes + lane;
  for (var k = 0u; k < min(4u, params.lanes - lane); k++) {
    values[to + k] = mean[params.group * params.width + lane + k] + 2.0 * value[k];
  }
}
