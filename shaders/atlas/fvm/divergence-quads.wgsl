// As divergence, for lanes in fours: result[n, quad] = sum over the neighbours e of node n of (A[e] (u[neighbour[e]] - u[n])
// + B[e] (v[neighbour[e]] - v[n])) + a[n] u[n] + b[n] v[n]; with `curl` 1 the same of (v, -u).
// start: [nodes + 1]; neighbour: [entries]; coefficient: [entries, 2] = A, B; own: [nodes, 2] = a, b; 1/m all of them;
// u, v: [any, quads] of four lanes; result: [nodes, quads] of four lanes.
// A node without neighbours is missing, with `gaps` 1 also one that is missing itself or has a missing neighbour.
#import lib/index
#import lib/missing

struct Params {
  nodes: u32,
  quads: u32,
  curl: u32,
  gaps: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> start: array<u32>;
@group(0) @binding(2) var<storage, read> neighbour: array<u32>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<storage, read> own: array<f32>;
@group(0) @binding(5) var<storage, read> u: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> v: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> result: array<vec4<f32>>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.nodes * params.quads) {
    return;
  }
  let node = i / params.quads;
  let quad = i - node * params.quads;
  let first = start[node];
  let last = start[node + 1u];
  let u0 = u[i];
  let v0 = v[i];
  // What the weights of u and of v go with: u and v, or for the curl v and -u.
  let is_curl = params.curl == 1u;
  let sign = select(1.0, -1.0, is_curl);
  let checked = params.gaps == 1u;
  var absent = (are_missing(u0) | are_missing(v0)) & vec4<bool>(checked);
  absent = absent | vec4<bool>(first == last);
  var along = vec4<f32>(0.0);
  var across = vec4<f32>(0.0);
  for (var entry = first; entry < last; entry++) {
    let at = neighbour[entry] * params.quads + quad;
    let u1 = u[at];
    let v1 = v[at];
    absent = absent | ((are_missing(u1) | are_missing(v1)) & vec4<bool>(checked));
    let eastward = select(u1 - u0, vec4<f32>(0.0), absent);
    let northward = select(v1 - v0, vec4<f32>(0.0), absent);
    along += coefficient[2u * entry] * select(eastward, northward, is_curl);
    across += coefficient[2u * entry + 1u] * select(northward, eastward, is_curl);
  }
  along += own[2u * node] * select(u0, v0, is_curl);
  across += own[2u * node + 1u] * select(v0, u0, is_curl);
  result[i] = select(along + sign * across, vec4<f32>(missing_value()), absent);
}
