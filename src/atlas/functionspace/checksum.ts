import { kernel, type TwinArguments } from '../../compute/index.js';
import { pointsPerChunk } from './moments.js';

const params = { chunks: 'u32', points: 'u32', lanes: 'u32', chunkStart: 'u32' } as const;
const inputs = { values: 'f32', item: 'u32' } as const;
const outputs = { sums: 'u32' } as const;

/**
 * Two 32-bit sums of hashes of (item, bits of the value as f32) over 256 points of a lane, modulo 2^32: the same for any order
 * of the points and any division into parts. It finds damage; it is not made against intent.
 * values [points, lanes], item [points], sums [any, lanes, 2] from chunk `chunkStart` on.
 */
export const checksumPoints = kernel('atlas/functionspace/checksum', {
  params,
  inputs,
  outputs,
  threads: ({ chunks, lanes }) => [chunks, lanes],
  cpu: checksumPointsHost,
  tolerance: 0,
});

function checksumPointsHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  const { points, lanes, chunkStart, values, item, sums } = args;
  const single = new Float32Array(1);
  const bits = new Uint32Array(single.buffer);
  for (let chunk = start; chunk < end; chunk++) {
    const last = Math.min((chunk + 1) * pointsPerChunk, points);
    for (let lane = 0; lane < lanes; lane++) {
      let first = 0;
      let second = 0;
      for (let point = chunk * pointsPerChunk; point < last; point++) {
        single[0] = values[point * lanes + lane] as number;
        const place = mixed(((item[point] as number) + 0x9e3779b9) | 0);
        const hash = mixed(((bits[0] as number) + place) | 0);
        first = (first + hash) | 0;
        second = (second + mixed(hash ^ place)) | 0;
      }
      const at = ((chunkStart + chunk) * lanes + lane) * 2;
      sums[at] = first;
      sums[at + 1] = second;
    }
  }
}

/** A one-to-one mixture of 32 bits in which every bit of the result depends on every bit of the word. */
function mixed(word: number): number {
  let bits = word;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return bits ^ (bits >>> 16);
}
