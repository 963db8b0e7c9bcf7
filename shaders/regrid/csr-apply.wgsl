// result[row, lane] = sum over entries e of the row of weight[e] source[column[e], lane]
// row_start: [rows + 1]; column, weight: [entries]; source: [any, lanes]; result: [rows, lanes].
// Missing sources: `strategy` 0 ignores that values could be missing; 1 missing if all are, 2 if any is, 3 if the heaviest
// (the first of the largest weights) is, 4 takes the heaviest alone. Present weights are divided by their sum. A row without
// entries is missing.
#import lib/index
#import lib/missing

struct Params {
  rows: u32,
  lanes: u32,
  strategy: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> row_start: array<u32>;
@group(0) @binding(2) var<storage, read> column: array<u32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> source: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

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
  if (i >= params.rows * params.lanes) {
    return;
  }
  let row = i / params.lanes;
  let lane = i - row * params.lanes;
  let first = row_start[row];
  let last = row_start[row + 1u];
  if (first == last) {
    result[i] = missing_value();
    return;
  }
  var sum = 0.0;
  if (params.strategy == 0u) {
    for (var entry = first; entry < last; entry++) {
      sum += weight[entry] * source[column[entry] * params.lanes + lane];
    }
    result[i] = sum;
    return;
  }
  let heaviest = heaviest_of(first, last);
  if (params.strategy == 4u) {
    result[i] = source[column[heaviest] * params.lanes + lane];
    return;
  }
  var present_weight = 0.0;
  var absent = 0u;
  for (var entry = first; entry < last; entry++) {
    let value = source[column[entry] * params.lanes + lane];
    if (is_missing(value)) {
      absent++;
    } else {
      sum += weight[entry] * value;
      present_weight += weight[entry];
    }
  }
  if (absent == 0u) {
    result[i] = sum;
    return;
  }
  let heaviest_missing = is_missing(source[column[heaviest] * params.lanes + lane]);
  if (absent == last - first || params.strategy == 2u || (params.strategy == 3u && heaviest_missing) || present_weight == 0.0) {
    result[i] = missing_value();
    return;
  }
  result[i] = sum / present_weight;
}
