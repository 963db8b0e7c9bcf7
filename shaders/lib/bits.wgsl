// Octets of a word in the opposite order: GRIB is big-endian, WebGPU little-endian.
fn swap_octets(word: u32) -> u32 {
  return ((word & 0xffu) << 24u) | ((word & 0xff00u) << 8u) | ((word >> 8u) & 0xff00u) | (word >> 24u);
}

// The lowest `bits` bits set, for 0 to 32.
fn low_mask(bits: u32) -> u32 {
  return select((1u << (bits & 31u)) - 1u, 0xffffffffu, bits >= 32u);
}
