/** The words of WGSL that formulas use, for twins: `shaders/lib/formula.wgsl` and the functions of WGSL itself. */
export const javascriptPrelude = `
const { abs, acos, asin, atan, ceil, cos, exp, floor, log, log10, max, min, sign, sin, sqrt, tan, trunc } = Math;
const hypotenuse = (a, b) => sqrt(a * a + b * b);
const hyperbolic_tangent = Math.tanh;
const select = (a, b, condition) => (condition ? b : a);
const clamp = (a, low, high) => min(max(a, low), high);
const modulo = (a, b) => a - b * floor(a / b);
const radians = (a) => (a * Math.PI) / 180;
const degrees = (a) => (a * 180) / Math.PI;
const angle = (y, x) => (x === 0 && y === 0 ? 0 : Math.atan2(y, x));
const power = (a, b) => a ** b;
const is_outside_power = (a, b) => (a < 0 && b !== floor(b)) || (a === 0 && b < 0);
const is_missing = (x) => x === missing;
const missing_value = () => missing;
const missing = -3.4028234663852886e38;
const is_storable = (x) => abs(x) < 3.4028234663852886e38;
const nearest_even = (x) => {
  const below = floor(x);
  const rest = x - below;
  return rest === 0.5 ? below + (below % 2 === 0 ? 0 : 1) : rest < 0.5 ? below : below + 1;
};
`;
