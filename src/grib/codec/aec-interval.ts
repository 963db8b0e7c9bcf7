import { aecDecodePlain } from './aec-decode-plain.js';
import { AEC_STATUS, aecLayout, aecMachine, loadWindow, reserve } from './aec-machine.js';
import { aecDamage, aecArray, type AecOptions, aecShape, type AecValues } from './aec-options.js';

/**
 * The first `values` values of interval `rsi`, which lies in bits [startBit, endBit) of `bytes`. What it gives is valid until the
 * next call. Throws `data.codec` for a damaged stream.
 */
export type AecIntervalDecoder = (bytes: Uint8Array, startBit: number, endBit: number, rsi: number, values: number) => AecValues;

/** A decoder of single intervals, for reading a few values of a long stream of `count` values: work stops at the last one wanted. */
export function aecIntervals(options: AecOptions & { readonly count: number }): AecIntervalDecoder {
  const shape = aecShape(options, 'data.codec');
  const { bits, blockSize, rsi: blocks, idBits, rsiValues } = shape;
  const plain: AecIntervalDecoder = (bytes, startBit, _endBit, rsi) => {
    const out = aecArray(bits, Math.min(rsiValues, options.count - rsi * rsiValues));
    aecDecodePlain(bytes, { ...options, range: { firstRsi: rsi, endRsi: rsi + 1, startBit } }, out);
    return out;
  };
  const coder = aecMachine();
  if (coder === undefined || (shape.signed && shape.preprocess)) return plain;
  const outBytes = rsiValues * (bits <= 16 ? 2 : 4) + 1024;
  return (bytes, startBit, endBit, rsi, values) => {
    const first = Math.floor(startBit / 8);
    const length = Math.min(bytes.length, Math.ceil(endBit / 8)) - first;
    const layout = aecLayout(length);
    reserve(coder, layout.after + outBytes);
    coder.configure(bits, blockSize, blocks, idBits, shape.preprocess ? 1 : 0, shape.padRsi ? 1 : 0);
    loadWindow(coder, layout, bytes, first, length);
    const whole = Math.min(rsiValues, options.count - rsi * rsiValues);
    const decode = (wanted: number): (typeof AEC_STATUS)[number] => {
      coder.decode(layout.end, startBit - first * 8, length * 8, layout.after, wanted, 1);
      return AEC_STATUS[coder.getStatus()];
    };
    let status = decode(Math.min(values, whole));
    // A run of zero blocks may pass the last block wanted: only the whole interval tells whether it is damaged.
    if (status === 'zero-run' && values < whole) status = decode(whole);
    if (status === 'unusual') return plain(bytes, startBit, endBit, rsi, values);
    if (status !== 'done') throw aecDamage(status, first * 8 + coder.getPosition(), rsi);
    const { buffer } = coder.memory;
    return bits <= 16 ? new Uint16Array(buffer, layout.after, values) : new Uint32Array(buffer, layout.after, values);
  };
}
