// As gradient, for lanes in fours: east, north[n, quad] = sum over the neighbours e of node n of coefficient[e, 0 and 1]
// (value[neighbour[e]] - value[n]).
// start: [nodes + 1]; neighbour: [entries]; coefficient: [entries, 2], 1/m; values: [any, quads] of four lanes; east, north:
// [nodes, quads] of four lanes. A node without neighbours is missing, with `gaps` 1 also one that is missing itself or has a
// missing neighbour.
#import lib/index
#import lib/missing

struct Params {
  nodes: u32,
  quads: u32,
  gaps: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> start: array<u32>;
@group(0) @binding(2) var<storage, read> neighbour: array<u32>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<storage, read> values: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> east: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> north: array<vec4<f32>>;

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
  let own = values[i];
  let none = vec4<f32>(missing_value());
  var x = vec4<f32>(0.0);
  var y = vec4<f32>(0.0);
  if (params.gaps == 0u) {
    for (var entry = first; entry < last; entry++) {
      let difference = values[neighbour[entry] * params.quads + quad] - own;
      x += coefficient[2u * entry] * difference;
      y += coefficient[2u * entry + 1u] * difference;
    }
    east[i] = select(x, none, first == last);
    north[i] = select(y, none, first == last);
    return;
  }
  var absent = are_missing(own) | vec4<bool>(first == last);
  for (var entry = first; entry < last; entry++) {
    let value = values[neighbour[entry] * params.quads + quad];
    absent = absent | are_missing(value);
    let difference = select(value - own, vec4<f32>(0.0), absent);
    x += coefficient[2u * entry] * difference;
    y += coefficient[2u * entry + 1u] * difference;
  }
  east[i] = select(x, none, absent);
  north[i] = select(y, none, absent);
}
