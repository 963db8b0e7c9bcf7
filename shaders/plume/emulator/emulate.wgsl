// values[point, lane] = the calls of the lane, one after the other, each of which sets points inside its area; 0 where none does.
// A call is a function of position: vortex_rollup, random draws, a constant, or sums of cardinal sines or Gaussians (see emulate.ts).
// places [points, 6]: latitude and longitude in degrees, then cosine and sine of each. lane_start [lanes + 1]: calls of a lane.
// call_words [calls, 4]: kind, seed, first mode, modes. call_reals [calls, 8]: north, west, south, degrees eastwards, then a, b, c, d.
// modes [modes, 4]. values [points, lanes].
#import lib/index

struct Params {
  points: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> places: array<f32>;
@group(0) @binding(2) var<storage, read> lane_start: array<u32>;
@group(0) @binding(3) var<storage, read> call_words: array<u32>;
@group(0) @binding(4) var<storage, read> call_reals: array<f32>;
@group(0) @binding(5) var<storage, read> modes: array<f32>;
@group(0) @binding(6) var<storage, read_write> values: array<f32>;

const pi = 3.14159265358979;
const slack = 1e-4;

struct Place {
  lat: f32,
  lon: f32,
  cos_lat: f32,
  sin_lat: f32,
  cos_lon: f32,
  sin_lon: f32,
}

// Degrees eastwards from `west`, in [0, 360).
fn eastwards(lon: f32, west: f32) -> f32 {
  let degrees = lon - west;
  return degrees - 360.0 * floor(degrees / 360.0);
}

fn is_inside(place: Place, real: u32) -> bool {
  let degrees = eastwards(place.lon, call_reals[real + 1u]);
  let is_between = degrees <= call_reals[real + 3u] + slack || degrees >= 360.0 - slack;
  return is_between && place.lat <= call_reals[real] + slack && place.lat >= call_reals[real + 2u] - slack;
}

// The finaliser of MurmurHash3: every bit of the input changes half of the bits of the result.
fn mixed(value: u32) -> u32 {
  var x = value;
  x = (x ^ (x >> 16u)) * 0x85ebca6bu;
  x = (x ^ (x >> 13u)) * 0xc2b2ae35u;
  return x ^ (x >> 16u);
}

// An odd multiple of 2^-24 below 1: exact in f32, and never 0.
fn uniform_of(bits: u32) -> f32 {
  return f32((bits >> 9u) * 2u + 1u) * 5.9604644775390625e-8;
}

// log(x) near 1 has no digits left in f32; its series has.
fn log_of(x: f32) -> f32 {
  let w = (1.0 - x) / (1.0 + x);
  let w2 = w * w;
  let series = -2.0 * w * (1.0 + w2 * (1.0 / 3.0 + w2 * (0.2 + w2 * (1.0 / 7.0 + w2 * (1.0 / 9.0 + w2 / 11.0)))));
  return select(log(x), series, x > 0.5);
}

fn normal_of(bits: u32) -> f32 {
  let radius = sqrt(-2.0 * log_of(uniform_of(bits)));
  return -radius * cos(2.0 * pi * (uniform_of(mixed(bits ^ 0x5bd1e995u)) - 0.5));
}

fn vortex(place: Place, time: f32, cos_turn: f32, sin_turn: f32) -> f32 {
  let cos_along = place.cos_lon * cos_turn + place.sin_lon * sin_turn;
  let across = place.cos_lat * cos_along;
  let distance = sqrt(place.sin_lat * place.sin_lat + across * across);
  if (distance == 0.0) {
    return 0.0;
  }
  let rho = 3.0 * distance;
  let decay = exp(-2.0 * rho);
  let tangent = (1.0 - decay) / (1.0 + decay);
  let turn = 16.3241942781 * time * (1.0 - tangent * tangent) * tangent / rho;
  let angle = turn - 2.0 * pi * round(turn / (2.0 * pi));
  return tanh(0.6 * (across * cos(angle) + place.sin_lat * sin(angle)));
}

// arcsin of x in [0, 1]: Abramowitz and Stegun 4.4.46, to 2e-8; what devices have is good to 1e-4 only.
fn arcsine(x: f32) -> f32 {
  let low = 1.5707963050 + x * (-0.2145988016 + x * (0.0889789874 + x * -0.0501743046));
  let high = 0.0308918810 + x * (-0.0170881256 + x * (0.0066700901 + x * -0.0012624911));
  return 0.5 * pi - sqrt(max(0.0, 1.0 - x)) * (low + x * x * x * x * high);
}

// sin(pi x) / (pi x)
fn sinc(x: f32) -> f32 {
  let rest = x - 2.0 * round(0.5 * x);
  return select(sin(pi * rest) / (pi * x), 1.0, x < 1e-6);
}

fn sum_of_sincs(place: Place, first: u32, count: u32) -> f32 {
  var sum = 0.0;
  for (var mode = first; mode < first + count; mode++) {
    let centre = vec3<f32>(modes[4u * mode], modes[4u * mode + 1u], modes[4u * mode + 2u]);
    let here = vec3<f32>(place.cos_lat * place.cos_lon, place.cos_lat * place.sin_lon, place.sin_lat);
    let apart = here - centre;
    sum += sinc(2.0 * arcsine(min(1.0, 0.5 * sqrt(dot(apart, apart)))) * modes[4u * mode + 3u]);
  }
  return sum;
}

fn sum_of_gaussians(place: Place, first: u32, count: u32) -> f32 {
  var sum = 0.0;
  for (var mode = first; mode < first + count; mode++) {
    let north = (place.lat - modes[4u * mode]) / modes[4u * mode + 2u];
    let east = (eastwards(place.lon + 180.0, modes[4u * mode + 1u]) - 180.0) / modes[4u * mode + 3u];
    sum += exp(-0.5 * (north * north + east * east));
  }
  return sum;
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.lanes) {
    return;
  }
  let point = i / params.lanes;
  let lane = i % params.lanes;
  let at = 6u * point;
  let place = Place(places[at], places[at + 1u], places[at + 2u], places[at + 3u], places[at + 4u], places[at + 5u]);
  var value = 0.0;
  for (var call = lane_start[lane]; call < lane_start[lane + 1u]; call++) {
    let word = 4u * call;
    let real = 8u * call;
    if (!is_inside(place, real)) {
      continue;
    }
    let a = call_reals[real + 4u];
    let b = call_reals[real + 5u];
    let bits = mixed(mixed(point * 0x9e3779b1u) ^ call_words[word + 1u]);
    let first = call_words[word + 2u];
    let count = call_words[word + 3u];
    switch call_words[word] {
      case 0u: { value = a; }
      case 1u: { value = vortex(place, a, b, call_reals[real + 6u]); }
      case 2u: { value = a + (b - a) * uniform_of(bits); }
      case 3u: { value = a + b * normal_of(bits); }
      case 4u: { value = select(0.0, a, uniform_of(bits) < b); }
      case 5u: { value = a + b * sum_of_sincs(place, first, count); }
      default: { value = a + b * sum_of_gaussians(place, first, count); }
    }
  }
  values[i] = value;
}
