import { aecDecodePlain, aecScanPlain } from './aec-decode-plain.js';
import { AEC_MEMORY, AEC_STATUS, aecLayout, aecMachine, type AecMachine, loadWindow, reserve } from './aec-machine.js';
import { type AecDecodeOptions, aecDamage, type AecOptions, type AecShape, aecShape, aecSpan, type AecValues } from './aec-options.js';

/** Values decoded in one call of the compiled coder: small enough for a core's second-level cache and for early tier-up. */
const CALL_VALUES = 65536;
const WINDOW_BYTES = 256 * 1024;

/** Bytes that one interval takes at most when its encoder chose well. */
function intervalBytes(shape: AecShape): number {
  return Math.ceil((shape.rsi * (shape.blockSize * shape.bits + 8) + 64) / 8);
}

function configure(coder: AecMachine, shape: AecShape): void {
  coder.configure(shape.bits, shape.blockSize, shape.rsi, shape.idBits, shape.preprocess ? 1 : 0, shape.padRsi ? 1 : 0);
}

/** One call of the coder on a window of `bitCount` bits that is bit `windowBit` of the stream: how many intervals from local bit `at` are done. */
type Step = (at: number, bitCount: number, rsi: number, windowBit: number) => number;

/**
 * Walks the stream in windows from interval `firstRsi` to `endRsi`. Answers the bit after the last; or, for a stream left to
 * the plain coder, the interval and bit where it begins.
 */
function walk(
  coder: AecMachine,
  bytes: Uint8Array,
  span: { firstRsi: number; endRsi: number; startBit: number },
  prepare: (windowBytes: number) => { layout: ReturnType<typeof aecLayout>; step: Step },
  windowBytes: number,
): { rsi: number; bit: number } {
  let { firstRsi: rsi, startBit: bit } = span;
  while (rsi < span.endRsi) {
    const first = Math.floor(bit / 8);
    const length = Math.min(bytes.length - first, windowBytes);
    const atEnd = first + length === bytes.length;
    const { layout, step } = prepare(windowBytes);
    loadWindow(coder, layout, bytes, first, length);
    const windowRsi = rsi;
    let status: (typeof AEC_STATUS)[number] = 'done';
    while (rsi < span.endRsi && status === 'done') {
      rsi += step(bit - first * 8, length * 8, rsi, first * 8);
      status = AEC_STATUS[coder.getStatus()];
      bit = first * 8 + (status === 'done' ? coder.getPosition() : coder.getIntervalStart());
    }
    if (status === 'unusual') break;
    if (status === 'truncated' && !atEnd) {
      if (rsi === windowRsi) windowBytes *= 2;
    } else if (status !== 'done') throw aecDamage(status, first * 8 + coder.getPosition(), rsi);
  }
  return { rsi, bit };
}

/**
 * Decodes a CCSDS 121.0-B (AEC) stream of GRIB2 template 5.42 into `out`, whose type is that of `aecArray(bits)`.
 *
 * With `range`, only these intervals: values `firstRsi * rsi * blockSize` and on go to `out[0]` and on, so that threads can share
 * a message (`aecScan` gives the start bits) and part of a message can be read. Values of a signed stream are two's complement.
 * Nothing is written past `out`; a damaged stream throws `data.codec` with the bit where the damaged block starts, and `out` is
 * then partly written. Damage that leaves a valid stream cannot be seen: the format has no checksum.
 */
export function aecDecode(bytes: Uint8Array, options: AecDecodeOptions, out: AecValues): void {
  const shape = aecShape(options, 'data.codec');
  const coder = aecMachine();
  if (coder === undefined || (shape.signed && shape.preprocess)) return aecDecodePlain(bytes, options, out);
  const span = aecSpan(bytes, options, shape, out.length);
  configure(coder, shape);
  const { rsiValues } = shape;
  const callIntervals = Math.max(1, Math.floor(CALL_VALUES / rsiValues));
  const narrow = shape.bits <= 16;
  let written = 0;
  const step = (target: number, end: number, at: number, bitCount: number, rsi: number): number => {
    const intervals = Math.min(callIntervals, span.endRsi - rsi);
    const done = coder.decode(end, at, bitCount, target, Math.min(options.count - rsi * rsiValues, intervals * rsiValues), intervals);
    const values = Math.min(done * rsiValues, span.values - written);
    const { buffer } = coder.memory;
    out.set(narrow ? new Uint16Array(buffer, target, values) : new Uint32Array(buffer, target, values), written);
    written += values;
    return done;
  };
  const stop = walk(
    coder,
    bytes,
    span,
    (windowBytes) => {
      const layout = aecLayout(windowBytes);
      reserve(coder, layout.after + callIntervals * rsiValues * (narrow ? 2 : 4) + 1024);
      return { layout, step: (at, bitCount, rsi) => step(layout.after, layout.end, at, bitCount, rsi) };
    },
    Math.max(WINDOW_BYTES, 2 * intervalBytes(shape)),
  );
  if (stop.rsi < span.endRsi) {
    const range = { firstRsi: stop.rsi, endRsi: span.endRsi, startBit: stop.bit };
    aecDecodePlain(bytes, { ...options, range }, out.subarray(written));
  }
}

/**
 * Start bit of every reference sample interval, then the end bit of the last: `[intervals + 1]`. Parses option numbers and
 * codes only, several times faster than decoding. Throws `data.codec` as `aecDecode` does, though it sees less damage.
 */
export function aecScan(bytes: Uint8Array, options: AecOptions & { readonly count: number }): Float64Array<ArrayBuffer> {
  const shape = aecShape(options, 'data.codec');
  const coder = aecMachine();
  if (coder === undefined) return aecScanPlain(bytes, options);
  const span = aecSpan(bytes, options, shape, options.count);
  configure(coder, shape);
  const offsets = new Float64Array(span.endRsi + 1);
  const callIntervals = Math.min(AEC_MEMORY.maximumOffsets, Math.max(1, Math.floor((4 * CALL_VALUES) / shape.rsiValues)));
  const stop = walk(
    coder,
    bytes,
    span,
    (windowBytes) => {
      const layout = aecLayout(windowBytes);
      reserve(coder, layout.after);
      const step: Step = (at, bitCount, rsi, windowBit) => {
        const done = coder.scan(
          layout.end,
          at,
          bitCount,
          options.count - rsi * shape.rsiValues,
          Math.min(callIntervals, span.endRsi - rsi),
        );
        const found = new Float64Array(coder.memory.buffer, AEC_MEMORY.offsets, done);
        for (let i = 0; i < done; i++) offsets[rsi + i] = windowBit + found[i];
        return done;
      };
      return { layout, step };
    },
    Math.max(WINDOW_BYTES, 2 * intervalBytes(shape)),
  );
  offsets[span.endRsi] = stop.bit;
  return offsets;
}
