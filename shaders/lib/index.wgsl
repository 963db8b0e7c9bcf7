// Invocations of a workgroup, the same for every kernel (`dispatches.ts` counts with it). The most that every device allows: a GPU starts
// about one workgroup a nanosecond, and with 64 a plain copy reached 0.41 TB/s on an H100 whose memory gives 3.
const group_size = 256u;

// Linear index of an invocation. Dispatches are folded into two dimensions of workgroups to stay below 65 535 a dimension;
// the last row of groups may reach beyond the extent, so every kernel compares its index with its own extent first.
fn linear_index(global_id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return global_id.y * (groups.x * group_size) + global_id.x;
}
