// values[row, i, lane] = mean[lane] + Re F(0) + 2 Re sum over m > 0 of F(m) e^(i m lon): the sum as it stands, one invocation for
// each value. The angle of m and point i is a whole number of steps of the row's table of roots.
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
@group(0) @binding(4) var<storage, read> fourier: array<f32>;
@group(0) @binding(5) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let invocation = linear_index(id, groups);
  let row = invocation / (params.longest_row * params.lanes);
  if (row >= params.rows) {
    return;
  }
  let i = invocation / params.lanes % params.longest_row;
  let lane = invocation % params.lanes;
  let at = 12u * row;
  if (i >= plan[at + 6u]) {
    return;
  }
  let fine = plan[at + 3u];
  // A point lies less than one turn from the first, and the first less than one turn from longitude 0.
  let step = (i * plan[at + 5u] % plan[at] * plan[at + 2u] + plan[at + 4u]) % fine;
  let roots = plan[at + 1u];
  var place = 2u * params.width * (params.group * params.complexes + plan[at + 8u]) + lane;
  var value = 0.0;
  if (plan[at + 9u] > 0u) {
    value = 0.5 * fourier[place];
  }
  var angle = 0u;
  for (var m = 1u; m < plan[at + 9u]; m++) {
    place += 2u * params.width;
    angle += step;
    if (angle >= fine) {
      angle -= fine;
    }
    let turn = 2u * (roots + angle);
    value += root[turn] * fourier[place] - root[turn + 1u] * fourier[place + params.width];
  }
  values[(plan[at + 7u] + i) * params.lanes + lane] = mean[params.group * params.width + lane] + 2.0 * value;
}
