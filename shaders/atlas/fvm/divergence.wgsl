// result[n, lane] = sum over the neighbours e of node n of (A[e] (u[neighbour[e]] - u[n]) + B[e] (v[neighbour[e]] - v[n]))
//                 + a[n] u[n] + b[n] v[n]; the a and b hold how the frame turns and narrows from node to node.
// With `curl` 1 the same of (v, -u): the curl of (u, v).
// start: [nodes + 1]; neighbour: [entries]; coefficient: [entries, 2] = A, B; own: [nodes, 2] = a, b;
// 1/m all of them; u, v: [any, lanes]; result: [nodes, lanes].
// A node without neighbours is missing, with `gaps` 1 also one that is missing itself or has a missing neighbour.
#import lib/index
#import lib/missing

struct Params {
  nodes: u32,
  lanes: u32,
  curl: u32,
  gaps: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> start: array<u32>;
@group(0) @binding(2) var<storage, read> neighbour: array<u32>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<storage, read> own: array<f32>;
@group(0) @binding(5) var<storage, read> u: array<f32>;
@group(0) @binding(6) var<storage, read> v: array<f32>;
@group(0) @binding(7) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.nodes * params.lanes) {
    return;
  }
  let node = i / params.lanes;
  let lane = i - node * params.lanes;
  let last = start[node + 1u];
  let u0 = u[i];
  let v0 = v[i];
  var absent = is_missing(u0) || is_missing(v0);
  // With the coefficients of u, and with those of v.
  var first = 0.0;
  var second = 0.0;
  for (var entry = start[node]; entry < last; entry++) {
    let at = neighbour[entry] * params.lanes + lane;
    let u1 = u[at];
    let v1 = v[at];
    absent = absent || is_missing(u1) || is_missing(v1);
    first += coefficient[2u * entry] * select(u1 - u0, v1 - v0, params.curl == 1u);
    second += coefficient[2u * entry + 1u] * select(v1 - v0, u0 - u1, params.curl == 1u);
  }
  first += own[2u * node] * select(u0, v0, params.curl == 1u);
  second += own[2u * node + 1u] * select(v0, -u0, params.curl == 1u);
  result[i] = select(first + second, missing_value(), last == start[node] || (absent && params.gaps == 1u));
}
