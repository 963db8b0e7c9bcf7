// What formulas of plugins can do beyond WGSL's own functions (src/plume/expression/javascript.ts has the same in JavaScript).

fn nearest_even(x: f32) -> f32 {
  return round(x);
}

fn modulo(a: f32, b: f32) -> f32 {
  return a - b * floor(a / b);
}

// The hyperbola is 1 in f32 from 9.01 on; implementations may overflow far above.
fn hyperbolic_tangent(x: f32) -> f32 {
  return tanh(clamp(x, -15.0, 15.0));
}

fn log10(x: f32) -> f32 {
  return 0.43429448 * log(x);
}

// 0 for 0, 0, where WGSL's own is undefined.
fn angle(y: f32, x: f32) -> f32 {
  let nowhere = y == 0.0 && x == 0.0;
  return select(atan2(y, select(x, 1.0, nowhere)), 0.0, nowhere);
}

// Scaled by the larger, so that squares neither overflow nor vanish.
fn hypotenuse(a: f32, b: f32) -> f32 {
  let larger = max(abs(a), abs(b));
  let smaller = min(abs(a), abs(b));
  let ratio = smaller / select(larger, 1.0, larger == 0.0);
  return larger * sqrt(1.0 + ratio * ratio);
}

fn is_outside_power(a: f32, b: f32) -> bool {
  return (a < 0.0 && b != floor(b)) || (a == 0.0 && b < 0.0);
}

// Negative bases to whole powers, too; WGSL's own is undefined for them.
fn power(a: f32, b: f32) -> f32 {
  let odd = b != 2.0 * floor(0.5 * b);
  let size = select(pow(abs(a), b), select(0.0, 1.0, b == 0.0), a == 0.0);
  return select(size, -size, a < 0.0 && odd);
}

// A number that can be stored: neither infinite nor the sentinel of a missing value.
fn is_storable(x: f32) -> bool {
  let bits = bitcast<u32>(x);
  return (bits & 0x7f800000u) != 0x7f800000u && bits != 0xff7fffffu;
}
