// f(m, n) = sum over latitudes of P(n, m) (north + (-1)^(n - m) south): one invocation takes two neighbouring n of one m and lane, and
// adds over the tasks (blocks of 16 latitudes) of m. Arrays as for spectral/legendre; plan also has, from wavenumbers_at, the
// first task of each m and the end of the last.
#import lib/index

struct Params {
  wavenumbers: u32,
  lanes: u32,
  width: u32,
  truncation: u32,
  points: u32,
  complexes: u32,
  first_wavenumber: u32,
  segments_at: u32,
  places_at: u32,
  wavenumbers_at: u32,
  rest_at: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> plan: array<u32>;
@group(0) @binding(2) var<storage, read> start: array<f32>;
@group(0) @binding(3) var<storage, read> sine: array<f32>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> fourier: array<f32>;
@group(0) @binding(6) var<storage, read_write> coefficient: array<f32>;

const no_row = 0xffffffffu;

fn row_value(place: u32, m: u32, lane: u32) -> vec2<f32> {
  let row = plan[place];
  if (row == no_row || m >= plan[place + 1u]) {
    return vec2<f32>();
  }
  let group = lane / params.width;
  let at = 2u * (group * params.complexes + row + m) * params.width + lane - group * params.width;
  return vec2<f32>(fourier[at], fourier[at + params.width]);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let invocation = linear_index(id, groups);
  let pairs = params.truncation / 2u + 1u;
  let k = invocation / (pairs * params.lanes);
  if (k >= params.wavenumbers) {
    return;
  }
  let m = params.first_wavenumber + k;
  // Neighbouring invocations take neighbouring n: they read the same rows and neighbouring polynomials.
  let n = m + 2u * (invocation % pairs);
  let lane = invocation / pairs % params.lanes;
  if (n > params.truncation) {
    return;
  }
  let base = m * (2u * params.truncation + 3u - m) / 2u - m;
  var even = vec2<f32>();
  var odd = vec2<f32>();
  for (var task = plan[params.wavenumbers_at + k]; task < plan[params.wavenumbers_at + k + 1u]; task++) {
    let first = plan[3u * task + 2u];
    let last = plan[3u * task + 5u];
    let degree = plan[params.segments_at + first];
    if (n < degree) {
      continue;
    }
    // The last segment that starts at or below n: at once where every two degrees have one.
    var segment = min(first + (n - degree) / 2u, last - 1u);
    while (plan[params.segments_at + segment] > n) {
      segment--;
    }
    let latitude = plan[3u * task + 1u] * 16u;
    for (var i = 0u; i < 16u; i++) {
      var low = start[32u * segment + i];
      var high = start[32u * segment + 16u + i];
      let mu = sine[2u * (latitude + i)];
      for (var d = plan[params.segments_at + segment]; d < n; d += 2u) {
        let f = 4u * (base + d + 1u);
        low = factor[f] * mu * high - factor[f + 2u] * low;
        high = factor[f + 4u] * mu * low - factor[f + 6u] * high;
      }
      let place = params.places_at + 4u * (latitude + i);
      let north = row_value(place, m, lane);
      let south = row_value(place + 2u, m, lane);
      even += low * (north + south);
      odd += high * (north - south);
    }
  }
  let at = lane * params.points + 2u * (base + n);
  coefficient[at] = even.x;
  coefficient[at + 1u] = even.y;
  if (n < params.truncation) {
    coefficient[at + 2u] = odd.x;
    coefficient[at + 3u] = odd.y;
  }
}
