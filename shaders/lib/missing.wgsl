// The sentinel of a missing value (see src/compute/missing.ts). It is compared as bits and never enters arithmetic.
const missing_bits: u32 = 0xff7fffffu;

fn is_missing(x: f32) -> bool {
  return bitcast<u32>(x) == missing_bits;
}

fn missing_value() -> f32 {
  return bitcast<f32>(missing_bits);
}

fn are_missing(x: vec4<f32>) -> vec4<bool> {
  return bitcast<vec4<u32>>(x) == vec4<u32>(missing_bits);
}
