// fourier[row, m, lane] = weight[row] / length sum over the row's points of (values - mean) e^(-i m lon): the sum as it stands, one
// invocation for each coefficient. mean: the first value of each lane, or 0.
// plan: [rows, 12], see FourierPlan; root: (cos, sin); weight: [rows]; values: [points, lanes]; fourier: [any, complexes, 2, width];
// mean: [any, width].
#import lib/index

struct Params {
  rows: u32,
  most_held: u32,
  longest_circle: u32,
  lanes: u32,
  width: u32,
  group: u32,
  complexes: u32,
  take_mean: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> plan: array<u32>;
@group(0) @binding(2) var<storage, read> root: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> values: array<f32>;
@group(0) @binding(5) var<storage, read_write> fourier: array<f32>;
@group(0) @binding(6) var<storage, read_write> mean: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let invocation = linear_index(id, groups);
  let row = invocation / (params.most_held * params.lanes);
  if (row >= params.rows) {
    return;
  }
  let m = invocation / params.lanes % params.most_held;
  let lane = invocation % params.lanes;
  let pivot = select(0.0, values[lane], params.take_mean == 1u);
  if (row == 0u && m == 0u) {
    mean[params.group * params.width + lane] = pivot;
  }
  let at = 12u * row;
  if (m >= plan[at + 9u]) {
    return;
  }
  let length = plan[at];
  let fine = plan[at + 3u];
  let step = m * plan[at + 2u] % fine;
  var angle = m * plan[at + 4u] % fine;
  var sum = vec2<f32>();
  // In portions, as synthesis does.
  for (var first = 0u; first < length; first += 32u) {
    var portion = vec2<f32>();
    for (var i = first; i < min(length, first + 32u); i++) {
      let turn = 2u * (plan[at + 1u] + angle);
      let value = values[(plan[at + 7u] + i) * params.lanes + lane] - pivot;
      portion += value * vec2<f32>(root[turn], -root[turn + 1u]);
      angle += step;
      if (angle >= fine) {
        angle -= fine;
      }
    }
    sum += portion;
  }
  let place = 2u * params.width * (params.group * params.complexes + plan[at + 8u] + m) + lane;
  let scale = weight[row] / f32(length);
  fourier[place] = scale * sum.x;
  fourier[place + params.width] = scale * sum.y;
}
