// A value that the compiler must take as it is. WGSL lets it reorder sums, (a + b) - a = b, which undoes compensated
// arithmetic. `zero` is 0 in every run and not known to the compiler: a parameter shifted beyond its largest value.
fn as_is(value: f32, zero: u32) -> f32 {
  return bitcast<f32>(bitcast<u32>(value) ^ zero);
}
