// field[point_start + i, first_lane + k] = tensor[start + k step + q point_stride] scale[c] + mean[c],  c = channel + k channel_step
// q = order[point_start + i] or i; missing where q is 0xffffffff or absent[mark_start + k mark_step + q] > 0.
// field: [grid points, lanes]; order: [grid points]; normal: [channels, 3]: mean, scale, unused.
#import lib/index
#import lib/missing

struct Params {
  points: u32,
  lanes: u32,
  first_lane: u32,
  count: u32,
  gathers: u32,
  point_start: u32,
  point_stride: u32,
  start: u32,
  step: u32,
  channel: u32,
  channel_step: u32,
  marks: u32,
  mark_start: u32,
  mark_step: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tensor: array<f32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> normal: array<f32>;
@group(0) @binding(4) var<storage, read> absent: array<u32>;
@group(0) @binding(5) var<storage, read_write> field: array<f32>;

const nowhere = 0xffffffffu;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points) {
    return;
  }
  let point = params.point_start + i;
  var q = i;
  if (params.gathers == 1u) {
    q = order[point];
  }
  for (var k = 0u; k < params.count; k++) {
    let c = 3u * (params.channel + k * params.channel_step);
    var value = missing_value();
    if (q != nowhere) {
      value = tensor[params.start + k * params.step + q * params.point_stride] * normal[c + 1u] + normal[c];
      if (params.marks == 1u) {
        value = select(value, missing_value(), absent[params.mark_start + k * params.mark_step + q] > 0u);
      }
    }
    field[point * params.lanes + params.first_lane + k] = value;
  }
}
