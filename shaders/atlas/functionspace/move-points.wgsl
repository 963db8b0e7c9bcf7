// destination[destination_point[k], lane] = source[source_point[k], lane] for k < count: gathers, scatters, and both sides of a halo exchange.
// source_point: [count], the point in its lower 31 bits; its highest bit turns the value's sign where `vector` is 1 (across a pole).
// destination_point: [count], without repetition; source: [any, lanes]; destination: [any, lanes], other points stay as they are. Exact.
#import lib/index
#import lib/missing

struct Params {
  count: u32,
  lanes: u32,
  vector: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source_point: array<u32>;
@group(0) @binding(2) var<storage, read> destination_point: array<u32>;
@group(0) @binding(3) var<storage, read> source: array<f32>;
@group(0) @binding(4) var<storage, read_write> destination: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.count * params.lanes) {
    return;
  }
  let k = i / params.lanes;
  let lane = i - k * params.lanes;
  let point = source_point[k] & 0x7fffffffu;
  let turned = (source_point[k] >> 31u) & params.vector;
  let value = source[point * params.lanes + lane];
  destination[destination_point[k] * params.lanes + lane] = select(value, -value, turned == 1u && !is_missing(value));
}
