import { kernel, missingValue, type TwinArguments } from '../compute/index.js';

const params = { points: 'u32', lanes: 'u32' } as const;
const inputs = { mask: 'u32', source: 'f32' } as const;
const outputs = { kept: 'f32' } as const;

/** kept = source where the mask has a bit for the point, else missing. mask [points / 32], source and kept [points, lanes]. */
export const keep = kernel('mir/keep', {
  params,
  inputs,
  outputs,
  threads: ({ points, lanes }) => [points, lanes],
  cpu: keepHost,
  tolerance: 0,
});

function keepHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { lanes, mask, source, kept } = args;
  for (let point = start; point < end; point++) {
    const isKept = (((mask[point >>> 5] as number) >>> (31 - (point & 31))) & 1) === 1;
    for (let at = point * lanes; at < (point + 1) * lanes; at++) kept[at] = isKept ? (source[at] as number) : missingValue;
  }
}
