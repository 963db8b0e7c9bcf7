// values[row, i, lane] = mean[lane] + Re F(0) + 2 Re sum over m > 0 of F(m) e^(i m lon): the sum as it stands, one invocation for
// four lanes of four points, a quarter of the row apart. The angle of m and point i is a whole number of steps of the row's table of roots.
// On a whole circle of 4 q points e^(i m (lon + 90 p degrees)) = e^(i m lon) i^(m p): sums over the m that are 0, 1, 2 and 3 modulo 4 at
// one point give all four points.
// Terms are added in portions, whose sums are added: the rounding of a long row stays that of a short one.
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

// Half the value of the row's point i less its mean.
fn half_value(at: u32, i: u32, quad: u32) -> vec4<f32> {
  let fine = plan[at + 3u];
  // A point lies less than one turn from the first, and the first less than one turn from longitude 0.
  let step = (i * plan[at + 5u] % plan[at] * plan[at + 2u] + plan[at + 4u]) % fine;
  let roots = plan[at + 1u];
  let held = plan[at + 9u];
  let stride = params.width / 4u;
  var place = 2u * stride * (params.group * params.complexes + plan[at + 8u]) + quad;
  var value = none;
  if (held > 0u) {
    value = 0.5 * fourier[place];
  }
  var angle = 0u;
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
  return value;
}

// F(m) e^(i m lon) of four lanes, for the place of F(m) and the place of the root.
struct Turned {
  re: vec4<f32>,
  im: vec4<f32>,
}

fn turned(place: u32, turn: u32) -> Turned {
  let c = root[2u * turn];
  let s = root[2u * turn + 1u];
  let re = fourier[place];
  let im = fourier[place + params.width / 4u];
  return Turned(c * re - s * im, c * im + s * re);
}

// Half the values of points i, i + q, i + 2 q, i + 3 q of a whole circle of 4 q points, less their mean.
fn four_half_values(at: u32, i: u32, quad: u32) -> array<vec4<f32>, 4> {
  let fine = plan[at + 3u];
  let step = (i * plan[at + 2u] + plan[at + 4u]) % fine;
  let roots = plan[at + 1u];
  let held = plan[at + 9u];
  let stride = params.width / 2u;
  let begin = stride * (params.group * params.complexes + plan[at + 8u]) + quad;
  // Angles of wavenumbers m to m + 3; `on` is four steps.
  var angle = vec4<u32>(step, 2u * step % fine, 3u * step % fine, 4u * step % fine);
  let on = angle.w;
  // Sums over m = 0 and 2 modulo 4; of those over 1 and 3 the sum of the real and the difference of the imaginary parts.
  var zero = none;
  var two = none;
  var along = none;
  var across = none;
  if (held > 0u) {
    zero = 0.5 * fourier[begin];
  }
  var m = 1u;
  while (m + 3u < held) {
    var zero_part = none;
    var two_part = none;
    var along_part = none;
    var across_part = none;
    let end = m + 32u;
    for (; m < end && m + 3u < held; m += 4u) {
      let place = begin + stride * m;
      let a = turned(place, roots + angle.x);
      let b = turned(place + stride, roots + angle.y);
      let c = turned(place + 2u * stride, roots + angle.z);
      let d = turned(place + 3u * stride, roots + angle.w);
      along_part += a.re + c.re;
      across_part += c.im - a.im;
      two_part += b.re;
      zero_part += d.re;
      angle += vec4<u32>(on);
      angle = select(angle, angle - vec4<u32>(fine), angle >= vec4<u32>(fine));
    }
    zero += zero_part;
    two += two_part;
    along += along_part;
    across += across_part;
  }
  if (m < held) {
    let a = turned(begin + stride * m, roots + angle.x);
    along += a.re;
    across -= a.im;
  }
  if (m + 1u < held) {
    two += turned(begin + stride * (m + 1u), roots + angle.y).re;
  }
  if (m + 2u < held) {
    let c = turned(begin + stride * (m + 2u), roots + angle.z);
    along += c.re;
    across += c.im;
  }
  let even = zero + two;
  let odd = zero - two;
  return array<vec4<f32>, 4>(even + along, odd + across, even - along, odd - across);
}

fn store(place: u32, count: u32, offset: u32, value: vec4<f32>) {
  for (var k = 0u; k < count; k++) {
    values[place + k] = mean[offset + k] + 2.0 * value[k];
  }
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let invocation = linear_index(id, groups);
  let quads = (params.lanes + 3u) / 4u;
  let longest_quarter = (params.longest_row + 3u) / 4u;
  let row = invocation / (longest_quarter * quads);
  if (row >= params.rows) {
    return;
  }
  let i = invocation / quads % longest_quarter;
  let quad = invocation % quads;
  let at = 12u * row;
  let points = plan[at + 6u];
  let quarter = (points + 3u) / 4u;
  if (i >= quarter) {
    return;
  }
  let first = plan[at + 7u] * params.lanes + 4u * quad;
  let count = min(4u, params.lanes - 4u * quad);
  let offset = params.group * params.width + 4u * quad;
  if (points % 4u == 0u && points == plan[at] && plan[at + 5u] == 1u) {
    let four = four_half_values(at, i, quad);
    store(first + i * params.lanes, count, offset, four[0]);
    store(first + (i + quarter) * params.lanes, count, offset, four[1]);
    store(first + (i + 2u * quarter) * params.lanes, count, offset, four[2]);
    store(first + (i + 3u * quarter) * params.lanes, count, offset, four[3]);
    return;
  }
  for (var point = i; point < points; point += quarter) {
    store(first + point * params.lanes, count, offset, half_value(at, point, quad));
  }
}
