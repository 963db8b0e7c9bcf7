// east, north[n, lane] = sum over the neighbours e of node n of coefficient[e, 0 and 1] (value[neighbour[e]] - value[n])
// Green and Gauss on the dual cell; differences come first, so that what is common to a cell costs no precision.
// start: [nodes + 1]; neighbour: [entries]; coefficient: [entries, 2], 1/m; values: [any, lanes]; east, north: [nodes, lanes].
// A node without neighbours is missing, with `gaps` 1 also one that is missing itself or has a missing neighbour.
#import lib/index
#import lib/missing

struct Params {
  nodes: u32,
  lanes: u32,
  gaps: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> start: array<u32>;
@group(0) @binding(2) var<storage, read> neighbour: array<u32>;
@group(0) @binding(3) var<storage, read> coefficient: array<f32>;
@group(0) @binding(4) var<storage, read> values: array<f32>;
@group(0) @binding(5) var<storage, read_write> east: array<f32>;
@group(0) @binding(6) var<storage, read_write> north: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.nodes * params.lanes) {
    return;
  }
  let node = i / params.lanes;
  let lane = i - node * params.lanes;
  let last = start[node + 1u];
  let own = values[i];
  var absent = is_missing(own);
  var x = 0.0;
  var y = 0.0;
  for (var entry = start[node]; entry < last; entry++) {
    let value = values[neighbour[entry] * params.lanes + lane];
    absent = absent || is_missing(value);
    let difference = value - own;
    x += coefficient[2u * entry] * difference;
    y += coefficient[2u * entry + 1u] * difference;
  }
  if (last == start[node] || (absent && params.gaps == 1u)) {
    x = missing_value();
    y = x;
  }
  east[i] = x;
  north[i] = y;
}
