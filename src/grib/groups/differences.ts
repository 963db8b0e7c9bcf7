/**
 * Undoes spatial differencing of order 1 to 3 in place: X_i += bias, plus X_{i-1}; 2 X_{i-1} - X_{i-2}; or 3 X_{i-1} - 3 X_{i-2} +
 * X_{i-3}. The first numbers that are present are those before differencing; absent ones are passed over (WMO FM 92, template 7.3).
 */
export function integrate(values: Float64Array, initial: Float64Array, bias: number, isAbsent: Uint8Array | undefined): void {
  const order = initial.length;
  if (order === 0) return;
  let [first, second, third] = [0, 0, 0];
  let done = 0;
  for (let i = 0; i < values.length; i++) {
    if (isAbsent !== undefined && isAbsent[i] === 1) continue;
    const change = (values[i] as number) + bias;
    let value = initial[done] as number;
    if (done >= order) {
      value = order === 1 ? change + first : order === 2 ? change + 2 * first - second : change + 3 * first - 3 * second + third;
    } else done++;
    values[i] = value;
    third = second;
    second = first;
    first = value;
  }
}
