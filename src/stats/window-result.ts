import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { count: 'u32', kind: 'u32', samples: 'u32', counted: 'u32', least: 'u32' } as const;
const inputs = { first: 'f32', sum: 'f32', present: 'u32' } as const;
const outputs = { result: 'f32' } as const;

/** Values of `kind`. */
export const resultKind = { mean: 0, accumulation: 1, extreme: 2 } as const;

/**
 * The statistic of a window from what was gathered: first + sum / n, n first + sum, or first, where n is `present` if `counted` is 1 and
 * `samples` otherwise; missing where n < least. first, sum, result [count]; present [count], or [1] where it is not read.
 */
export const windowResult = kernel('stats/window-result', {
  params,
  inputs,
  outputs,
  threads: ({ count }) => [count],
  cpu: windowResultHost,
  tolerance: 5e-7,
});

function windowResultHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { kind, samples, counted, least, first, sum, present, result } = args;
  for (let i = start; i < end; i++) {
    const n = counted === 1 ? (present[i] as number) : samples;
    const base = first[i] as number;
    if (n < least || base === missingValue) result[i] = missingValue;
    else if (kind === resultKind.mean) result[i] = base + (sum[i] as number) / Math.max(n, 1);
    else result[i] = kind === resultKind.accumulation ? n * base + (sum[i] as number) : base;
  }
}
