import { kernel, type TwinArguments } from '../compute/index.js';
import { packWasm } from './pack-wasm.js';
import { packedFormat } from './unpack.js';

const params = { blocks: 'u32', lanes: 'u32', pointStride: 'u32', laneStride: 'u32' } as const;
const inputs = { values: 'f32', laneTable: 'u32', laneReals: 'f32' } as const;
const outputs = { packed: 'u32' } as const;

/**
 * Values -> packed integers of up to eight messages: X = floor((v 10^D - R) 2^-E + 1/2), then bit packing. Value i of a lane
 * is values[i * pointStride + lane * laneStride]. One invocation packs 32 values of a lane, which are a whole number of words
 * in every width, so no two invocations share a word. `largest` is the greatest integer that the message's bits allow (the
 * width may be more: AEC takes elements of 8, 16 or 32 bits). A width of 0 writes nothing.
 *
 * A lane is a row of `laneTable` (word start, width, format, count, largest) and of `laneReals` (R, 2^-E, 10^D).
 */
export const pack = kernel('grib/pack', {
  params,
  inputs,
  outputs,
  threads: ({ blocks, lanes }) => [blocks, lanes],
  cpu: packHost,
  simd: {
    module: packWasm,
    run: ({ pack: compiled }, a, start, end) =>
      compiled?.(start, end, a.lanes, a.pointStride, a.laneStride, a.values, a.laneTable, a.laneReals, a.packed),
  },
  // Of the packed integers: one quantum in f32, where the difference to the reference is rounded. Tests compare integers.
  tolerance: 1,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

const blocksAtOnce = 16;

function packHost(args: Arguments, start: number, end: number): void {
  const { lanes, pointStride, laneStride, values, laneTable, laneReals, packed } = args;
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
  const halves = new Uint16Array(packed.buffer, packed.byteOffset, packed.length * 2);
  for (let block = start; block < end; block += blocksAtOnce) {
    for (let lane = 0; lane < lanes; lane++) {
      const bits = laneTable[lane * 5 + 1] as number;
      if (bits === 0) continue;
      const word = laneTable[lane * 5] as number;
      const format = laneTable[lane * 5 + 2] as number;
      const count = laneTable[lane * 5 + 3] as number;
      const reference = laneReals[lane * 3] as number;
      const inverseScale = laneReals[lane * 3 + 1] as number;
      const decimal = laneReals[lane * 3 + 2] as number;
      const first = block * 32;
      const last = Math.min(Math.min(block + blocksAtOnce, end) * 32, count);
      const largest = laneTable[lane * 5 + 4] as number;
      const base = lane * laneStride;
      if (bits === 16) {
        const elements = format === packedFormat.elements;
        for (
          let index = first, at = word * 2 + first, from = base + first * pointStride;
          index < last;
          index++, at++, from += pointStride
        ) {
          const integer = Math.min(largest, Math.max(0, ((values[from] as number) * decimal - reference) * inverseScale + 0.5)) | 0;
          halves[at] = elements ? integer : (integer >>> 8) | (integer << 8);
        }
        padHalves(halves, word * 2, last, count);
      } else {
        packAny(bytes, word * 4, bits, format, first, last, (index) => {
          const scaled = Math.floor(((values[base + index * pointStride] as number) * decimal - reference) * inverseScale + 0.5);
          return scaled < 0 ? 0 : scaled > largest ? largest : scaled;
        });
      }
    }
  }
}

// The last word of a lane may be half used.
function padHalves(halves: Uint16Array, start: number, last: number, count: number): void {
  if (last === count && (count & 1) === 1) halves[start + last] = 0;
}

function packAny(
  bytes: Uint8Array,
  start: number,
  bits: number,
  format: number,
  first: number,
  last: number,
  integerOf: (index: number) => number,
): void {
  if (last <= first) return;
  let at = start + (first / 8) * bits;
  if (format === packedFormat.elements) {
    const octets = bits / 8;
    for (let index = first; index < last; index++) {
      let integer = integerOf(index);
      for (let octet = 0; octet < octets; octet++, integer = Math.floor(integer / 256)) bytes[at++] = integer & 0xff;
    }
  } else {
    let held = 0;
    let heldBits = 0;
    for (let index = first; index < last; index++) {
      // At most 7 + 32 bits are held: exact in a double.
      held = held * 2 ** bits + integerOf(index);
      heldBits += bits;
      while (heldBits >= 8) {
        heldBits -= 8;
        const octet = Math.floor(held / 2 ** heldBits);
        bytes[at++] = octet;
        held -= octet * 2 ** heldBits;
      }
    }
    if (heldBits > 0) bytes[at++] = held * 2 ** (8 - heldBits);
  }
  while ((at & 3) !== 0) bytes[at++] = 0;
}
