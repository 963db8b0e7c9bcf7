/**
 * What formulas can do. Each is one text for both languages: the words of WGSL, which the JavaScript prelude (`javascript.ts`) defines,
 * with `shaders/lib/formula.wgsl` for those that WGSL lacks.
 */
export interface FormulaFunction {
  readonly least: number;
  readonly most: number;
  /** Whether operands are numbers or truths (comparisons); each turns into the other where it is needed: 0 is false. */
  readonly takes: 'number' | 'truth';
  readonly gives: 'number' | 'truth';
  readonly text: (operands: readonly string[]) => string;
  /** Condition under which the result is missing although no operand is: a division by zero, the root of a negative number. */
  readonly outside?: (operands: readonly string[]) => string;
  /** The value for constant operands; not finite: missing. */
  readonly of: (operands: readonly number[]) => number;
}

const many = 16;

function called(name: string, count: number, of: (...operands: number[]) => number, outside?: FormulaFunction['outside']): FormulaFunction {
  const text = (operands: readonly string[]): string => `${name}(${operands.join(', ')})`;
  return {
    least: count,
    most: count,
    takes: 'number',
    gives: 'number',
    text,
    of: (operands) => of(...operands),
    ...(outside === undefined ? {} : { outside }),
  };
}

function infix(sign: string, of: (a: number, b: number) => number, outside?: FormulaFunction['outside']): FormulaFunction {
  return { ...called('', 2, of, outside), text: ([a, b]) => `(${a} ${sign} ${b})` };
}

function comparison(sign: string, of: (a: number, b: number) => boolean): FormulaFunction {
  return { ...infix(sign, (a, b) => Number(of(a, b))), gives: 'truth' };
}

function ofTruths(sign: string, of: (a: number, b: number) => number): FormulaFunction {
  return { ...infix(sign, of), takes: 'truth', gives: 'truth' };
}

function ofMany(name: string, of: (...operands: number[]) => number): FormulaFunction {
  return { ...called(name, 2, of), most: many, text: (operands) => operands.reduce((left, right) => `${name}(${left}, ${right})`) };
}

const isZero = ([, b]: readonly string[]): string => `${b} == 0.0`;

/** Operators by their signs (`(-)` is the sign before a term), functions by their names. */
export const formulaFunctions: ReadonlyMap<string, FormulaFunction> = new Map([
  ['+', infix('+', (a, b) => a + b)],
  ['-', infix('-', (a, b) => a - b)],
  ['*', infix('*', (a, b) => a * b)],
  ['/', infix('/', (a, b) => a / b, isZero)],
  ['%', called('modulo', 2, (a, b) => a - b * Math.floor(a / b), isZero)],
  [
    '**',
    called(
      'power',
      2,
      (a, b) => a ** b,
      ([a, b]) => `is_outside_power(${a}, ${b})`,
    ),
  ],
  ['(-)', { ...called('', 1, (a) => -a), text: ([a]) => `(-${a})` }],
  ['<', comparison('<', (a, b) => a < b)],
  ['<=', comparison('<=', (a, b) => a <= b)],
  ['>', comparison('>', (a, b) => a > b)],
  ['>=', comparison('>=', (a, b) => a >= b)],
  ['==', comparison('==', (a, b) => a === b)],
  ['!=', comparison('!=', (a, b) => a !== b)],
  ['&&', ofTruths('&&', (a, b) => Number(a !== 0 && b !== 0))],
  ['||', ofTruths('||', (a, b) => Number(a !== 0 || b !== 0))],
  ['!', { ...called('', 1, (a) => Number(a === 0)), takes: 'truth', gives: 'truth', text: ([a]) => `!${a}` }],
  ['min', ofMany('min', Math.min)],
  ['max', ofMany('max', Math.max)],
  ['abs', called('abs', 1, Math.abs)],
  ['sign', called('sign', 1, Math.sign)],
  ['floor', called('floor', 1, Math.floor)],
  ['ceil', called('ceil', 1, Math.ceil)],
  ['trunc', called('trunc', 1, Math.trunc)],
  ['round', called('nearest_even', 1, nearestEven)],
  ['sqrt', called('sqrt', 1, Math.sqrt, ([a]) => `${a} < 0.0`)],
  ['exp', called('exp', 1, Math.exp)],
  ['log', called('log', 1, Math.log, ([a]) => `${a} <= 0.0`)],
  ['log10', called('log10', 1, Math.log10, ([a]) => `${a} <= 0.0`)],
  ['sin', called('sin', 1, Math.sin)],
  ['cos', called('cos', 1, Math.cos)],
  ['tan', called('tan', 1, Math.tan)],
  ['asin', called('asin', 1, Math.asin, ([a]) => `abs(${a}) > 1.0`)],
  ['acos', called('acos', 1, Math.acos, ([a]) => `abs(${a}) > 1.0`)],
  ['atan', called('atan', 1, Math.atan)],
  ['atan2', called('angle', 2, (y, x) => (x === 0 && y === 0 ? 0 : Math.atan2(y, x)))],
  ['tanh', called('hyperbolic_tangent', 1, Math.tanh)],
  ['hypot', called('hypotenuse', 2, Math.hypot)],
  ['radians', called('radians', 1, (a) => (a * Math.PI) / 180)],
  ['degrees', called('degrees', 1, (a) => (a * 180) / Math.PI)],
  // Not WGSL's own, which takes no lower bound above the upper one.
  [
    'clamp',
    { ...called('', 3, (a, low, high) => Math.min(Math.max(a, low), high)), text: ([a, low, high]) => `min(max(${a}, ${low}), ${high})` },
  ],
  // These three are missing by rules of their own: see `emit.ts`.
  [
    'where',
    { ...called('', 3, (condition, a, b) => (condition === 0 ? b : a)), text: ([condition, a, b]) => `select(${b}, ${a}, ${condition})` },
  ],
  ['is_missing', { ...called('', 1, () => 0), gives: 'truth', text: () => 'false' }],
  ['coalesce', { ...called('', 2, (a) => a), most: many }],
]);

/** To the nearest whole number, halves to the even one, as WGSL's `round`. */
export function nearestEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
