// U(n) = -i e D(n) - b vo(n - 1) + c vo(n + 1), V(n) = -i e vo(n) + b D(n - 1) - c D(n + 1), and vorticity and geopotential as they are.
// neighbour: [coefficients, 3] numbers of n - 1, n, n + 1 in the state; factor: [coefficients, 3] e, b, c; state: [3 members, source
// coefficients, 2] vorticity, divergence, geopotential; component: [4 members, coefficients, 2]; mean: [4 members] first coefficients.
#import lib/index

struct Params {
  coefficients: u32,
  members: u32,
  source_coefficients: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> neighbour: array<u32>;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> component: array<f32>;
@group(0) @binding(5) var<storage, read_write> mean: array<f32>;

const none = 0xffffffffu;

fn state_of(field: u32, member: u32, k: u32) -> vec2<f32> {
  if (k == none) {
    return vec2<f32>();
  }
  let place = 2u * ((field * params.members + member) * params.source_coefficients + k);
  return vec2<f32>(state[place], state[place + 1u]);
}

fn store(field: u32, member: u32, k: u32, value: vec2<f32>) {
  let layer = field * params.members + member;
  let place = 2u * (layer * params.coefficients + k);
  if (k == 0u) {
    mean[layer] = value.x;
  }
  component[place] = select(value.x, 0.0, k == 0u);
  component[place + 1u] = select(value.y, 0.0, k == 0u);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.coefficients * params.members) {
    return;
  }
  // Neighbouring invocations read neighbouring coefficients; members lie apart.
  let member = i / params.coefficients;
  let k = i - member * params.coefficients;
  let below = neighbour[3u * k];
  let own = neighbour[3u * k + 1u];
  let above = neighbour[3u * k + 2u];
  let e = factor[3u * k];
  let b = factor[3u * k + 1u];
  let c = factor[3u * k + 2u];
  let vo = state_of(0u, member, own);
  let d = state_of(1u, member, own);
  let u = e * vec2<f32>(d.y, -d.x) - b * state_of(0u, member, below) + c * state_of(0u, member, above);
  let v = e * vec2<f32>(vo.y, -vo.x) + b * state_of(1u, member, below) - c * state_of(1u, member, above);
  store(0u, member, k, u);
  store(1u, member, k, v);
  store(2u, member, k, vo);
  store(3u, member, k, state_of(2u, member, own));
}
