import { DteError, type Where } from '../../base/index.js';
import type { Message, Section } from '../message.js';
import { rawNumber } from '../raw-keys.js';
import { bitLists, bitsAt, signed, tooShort } from './bits.js';
import { integrate } from './differences.js';

/** Integers X of grouped packing, one for each coded point. */
export interface GroupedIntegers {
  readonly integers: Float64Array;
  /** 1 where the packing itself says that a point has no value. */
  readonly isAbsent: Uint8Array | undefined;
}

/** Complex packing with and without spatial differencing, templates 5.2 and 5.3. Errors: `data.section`, `unsupported.template`. */
export function complexGroups(message: Message, count: number): GroupedIntegers {
  const number = (key: string): number => rawNumber(message, key) ?? 0;
  const section = message.sections[7] as Section;
  const where = { ...message.where, section: 7 };
  const groups = number('numberOfGroupsOfDataValues');
  if (groups > count) throw new DteError('data.section', `${groups} groups of ${count} values`, { where });
  const integers = new Float64Array(count);
  if (groups === 0) return { integers, isAbsent: undefined };
  const bits = number('bitsPerValue');
  const management = number('missingValueManagementUsed');
  if (management > 2)
    throw new DteError('unsupported.template', `missing value management ${management}`, { where, hint: '0 to 2 are read' });
  const lists = bitLists(message.bytes.subarray(section.start + 5, section.start + section.length), where);
  const { initial, bias } = extraDescriptors(message, lists.list);
  const references = lists.list(groups, bits);
  const widths = lists.list(groups, number('numberOfBitsUsedForTheGroupWidths')).map((width) => width + number('referenceForGroupWidths'));
  const [shortest, increment] = [number('referenceForGroupLengths'), number('lengthIncrementForTheGroupLengths')];
  const lengths = lists.list(groups, number('numberOfBitsForScaledGroupLengths')).map((length) => shortest + length * increment);
  lengths[groups - 1] = number('trueLengthOfLastGroup');
  const isAbsent = management === 0 ? undefined : new Uint8Array(count);
  readGroups(lists.rest(), { references, widths, lengths }, integers, where, (start, end, width, reference) => {
    if (isAbsent === undefined) return;
    // All bits one, or all but the last one where there are secondary missing values; a group without bits says it by its reference.
    const limit = 2 ** (width === 0 ? bits : width) - management;
    for (let i = start; i < end; i++) if ((width === 0 ? reference : (integers[i] as number)) >= limit) isAbsent[i] = 1;
  });
  integrate(integers, initial, bias, isAbsent);
  return { integers, isAbsent };
}

function extraDescriptors(message: Message, list: (count: number, width: number) => Float64Array): { initial: Float64Array; bias: number } {
  const order = rawNumber(message, 'orderOfSpatialDifferencing') ?? 0;
  if (order === 0) return { initial: new Float64Array(0), bias: 0 };
  const octets = rawNumber(message, 'numberOfOctetsExtraDescriptors') ?? 0;
  if (order > 2 || octets > 4) {
    throw new DteError('unsupported.template', `spatial differencing of order ${order} with descriptors of ${octets} octets`, {
      where: { ...message.where, section: 5 },
      hint: 'orders 1 and 2 with up to 4 octets are read',
    });
  }
  const numbers = list(order + 1, 8 * octets);
  return { initial: numbers.slice(0, order), bias: signed(numbers[order] as number, 8 * octets) };
}

export interface Groups {
  readonly references: Float64Array;
  readonly widths: Float64Array;
  readonly lengths: Float64Array;
}

/**
 * The bits of every group plus its reference, from `first` on. `look` sees a group before its reference is added. Errors:
 * `data.section` when groups do not have as many values as there are, or more bits.
 */
export function readGroups(
  { bytes, bit }: { readonly bytes: Uint8Array; readonly bit: number },
  { references, widths, lengths }: Groups,
  integers: Float64Array,
  where: Where,
  look: (start: number, end: number, width: number, reference: number) => void = () => {},
  first = 0,
): void {
  let total = first;
  let end = bit;
  for (let group = 0; group < lengths.length; group++) {
    total += lengths[group] as number;
    end += (lengths[group] as number) * (widths[group] as number);
    if ((widths[group] as number) > 32) throw new DteError('data.section', `a group of ${widths[group]} bits per value`, { where });
  }
  if (total !== integers.length) throw new DteError('data.section', `groups of ${total} values for ${integers.length}`, { where });
  if (end > bytes.length * 8) throw tooShort(Math.ceil(end / 8), bytes.length, where);
  let at = first;
  let place = bit;
  for (let group = 0; group < lengths.length; group++) {
    const width = widths[group] as number;
    const reference = references[group] as number;
    const last = at + (lengths[group] as number);
    if (width > 0) for (let i = at; i < last; i++, place += width) integers[i] = bitsAt(bytes, place, width);
    look(at, last, width, reference);
    for (let i = at; i < last; i++) integers[i] = (integers[i] as number) + reference;
    at = last;
  }
}
