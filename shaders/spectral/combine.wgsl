// combined(m, n) = (d + i e) same(m, n) + b beside(m, n - 1) + c beside(m, n + 1)
// neighbour: [coefficients, 3] numbers of the coefficients n - 1, n, n + 1 in the sources; factor: [coefficients, 4] d, e, b, c;
// same, beside: [any, 2, lanes]; combined: [coefficients, 2, lanes].
#import lib/index

struct Params {
  coefficients: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> neighbour: array<u32>;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read> same: array<f32>;
@group(0) @binding(4) var<storage, read> beside: array<f32>;
@group(0) @binding(5) var<storage, read_write> combined: array<f32>;

const none = 0xffffffffu;

fn beside_of(k: u32, lane: u32) -> vec2<f32> {
  return vec2<f32>(beside[2u * k * params.lanes + lane], beside[(2u * k + 1u) * params.lanes + lane]);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.coefficients * params.lanes) {
    return;
  }
  let k = i / params.lanes;
  let lane = i - k * params.lanes;
  let below = neighbour[3u * k];
  let own = neighbour[3u * k + 1u];
  let above = neighbour[3u * k + 2u];
  var sum = vec2<f32>();
  if (own != none) {
    let value = vec2<f32>(same[2u * own * params.lanes + lane], same[(2u * own + 1u) * params.lanes + lane]);
    sum = factor[4u * k] * value + factor[4u * k + 1u] * vec2<f32>(-value.y, value.x);
  }
  if (below != none) {
    sum += factor[4u * k + 2u] * beside_of(below, lane);
  }
  if (above != none) {
    sum += factor[4u * k + 3u] * beside_of(above, lane);
  }
  combined[2u * k * params.lanes + lane] = sum.x;
  combined[(2u * k + 1u) * params.lanes + lane] = sum.y;
}
