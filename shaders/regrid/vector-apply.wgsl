// result_u + i result_v = sum over entries e of the row of weight[e] (turn[e] as cos + i sin) (u + i v)[column[e], lane]
// row_start: [rows + 1]; column, weight: [entries]; turn: [entries, 2]; u, v: [any, lanes]; results: [rows, lanes].
// A vector is missing when one of its components is. `strategy` 0 ignores that values could be missing; 1 missing if all are, 2 if
// any is, 3 if the heaviest (the first of the largest weights) is, 4 takes the heaviest alone. Present weights are divided by
// their sum. A row without entries is missing.
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
@group(0) @binding(4) var<storage, read> turn: array<f32>;
@group(0) @binding(5) var<storage, read> u: array<f32>;
@group(0) @binding(6) var<storage, read> v: array<f32>;
@group(0) @binding(7) var<storage, read_write> result_u: array<f32>;
@group(0) @binding(8) var<storage, read_write> result_v: array<f32>;

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
  let heaviest = heaviest_of(first, last);
  var sum_u = 0.0;
  var sum_v = 0.0;
  var present = 0.0;
  var absent = 0u;
  var heaviest_absent = false;
  for (var entry = first; entry < last; entry++) {
    if (params.strategy == 4u && entry != heaviest) {
      continue;
    }
    let source = column[entry] * params.lanes + lane;
    let x = u[source];
    let y = v[source];
    if (params.strategy != 0u && (is_missing(x) || is_missing(y))) {
      absent++;
      heaviest_absent = heaviest_absent || entry == heaviest;
      continue;
    }
    let w = select(weight[entry], 1.0, params.strategy == 4u);
    let cosine = turn[2u * entry];
    let sine = turn[2u * entry + 1u];
    sum_u += w * (x * cosine - y * sine);
    sum_v += w * (x * sine + y * cosine);
    present += w;
  }
  let some = first < last && absent < last - first;
  let kept = absent == 0u || (params.strategy != 2u && !(params.strategy >= 3u && heaviest_absent) && present != 0.0);
  if (!some || !kept) {
    result_u[i] = missing_value();
    result_v[i] = missing_value();
    return;
  }
  let scale = select(present, 1.0, absent == 0u);
  result_u[i] = sum_u / scale;
  result_v[i] = sum_v / scale;
}
