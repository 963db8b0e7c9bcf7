// Places of spectral coefficients of triangular truncation T: rows m = 0..T of pairs n = m..T.

// Pairs before row m.
fn row_start(truncation: u32, m: u32) -> u32 {
  return (m * (2u * truncation + 3u - m)) / 2u;
}

// Row of a pair.
fn row_of(truncation: u32, pair: u32) -> u32 {
  var low = 0u;
  var high = truncation;
  while (low < high) {
    let middle = (low + high + 1u) / 2u;
    if (row_start(truncation, middle) <= pair) {
      low = middle;
    } else {
      high = middle - 1u;
    }
  }
  return low;
}

// Pairs with n < sub in the rows before m.
fn subset_before(sub: u32, m: u32) -> u32 {
  let rows = min(m, sub);
  return rows * sub - (rows * (rows - 1u)) / 2u;
}
