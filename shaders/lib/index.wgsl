// Linear index of an invocation. Dispatches are folded into two dimensions of workgroups to stay below 65 535 a dimension;
// the last row of groups may reach beyond the extent, so every kernel compares its index with its own extent first.
fn linear_index(global_id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return global_id.y * (groups.x * 64u) + global_id.x;
}
