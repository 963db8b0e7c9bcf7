import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
import { checksumMerge } from './checksum-merge.js';
import { checksumPoints } from './checksum.js';
import { pointsPerChunk } from './moments.js';
import { chunksPerMerge } from './moments-merge.js';
import type { ReducedTile } from './statistics.js';

/** The items that one part owns. */
export interface SummedPart {
  readonly owned: number;
  readonly item: DeviceArray<'u32'>;
}

/** 64 bits over every layer's values (as f32) and the items that hold them: 16 hexadecimal digits, the same for any division into parts. */
export async function tileChecksums(
  engine: Engine,
  parts: readonly SummedPart[],
  tiles: readonly ReducedTile[],
): Promise<readonly string[]> {
  const sums = await engine.run((pass) => tiles.map((tile) => recordSums(pass, parts, tile)));
  const read = await engine.read(...sums);
  for (const array of sums) array.release();
  const hexadecimal = (word: number): string => word.toString(16).padStart(8, '0');
  return tiles.flatMap(({ lanes }, tile) => {
    const words = read[tile] as Uint32Array;
    return Array.from({ length: lanes }, (_, lane) => hexadecimal(words[2 * lane] as number) + hexadecimal(words[2 * lane + 1] as number));
  });
}

function recordSums(pass: Pass, parts: readonly SummedPart[], { lanes, values }: ReducedTile): DeviceArray<'u32'> {
  const counts = parts.map(({ owned }) => Math.ceil(owned / pointsPerChunk));
  let chunks = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  let sums = pass.allocate('u32', chunks * lanes * 2);
  pass.clear(sums);
  let chunkStart = 0;
  for (const [index, { owned: points, item }] of parts.entries()) {
    const own = counts[index] as number;
    pass.run(checksumPoints, { chunks: own, points, lanes, chunkStart, values: values[index] as DeviceArray<'f32'>, item, sums });
    chunkStart += own;
  }
  while (chunks > 1) {
    const merged = Math.ceil(chunks / chunksPerMerge);
    const partSums = sums;
    sums = pass.allocate('u32', merged * lanes * 2);
    pass.run(checksumMerge, { merged, chunks, lanes, partSums, sums });
    chunks = merged;
  }
  return sums;
}
