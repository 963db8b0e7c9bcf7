// As csr-apply, for lanes in fours: result[row, lane] = sum over entries e of the row of weight[e] source[(column[e], lane]
// row_start: [rows + 1]; column, weight: [entries]; source: [any, quads] of four lanes; result: [rows, quads] of four lanes.
// quads is 1 or 2, so that shifts stand for divisions. `strategy` and the treatment of missing sources are those of csr-apply.
#import lib/index
#import lib/missing

struct Params {
  rows: u32,
  quads: u32,
  strategy: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> row_start: array<u32>;
@group(0) @binding(2) var<storage, read> column: array<u32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> result: array<vec4<f32>>;

fn heaviest_of(first: u32, last: u32) -> u32 {
  var heaviest = first;
  for (var entry = first + 1u; entry < last; entry++) {
    if (weight[entry] > weight[heaviest]) {
      heaviest = entry;
    }
  }
  return heaviest;
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.rows * params.quads) {
    return;
  }
  let shift = params.quads - 1u;
  let row = i >> shift;
  let quad = i & shift;
  let first = row_start[row];
  let last = row_start[row + 1u];
  let none = vec4<f32>(missing_value());
  if (first == last) {
    result[i] = none;
    return;
  }
  var sum = vec4<f32>(0.0);
  if (params.strategy == 0u) {
    for (var entry = first; entry < last; entry++) {
      sum += weight[entry] * source[(column[entry] << shift) + quad];
    }
    result[i] = sum;
    return;
  }
  let heaviest = source[(column[heaviest_of(first, last)] << shift) + quad];
  if (params.strategy == 4u) {
    result[i] = heaviest;
    return;
  }
  var present_weight = vec4<f32>(0.0);
  var absent = vec4<u32>(0u);
  for (var entry = first; entry < last; entry++) {
    let value = source[(column[entry] << shift) + quad];
    let missing = are_missing(value);
    sum += select(weight[entry] * value, vec4<f32>(0.0), missing);
    present_weight += select(vec4<f32>(weight[entry]), vec4<f32>(0.0), missing);
    absent += select(vec4<u32>(0u), vec4<u32>(1u), missing);
  }
  let some = absent > vec4<u32>(0u);
  var gone = (absent == vec4<u32>(last - first)) | (present_weight == vec4<f32>(0.0));
  if (params.strategy == 2u) {
    gone = some;
  } else if (params.strategy == 3u) {
    gone = gone | are_missing(heaviest);
  }
  // A weight of 1 in place of none keeps the division away from 0.
  let divisor = select(vec4<f32>(1.0), present_weight, some & !gone);
  result[i] = select(sum / divisor, none, some & gone);
}
