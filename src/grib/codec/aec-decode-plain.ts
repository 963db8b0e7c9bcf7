import { type AecDecodeOptions, aecDamage, type AecOptions, type AecShape, aecShape, aecSpan, type AecValues } from './aec-options.js';

/** Reads a stream most significant bit first; bits after the end are zero, `overrun` tells. */
class BitReader {
  readonly bytes: Uint8Array;
  /** Next bit. */
  position: number;
  readonly endBit: number;

  constructor(bytes: Uint8Array, startBit: number) {
    this.bytes = bytes;
    this.position = startBit;
    this.endBit = bytes.length * 8;
  }

  get overrun(): boolean {
    return this.position > this.endBit;
  }

  /** The next 32 bits, not consumed. */
  peek(): number {
    const { bytes } = this;
    const first = Math.floor(this.position / 8);
    const shift = this.position % 8;
    if (first + 5 <= bytes.length) {
      const high = (bytes[first] << 24) | (bytes[first + 1] << 16) | (bytes[first + 2] << 8) | bytes[first + 3];
      return shift === 0 ? high : (high << shift) | (bytes[first + 4] >>> (8 - shift));
    }
    let high = 0;
    for (let i = 0; i < 4; i++) high = (high << 8) | (bytes[first + i] ?? 0);
    return shift === 0 ? high : (high << shift) | ((bytes[first + 4] ?? 0) >>> (8 - shift));
  }

  /** An unsigned field of 0..32 bits. */
  field(width: number): number {
    if (width === 0) return 0;
    const value = this.peek() >>> (32 - width);
    this.position += width;
    return value;
  }

  /** A fundamental sequence: the number of zeros before the next one. At the end of the stream it stops with `overrun` set. */
  zeros(): number {
    let zeros = 0;
    for (;;) {
      const window = this.peek();
      if (window !== 0) {
        const leading = Math.clz32(window);
        this.position += leading + 1;
        return zeros + leading;
      }
      zeros += 32;
      this.position += 32;
      if (this.overrun) return zeros;
    }
  }
}

/** The pair (a, b) of second-extension code m: s is the largest with s(s+1)/2 <= m, b = m - s(s+1)/2, a = s - b. */
export function secondExtensionPair(code: number): readonly [number, number] {
  let sum = Math.floor((Math.sqrt(8 * code + 1) - 1) / 2);
  while ((sum * (sum + 1)) / 2 > code) sum--;
  while (((sum + 1) * (sum + 2)) / 2 <= code) sum++;
  const second = code - (sum * (sum + 1)) / 2;
  return [sum - second, second];
}

/** Number of zero blocks that code m at block `block` of `rsi` stands for: 4 means up to the end of the 64-block segment or interval. */
export function zeroBlocks(code: number, block: number, rsi: number): number {
  if (code === 4) return Math.min(rsi - block, 64 - (block % 64));
  return code < 4 ? code + 1 : code;
}

