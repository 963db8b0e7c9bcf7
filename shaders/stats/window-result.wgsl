// The statistic of a window, by kind:
//   0 (mean)          first + sum / n
//   1 (accumulation)  n first + sum
//   2 (extreme)       first
// n = present[i] where counted is 1, else samples; missing where n < least. first, sum, result: [count]; present: [count], or [1] unread.
#import lib/index
#import lib/missing

struct Params {
  count: u32,
  kind: u32,
  samples: u32,
  counted: u32,
  least: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> first: array<f32>;
@group(0) @binding(2) var<storage, read> sum: array<f32>;
@group(0) @binding(3) var<storage, read> present: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count) {
    return;
  }
  var n = params.samples;
  if (params.counted == 1u) {
    n = present[i];
  }
  let base = first[i];
  if (n < params.least || is_missing(base)) {
    result[i] = missing_value();
    return;
  }
  switch params.kind {
    case 0u: { result[i] = base + sum[i] / f32(max(n, 1u)); }
    case 1u: { result[i] = f32(n) * base + sum[i]; }
    default: { result[i] = base; }
  }
}
