// result[row, lane] = a statistic of the values source[column[e], lane] of the entries e of the row that are not missing
// row_start: [rows + 1]; column: [entries]; source: [any, lanes]; result: [rows, lanes].
// `statistic`: 0 maximum, 1 minimum, 2 mean, 3 sum, 4 count, 5 variance (of a sample, / (n - 1)), 6 standard deviation. Two passes for
// the last two: first the mean, then the squares of what is left. A row without entries is missing, and so is one without values,
// except that it counts 0.
#import lib/index
#import lib/missing

struct Params {
  rows: u32,
  lanes: u32,
  statistic: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> row_start: array<u32>;
@group(0) @binding(2) var<storage, read> column: array<u32>;
@group(0) @binding(3) var<storage, read> source: array<f32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

fn squares(first: u32, last: u32, lane: u32, mean: f32) -> f32 {
  var sum = 0.0;
  for (var entry = first; entry < last; entry++) {
    let value = source[column[entry] * params.lanes + lane];
    if (!is_missing(value)) {
      sum += (value - mean) * (value - mean);
    }
  }
  return sum;
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
  var count = 0u;
  var sum = 0.0;
  var least = 0.0;
  var most = 0.0;
  for (var entry = first; entry < last; entry++) {
    let value = source[column[entry] * params.lanes + lane];
    if (is_missing(value)) {
      continue;
    }
    sum += value;
    if (count == 0u || value < least) {
      least = value;
    }
    if (count == 0u || value > most) {
      most = value;
    }
    count++;
  }
  if (first == last || (count == 0u && params.statistic != 4u)) {
    result[i] = missing_value();
    return;
  }
  let mean = sum / f32(max(count, 1u));
  switch params.statistic {
    case 0u: {
      result[i] = most;
    }
    case 1u: {
      result[i] = least;
    }
    case 2u: {
      result[i] = mean;
    }
    case 3u: {
      result[i] = sum;
    }
    case 4u: {
      result[i] = f32(count);
    }
    default: {
      var variance = 0.0;
      if (count > 1u) {
        variance = squares(first, last, lane, mean) / f32(count - 1u);
      }
      if (params.statistic == 6u) {
        result[i] = sqrt(variance);
      } else {
        result[i] = variance;
      }
    }
  }
}
