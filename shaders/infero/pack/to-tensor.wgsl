// tensor[start + k step + q point_stride] = (field[order[point_start + q], first_lane + k] - mean[c]) / scale[c],  c = channel + k channel_step
// field: [grid points, lanes]; order: [points], 0xffffffff where there is no point; normal: [channels, 3]: mean, 1 / scale, fill.
// Missing values become fill and are counted in absent[mark_start + k mark_step + q]: no other invocation of the dispatch writes there.
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
@group(0) @binding(1) var<storage, read> field: array<f32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> normal: array<f32>;
@group(0) @binding(4) var<storage, read_write> tensor: array<f32>;
@group(0) @binding(5) var<storage, read_write> absent: array<u32>;

const nowhere = 0xffffffffu;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let q = linear_index(id, groups);
  if (q >= params.points) {
    return;
  }
  var point = params.point_start + q;
  if (params.gathers == 1u) {
    point = order[point];
  }
  for (var k = 0u; k < params.count; k++) {
    let c = 3u * (params.channel + k * params.channel_step);
    var value = missing_value();
    if (point != nowhere) {
      value = field[point * params.lanes + params.first_lane + k];
    }
    let absent_here = is_missing(value);
    tensor[params.start + k * params.step + q * params.point_stride] =
      select((value - normal[c]) * normal[c + 1u], normal[c + 2u], absent_here);
    if (params.marks == 1u && absent_here && point != nowhere) {
      absent[params.mark_start + k * params.mark_step + q] += 1u;
    }
  }
}
