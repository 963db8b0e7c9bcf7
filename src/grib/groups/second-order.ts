import { DteError } from '../../base/index.js';
import { pl } from '../grid-keys.js';
import type { Message, Section } from '../message.js';
import { rawNumber } from '../raw-keys.js';
import { bitLists, bitsAt, signed } from './bits.js';
import { type GroupedIntegers, readGroups } from './complex-groups.js';
import { integrate } from './differences.js';

/** Octets before the spatial differencing: of section 4 of edition 1, of section 5 of template 5.50001. */
const HEAD_1 = 25;
const HEAD_2 = 32;

/**
 * Second-order packing in its general extended form: edition 1, and ECMWF's templates 5.50001 and 5.50002. Errors: `data.section`,
 * and `unsupported.template` for the older forms of edition 1.
 */
export function secondOrderGroups(message: Message, count: number): GroupedIntegers {
  const number = (key: string): number => rawNumber(message, key) ?? 0;
  const isGrib1 = message.edition === 1;
  const where = { ...message.where, section: isGrib1 ? 4 : 7 };
  const integers = new Float64Array(count);
  if (!isGrib1 && number('bitsPerValue') === 0) return { integers, isAbsent: undefined };
  const flags = isGrib1 ? number('extendedFlag') : 0x08;
  if ((flags & 0x68) !== 0x08) {
    throw new DteError('unsupported.template', 'second-order packing that is not the general extended one cannot be decoded', { where });
  }
  const groups = number('numberOfGroups') + (isGrib1 ? 65_536 * number('extraValues') : 0);
  const order = isGrib1 ? flags & 0x03 : number('orderOfSPD');
  if (groups > count || order > 3 || order > count)
    throw new DteError('data.section', `${groups} groups and order ${order} for ${count} values`, { where });
  const { initial, bias, dataStart } = differencing(message, order);
  const section = message.sections[isGrib1 ? 4 : 7] as Section;
  const lists = bitLists(message.bytes.subarray(section.start + dataStart, section.start + section.length), where);
  const [widthOfWidths, widthOfLengths] = isGrib1 ? grib1Widths(message) : [number('widthOfWidths'), number('widthOfLengths')];
  const widths = lists.list(groups, widthOfWidths);
  const lengths = lists.list(groups, widthOfLengths);
  const references = lists.list(groups, number('widthOfFirstOrderValues'));
  readGroups(lists.rest(), { references, widths, lengths }, integers, where, undefined, order);
  integrate(integers, initial, bias, undefined);
  return { integers, isAbsent: undefined };
}

/** Octets 22 and 23, which the layout of edition 1 does not name. */
function grib1Widths(message: Message): readonly [number, number] {
  const { start } = message.sections[4] as Section;
  return [message.bytes[start + 21] as number, message.bytes[start + 22] as number];
}

/** First values and bias, which stand behind the fixed octets of section 4 (edition 1) or 5; where the lists begin. */
function differencing(message: Message, order: number): { initial: Float64Array; bias: number; dataStart: number } {
  const isGrib1 = message.edition === 1;
  const number = isGrib1 ? 4 : 5;
  const section = message.sections[number] as Section;
  const head = isGrib1 ? HEAD_1 : rawNumber(message, 'secondOrderFlags') === undefined ? HEAD_2 : HEAD_2 + 1;
  if (order === 0) return { initial: new Float64Array(0), bias: 0, dataStart: isGrib1 ? head : 5 };
  const width = message.bytes[section.start + head] as number;
  const octets = Math.ceil(((order + 1) * width) / 8);
  if (width > 32 || head + 1 + octets > section.length) {
    throw new DteError('data.section', `spatial differencing of order ${order} with numbers of ${width} bits`, {
      where: { ...message.where, section: number },
    });
  }
  const bytes = message.bytes.subarray(section.start + head + 1, section.start + section.length);
  const initial = Float64Array.from({ length: order }, (_, i) => bitsAt(bytes, i * width, width));
  const bias = signed(bitsAt(bytes, order * width, width), width);
  return { initial, bias, dataStart: isGrib1 ? head + 1 + octets : 5 };
}

/** Points of each row when every second row runs backwards; undefined when none does. */
export function alternatingRows(message: Message): Int32Array | undefined {
  const flags = rawNumber(message, message.edition === 1 ? 'extendedFlag' : 'secondOrderFlags') ?? 0;
  const isAlternating = (flags & (message.edition === 1 ? 0x04 : 0x80)) !== 0;
  if (!isAlternating) return undefined;
  const list = pl(message);
  if (list !== undefined) return list;
  const columns = rawNumber(message, 'Ni') ?? rawNumber(message, 'Nx');
  const rows = rawNumber(message, 'Nj') ?? rawNumber(message, 'Ny');
  if (columns !== undefined && rows !== undefined) return new Int32Array(rows).fill(columns);
  throw new DteError('data.section', 'rows alternate in direction, and the grid has no rows', { where: message.where });
}
