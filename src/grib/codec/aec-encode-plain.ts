import { DteError } from '../../base/index.js';
import { AEC_FLAGS, type AecOptions, type AecShape, aecShape, type AecValues } from './aec-options.js';

/** A coded stream. */
export interface AecStream {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Start bit of every reference sample interval, then the end bit of the last. `[intervals + 1]` */
  readonly rsiOffsets: Float64Array<ArrayBuffer>;
}

/** The largest second-extension code that other decoders have in their table. */
const LARGEST_PAIR_CODE = 90;
const SEGMENT_BLOCKS = 64;

/** Writes a stream most significant bit first. */
class BitWriter {
  bytes = new Uint8Array(1 << 12);
  position = 0;

  field(value: number, width: number): void {
    for (let left = width; left > 0; ) {
      const free = 8 - (this.position % 8);
      const taken = Math.min(free, left);
      const part = Math.floor(value / 2 ** (left - taken)) % 2 ** taken;
      const at = Math.floor(this.position / 8);
      if (at >= this.bytes.length) this.grow(at + 1);
      this.bytes[at] |= part << (free - taken);
      this.position += taken;
      left -= taken;
    }
  }

  zeros(count: number): void {
    this.position += count;
    this.field(1, 1);
  }

  private grow(needed: number): void {
    const wider = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    wider.set(this.bytes);
    this.bytes = wider;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const length = Math.ceil(this.position / 8);
    if (length > this.bytes.length) this.grow(length);
    return this.bytes.slice(0, length);
  }
}

/** Options of an encode call, checked: no signed values (GRIB packs none) and no padding of intervals, which ecCodes cannot read back. */
export function aecEncodeShape(options: AecOptions): AecShape {
  if ((options.flags & (AEC_FLAGS.signed | AEC_FLAGS.padRsi)) !== 0) {
    throw new DteError('input.option', `CCSDS flags ${options.flags} ask for signed values or padded intervals`, {
      hint: 'clear flags 1 and 32; ECMWF writes 14',
    });
  }
  return aecShape(options, 'input.option');
}

/** The error for a value that does not fit the packing. */
export function aecTooLarge(value: number, bits: number): DteError {
  return new DteError('limit.range', `value ${value} does not fit in ${bits} bits`);
}

/** Samples of one interval as residuals: the forward map of section 4.6; `residuals[0]` becomes 0 and the sample itself is the reference. */
function differentiate(samples: Float64Array, count: number, maximum: number): void {
  let previous = samples[0];
  samples[0] = 0;
  for (let i = 1; i < count; i++) {
    const x = samples[i];
    const difference = x - previous;
    const reach = Math.min(previous, maximum - previous);
    if (Math.abs(difference) > reach) samples[i] = reach + Math.abs(difference);
    else samples[i] = difference >= 0 ? 2 * difference : -2 * difference - 1;
    previous = x;
  }
}

/** Cost in bits of low parts of `low` bits, without the option number. */
function splitCost(block: Float64Array, reference: number, low: number): number {
  const scale = 2 ** low;
  let cost = (block.length - reference) * (low + 1);
  for (let i = reference; i < block.length; i++) cost += Math.floor(block[i] / scale);
  return cost;
}

function extensionCost(block: Float64Array): number {
  let cost = 1;
  for (let i = 0; i < block.length; i += 2) {
    const sum = block[i] + block[i + 1];
    const code = (sum * (sum + 1)) / 2 + block[i + 1];
    if (code > LARGEST_PAIR_CODE) return Number.POSITIVE_INFINITY;
    cost += code + 1;
  }
  return cost;
}

/** One block that is not all zero: the cheapest of uncompressed, second extension and split, in this order when equal. */
function writeBlock(writer: BitWriter, shape: AecShape, block: Float64Array, reference: number, sample: number): void {
  const { bits, idBits, rawId } = shape;
  const rawCost = bits * (block.length - reference);
  let low = -1;
  let splitBest = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= rawId - 2; k++) {
    const cost = splitCost(block, reference, k);
    if (cost >= splitBest) break;
    splitBest = cost;
    low = k;
  }
  // Pairs cost less than split codes only where nearly all residuals are 0 or 1.
  const pairCost = low <= 0 ? extensionCost(block) : Number.POSITIVE_INFINITY;
  if (rawCost <= pairCost && rawCost <= splitBest) {
    writer.field(rawId, idBits);
    if (reference) writer.field(sample, bits);
    for (let i = reference; i < block.length; i++) writer.field(block[i], bits);
  } else if (pairCost <= splitBest) {
    writer.field(1, idBits + 1);
    if (reference) writer.field(sample, bits);
    for (let i = 0; i < block.length; i += 2) {
      const sum = block[i] + block[i + 1];
      writer.zeros((sum * (sum + 1)) / 2 + block[i + 1]);
    }
  } else {
    writer.field(low + 1, idBits);
    if (reference) writer.field(sample, bits);
    for (let i = reference; i < block.length; i++) writer.zeros(Math.floor(block[i] / 2 ** low));
    for (let i = reference; i < block.length; i++) writer.field(block[i] % 2 ** low, low);
  }
}

/** A run of zero blocks that began at block `start` of its interval. */
function writeZeroRun(writer: BitWriter, shape: AecShape, start: number, run: number, sample: number): void {
  const end = start + run;
  writer.field(0, shape.idBits + 1);
  if (start === 0 && shape.preprocess) writer.field(sample, shape.bits);
  if (run < 5) writer.zeros(run - 1);
  else writer.zeros(end % SEGMENT_BLOCKS === 0 || end === shape.rsi ? 4 : run);
}

/** The readable encoder: same contract and same bytes as `aecEncode`. */
export function aecEncodePlain(values: AecValues, options: AecOptions): AecStream {
  const shape = aecEncodeShape(options);
  const { blockSize, rsiValues, maximum } = shape;
  const intervals = Math.ceil(values.length / rsiValues);
  const rsiOffsets = new Float64Array(intervals + 1);
  const writer = new BitWriter();
  const samples = new Float64Array(rsiValues);
  for (let rsi = 0; rsi < intervals; rsi++) {
    rsiOffsets[rsi] = writer.position;
    const start = rsi * rsiValues;
    const count = Math.min(rsiValues, values.length - start);
    const blocks = Math.ceil(count / blockSize);
    for (let i = 0; i < blocks * blockSize; i++) {
      samples[i] = values[start + Math.min(i, count - 1)];
      if (samples[i] > maximum) throw aecTooLarge(samples[i], shape.bits);
    }
    const sample = samples[0];
    if (shape.preprocess) differentiate(samples, blocks * blockSize, maximum);
    let run = 0;
    for (let b = 0; b < blocks; b++) {
      const block = samples.subarray(b * blockSize, (b + 1) * blockSize);
      const zero = block.every((residual) => residual === 0);
      if (zero) run++;
      else {
        if (run > 0) writeZeroRun(writer, shape, b - run, run, sample);
        run = 0;
        writeBlock(writer, shape, block, shape.preprocess && b === 0 ? 1 : 0, sample);
      }
      if (run > 0 && ((b + 1) % SEGMENT_BLOCKS === 0 || b + 1 === blocks)) {
        writeZeroRun(writer, shape, b + 1 - run, run, sample);
        run = 0;
      }
    }
  }
  rsiOffsets[intervals] = writer.position;
  return { bytes: writer.finish(), rsiOffsets };
}
