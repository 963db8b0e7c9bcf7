// F(m, row) = sum over n of f(m, n) P(n, m), for a block of 16 latitudes and both rows of each: even and odd n - m are summed apart,
// north is their sum, south their difference. One invocation takes four latitudes of the block and two lanes.
// P(n + 1) = a(n) mu P(n) - b(n) P(n - 1), started anew at every segment; here in f32, so segments have to be short.
// plan: [tasks + 1, 3] wavenumber, block, first segment; [segments] degree; [latitudes, 4] place and size of the northern and
// southern row; start: [segments, 2, 16]; sine: [latitudes, 2]; factor: [points / 2, 4]; coefficient: [lanes, points];
// fourier: [lanes / width, complexes, 2, width].
#import lib/index

struct Params {
  tasks: u32,
  lanes: u32,
  width: u32,
  truncation: u32,
  points: u32,
  complexes: u32,
  segments_at: u32,
  places_at: u32,
  rest_at: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> plan: array<u32>;
@group(0) @binding(2) var<storage, read> start: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> sine: array<f32>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> coefficient: array<f32>;
@group(0) @binding(6) var<storage, read_write> fourier: array<f32>;

const no_row = 0xffffffffu;

fn store(lane: u32, m: u32, latitude: u32, even_re: vec4<f32>, even_im: vec4<f32>, odd_re: vec4<f32>, odd_im: vec4<f32>) {
  let group = lane / params.width;
  for (var i = 0u; i < 4u; i++) {
    let place = params.places_at + 4u * (latitude + i);
    for (var side = 0u; side < 2u; side++) {
      let row = plan[place + 2u * side];
      if (row == no_row || m >= plan[place + 2u * side + 1u]) {
        continue;
      }
      let sign = select(-1.0, 1.0, side == 0u);
      let at = 2u * (group * params.complexes + row + m) * params.width + lane - group * params.width;
      fourier[at] = even_re[i] + sign * odd_re[i];
      fourier[at + params.width] = even_im[i] + sign * odd_im[i];
    }
  }
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let invocation = linear_index(id, groups);
  let pairs = (params.lanes + 1u) / 2u;
  let task = invocation / (4u * pairs);
  if (task >= params.tasks) {
    return;
  }
  let lane = 2u * (invocation / 4u % pairs);
  let other = min(lane + 1u, params.lanes - 1u);
  let quarter = invocation % 4u;
  let m = plan[3u * task];
  let latitude = plan[3u * task + 1u] * 16u + 4u * quarter;
  let first = plan[3u * task + 2u];
  let last = plan[3u * task + 5u];
  let mu = vec4<f32>(sine[2u * latitude], sine[2u * latitude + 2u], sine[2u * latitude + 4u], sine[2u * latitude + 6u]);
  // Coefficient (m, n) is number base + n.
  let base = m * (2u * params.truncation + 3u - m) / 2u - m;
  let at = 2u * base + lane * params.points;
  let at_other = 2u * base + other * params.points;
  var even = array<vec4<f32>, 4>();
  var odd = array<vec4<f32>, 4>();
  for (var segment = first; segment < last; segment++) {
    var low = start[8u * segment + quarter];
    var high = start[8u * segment + 4u + quarter];
    var end = params.truncation + 1u;
    if (segment + 1u < last) {
      end = plan[params.segments_at + segment + 1u];
    }
    for (var n = plan[params.segments_at + segment]; n < end; n += 2u) {
      even[0] += low * coefficient[at + 2u * n];
      even[1] += low * coefficient[at + 2u * n + 1u];
      even[2] += low * coefficient[at_other + 2u * n];
      even[3] += low * coefficient[at_other + 2u * n + 1u];
      if (n + 1u >= end) {
        break;
      }
      odd[0] += high * coefficient[at + 2u * n + 2u];
      odd[1] += high * coefficient[at + 2u * n + 3u];
      odd[2] += high * coefficient[at_other + 2u * n + 2u];
      odd[3] += high * coefficient[at_other + 2u * n + 3u];
      if (n + 2u < end) {
        let f = 4u * (base + n + 1u);
        low = factor[f] * mu * high - factor[f + 2u] * low;
        high = factor[f + 4u] * mu * low - factor[f + 6u] * high;
      }
    }
  }
  store(lane, m, latitude, even[0], even[1], odd[0], odd[1]);
  if (other != lane) {
    store(other, m, latitude, even[2], even[3], odd[2], odd[3]);
  }
}
