// Unsigned integers of several 32-bit words, least significant first. Sums of integers are the same in any order.
fn multiplied(a: u32, b: u32) -> vec2<u32> {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let cross = a0 * b1;
  let crossed = a1 * b0;
  let middle = (low >> 16u) + (cross & 0xffffu) + (crossed & 0xffffu);
  return vec2<u32>((low & 0xffffu) | (middle << 16u), a1 * b1 + (cross >> 16u) + (crossed >> 16u) + (middle >> 16u));
}

fn added2(sum: vec2<u32>, more: u32) -> vec2<u32> {
  let low = sum.x + more;
  return vec2<u32>(low, sum.y + select(0u, 1u, low < more));
}

fn added3(sum: vec3<u32>, more: vec2<u32>) -> vec3<u32> {
  let low = sum.x + more.x;
  let carry = select(0u, 1u, low < more.x);
  // More than 2^32 - 1 cannot come of a product's upper word and a carry.
  let upper = added2(sum.yz, more.y + carry);
  return vec3<u32>(low, upper);
}

fn added4(sum: vec4<u32>, more: vec3<u32>) -> vec4<u32> {
  let low = sum.x + more.x;
  let carry = select(0u, 1u, low < more.x);
  let second = added2(vec2<u32>(sum.y, 0u), more.y);
  let third = added2(vec2<u32>(second.x, 0u), carry);
  return vec4<u32>(low, third.x, added2(sum.zw, more.z + second.y + third.y));
}

// Three words: a product of 64 and 32 bits.
fn multiplied_wide(a: vec2<u32>, b: u32) -> vec3<u32> {
  let low = multiplied(a.x, b);
  let high = multiplied(a.y, b);
  let middle = low.y + high.x;
  return vec3<u32>(low.x, middle, high.y + select(0u, 1u, middle < high.x));
}
