// Values that are not finite become missing, in place: values [points]. Their exponent is all ones.
#import lib/index
#import lib/missing

struct Params {
  points: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points) {
    return;
  }
  if ((bitcast<u32>(values[i]) & 0x7f800000u) == 0x7f800000u) {
    values[i] = missing_value();
  }
}