/** Residuals of one interval, block by block, to `residuals`; the reference sample, if any, is `residuals[0]`. */
function readInterval(reader: BitReader, shape: AecShape, blocks: number, rsi: number, residuals: Float64Array): void {
  const { bits, blockSize, idBits, rawId, maximum } = shape;
  for (let block = 0; block < blocks; ) {
    const startBit = reader.position;
    const reference = shape.preprocess && block === 0 ? 1 : 0;
    let at = block * blockSize;
    let end = at + blockSize;
    let done = 1;
    const id = reader.field(idBits);
    if (id === rawId) {
      while (at < end) residuals[at++] = reader.field(bits);
    } else if (id === 0) {
      const extension = reader.field(1) === 1;
      if (reference) residuals[at++] = reader.field(bits);
      if (extension) {
        for (let pair = block * blockSize; pair < end; pair += 2) {
          const [a, b] = secondExtensionPair(reader.zeros());
          if (pair >= at) residuals[pair] = a;
          residuals[pair + 1] = b;
          if (a > maximum || b > maximum) throw aecDamage('value', startBit, rsi);
        }
      } else {
        const code = reader.zeros();
        done = zeroBlocks(code, block, shape.rsi);
        if (code === 4) done = Math.min(done, blocks - block);
        if (reader.overrun) throw aecDamage('truncated', startBit, rsi);
        if (block + done > blocks) throw aecDamage('zero-run', startBit, rsi);
        end = (block + done) * blockSize;
        residuals.fill(0, at, end);
      }
    } else {
      const low = id - 1;
      if (reference) residuals[at++] = reader.field(bits);
      const scale = 2 ** low;
      for (let i = at; i < end; i++) residuals[i] = reader.zeros() * scale;
      for (let i = at; i < end; i++) {
        residuals[i] += reader.field(low);
        if (residuals[i] > maximum) {
          throw reader.overrun ? aecDamage('truncated', startBit, rsi) : aecDamage('value', startBit, rsi);
        }
      }
    }
    if (reader.overrun) throw aecDamage('truncated', startBit, rsi);
    block += done;
  }
}

/** Undoes the preprocessor in place: the inverse of the map of section 4.6, x' = x + D with D from the residual and x. */
function integrate(residuals: Float64Array, count: number, maximum: number): void {
  let x = residuals[0];
  for (let i = 1; i < count; i++) {
    const d = residuals[i];
    const below = maximum - x;
    if (d <= 2 * Math.min(x, below)) x += d % 2 === 0 ? d / 2 : -(d + 1) / 2;
    else x = x <= below ? d : maximum - d;
    residuals[i] = x;
  }
}

/**
 * The readable decoder: same contract as `aecDecode`, of which it is the oracle, the fallback without WebAssembly, and the
 * decoder of signed streams.
 */
export function aecDecodePlain(bytes: Uint8Array, options: AecDecodeOptions, out: AecValues): void {
  const shape = aecShape(options, 'data.codec');
  const span = aecSpan(bytes, options, shape, out.length);
  const reader = new BitReader(bytes, span.startBit);
  const residuals = new Float64Array(shape.rsiValues);
  // A signed sample is kept as its distance from the smallest value; two's complement is restored on output.
  const half = 2 ** (shape.bits - 1);
  const signed = shape.signed && shape.preprocess;
  for (let rsi = span.firstRsi, written = 0; rsi < span.endRsi; rsi++) {
    const values = Math.min(shape.rsiValues, span.values - written);
    readInterval(reader, shape, Math.ceil(values / shape.blockSize), rsi, residuals);
    if (signed) residuals[0] = (residuals[0] + half) % (2 * half);
    if (shape.preprocess) integrate(residuals, values, shape.maximum);
    for (let i = 0; i < values; i++) out[written + i] = signed ? residuals[i] - half : residuals[i];
    written += values;
    if (shape.padRsi) reader.position = Math.ceil(reader.position / 8) * 8;
  }
}

/** The readable scan: start bit of every interval, then the end bit of the last. Same contract as `aecScan`. */
export function aecScanPlain(bytes: Uint8Array, options: AecOptions & { readonly count: number }): Float64Array<ArrayBuffer> {
  const shape = aecShape(options, 'data.codec');
  const span = aecSpan(bytes, options, shape, options.count);
  const reader = new BitReader(bytes, 0);
  const offsets = new Float64Array(span.endRsi + 1);
  const residuals = new Float64Array(shape.rsiValues);
  for (let rsi = 0; rsi < span.endRsi; rsi++) {
    offsets[rsi] = reader.position;
    const values = Math.min(shape.rsiValues, span.values - rsi * shape.rsiValues);
    readInterval(reader, shape, Math.ceil(values / shape.blockSize), rsi, residuals);
    if (shape.padRsi) reader.position = Math.ceil(reader.position / 8) * 8;
  }
  offsets[span.endRsi] = reader.position;
  return offsets;
}
