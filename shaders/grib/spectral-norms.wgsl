// norms[n, lane] = the greatest magnitude of a real or imaginary part among the coefficients (m, n), m = 0..n.
// values: [(rows + 1) rows, lanes], rows = truncation + 1; norms: [rows, lanes].
#import lib/index
#import lib/triangle

struct Params {
  rows: u32,
  lanes: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> norms: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.rows * params.lanes) {
    return;
  }
  let n = i / params.lanes;
  let lane = i - n * params.lanes;
  var size = 0.0;
  for (var m = 0u; m <= n; m++) {
    let at = 2u * (row_start(params.rows - 1u, m) + n - m) * params.lanes + lane;
    size = max(size, max(abs(values[at]), abs(values[at + params.lanes])));
  }
  norms[i] = size;
}
