import { DteError } from '../../base/index.js';
import { decimalFactor } from '../codec/index.js';
import { presentPoints } from '../data-keys.js';
import type { Message } from '../message.js';
import { rawNumber } from '../raw-keys.js';
import { complexGroups, type GroupedIntegers } from './complex-groups.js';
import { alternatingRows, secondOrderGroups } from './second-order.js';

/** Values of a message in the order of its points: those present as big-endian floats of 8 octets, and which are. */
export interface GroupedValues {
  readonly points: number;
  readonly count: number;
  readonly payload: Uint8Array;
  readonly bitmap: Uint8Array | undefined;
}

/** Packings whose values lie in groups, each with a width and a reference of its own. */
export function isGrouped(packing: string): boolean {
  return packing.startsWith('grid_complex') || packing.startsWith('grid_second_order');
}

/** Decodes groups on the host: where one lies, and what it is added to, follows from those before. */
export function groupedValues(message: Message, points: number, bitmap: Uint8Array | undefined): GroupedValues {
  const count = bitmap === undefined ? points : presentPoints(bitmap, points);
  const coded = rawNumber(message, 'numberOfValues');
  if (coded !== undefined && coded !== count) {
    throw new DteError('data.section', `${coded} values are packed, but ${count} points have a value`, {
      where: { ...message.where, section: 5 },
    });
  }
  try {
    const { integers, isAbsent } = integersOf(message, count);
    scale(message, integers);
    const rows = alternatingRows(message);
    const isPlain = isAbsent === undefined && rows === undefined;
    return isPlain ? { points, count, payload: bigEndian(integers), bitmap } : arranged(points, integers, isAbsent, bitmap, rows, message);
  } catch (error) {
    // Headers alone may ask for any number of values.
    if (!(error instanceof RangeError)) throw error;
    throw new DteError('limit.memory', `${count} values do not fit into memory`, { where: message.where, cause: error });
  }
}

function integersOf(message: Message, count: number): GroupedIntegers {
  const template = rawNumber(message, 'dataRepresentationTemplateNumber');
  return template === 2 || template === 3 ? complexGroups(message, count) : secondOrderGroups(message, count);
}

/** (X 2^E + R) 10^-D, in the order of operations of simple packing; a constant is R, whatever D says. */
function scale(message: Message, values: Float64Array): void {
  const reference = rawNumber(message, 'referenceValue') ?? 0;
  const binary = 2 ** (rawNumber(message, 'binaryScaleFactor') ?? 0);
  const decimal = decimalFactor(rawNumber(message, 'decimalScaleFactor') ?? 0);
  if (message.edition === 2 && (rawNumber(message, 'bitsPerValue') ?? 0) === 0) values.fill(reference);
  else for (let i = 0; i < values.length; i++) values[i] = ((values[i] as number) * binary + reference) * decimal;
}

/** Values on all points, every second row turned round where rows alternate, then those present with a bitmap of their own. */
function arranged(
  points: number,
  values: Float64Array,
  isAbsent: Uint8Array | undefined,
  bitmap: Uint8Array | undefined,
  rows: Int32Array | undefined,
  message: Message,
): GroupedValues {
  const all = new Float64Array(points);
  const isPresent = new Uint8Array(points);
  for (let point = 0, coded = 0; point < points; point++) {
    if (bitmap !== undefined && (((bitmap[point >> 3] as number) >> (7 - (point & 7))) & 1) === 0) continue;
    all[point] = values[coded] as number;
    isPresent[point] = isAbsent === undefined || isAbsent[coded] === 0 ? 1 : 0;
    coded++;
  }
  if (rows !== undefined) turnRows(rows, all, isPresent, message);
  const present = values.length - (isAbsent === undefined ? 0 : isAbsent.reduce((sum, one) => sum + one, 0));
  if (present === points) return { points, count: points, payload: bigEndian(all), bitmap: undefined };
  const own = new Uint8Array(Math.ceil(points / 8));
  const kept = new Float64Array(present);
  for (let point = 0, coded = 0; point < points; point++) {
    if (isPresent[point] === 0) continue;
    kept[coded++] = all[point] as number;
    own[point >> 3] = (own[point >> 3] as number) | (0x80 >> (point & 7));
  }
  return { points, count: present, payload: bigEndian(kept), bitmap: own };
}

function turnRows(rows: Int32Array, values: Float64Array, isPresent: Uint8Array, message: Message): void {
  let start = 0;
  for (const [row, count] of rows.entries()) {
    if (row % 2 === 1) {
      values.subarray(start, start + count).reverse();
      isPresent.subarray(start, start + count).reverse();
    }
    start += count;
  }
  if (start !== values.length) {
    throw new DteError('data.section', `rows of ${start} points in a grid of ${values.length}`, { where: message.where });
  }
}

function bigEndian(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i] as number);
  return bytes;
}
