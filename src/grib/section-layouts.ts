import { type SectionLayout, layoutOf } from './layout.js';
import type { Message } from './message.js';
import { unsignedAt } from './octets.js';

/** GRIB1 level types whose octets 11 and 12 are the top and the bottom of a layer. */
const LAYER_TYPES: ReadonlySet<number> = new Set([101, 104, 106, 108, 110, 112, 114, 116, 120, 121, 128, 141]);

/** Product templates without a layout of their own that begin like template 4.0. */
const PLAIN_PRODUCTS: ReadonlySet<number> = new Set([3, 4, 13, 14, 51, 91, 1100, 1101]);

const ECMWF = 98;

/** The layout of one section of this message; undefined when the message has no such section. Shared between messages where it can be. */
export function sectionLayout(message: Message, number: number): SectionLayout | undefined {
  const section = message.sections[number];
  if (section === undefined) return undefined;
  const known = message.known.layouts[number];
  if (known !== undefined) return known;
  const names = message.edition === 1 ? grib1Blocks(message, number) : grib2Blocks(message, number);
  const layout = layoutOf(message.tables.layouts, names, message.bytes, section.start);
  message.known.layouts[number] = layout;
  return layout;
}

/** True when the octets of the section's template have a layout. */
export function hasTemplateLayout(message: Message, number: 2 | 3 | 4 | 5): boolean {
  const family = message.edition === 1 ? 'gds' : ({ 2: 'lus', 3: 'grid', 4: 'product', 5: 'data' } as const)[number];
  return `${family}.${templateNumber(message, number)}` in message.tables.layouts;
}

/** Template number of a section: GRIB2 3.x, 4.x, 5.x; GRIB1 section 2: the data representation type. */
export function templateNumber(message: Message, number: 2 | 3 | 4 | 5): number {
  if (message.edition === 1) return octet(message, 2, 6);
  return unsignedAt(message.bytes, start(message, number) + { 2: 5, 3: 12, 4: 7, 5: 9 }[number], 2);
}

function grib1Blocks(message: Message, number: number): readonly string[] {
  switch (number) {
    case 0:
      return ['indicator.1'];
    case 1:
      return ['pds.head', LAYER_TYPES.has(octet(message, 1, 10)) ? 'pds.layer' : 'pds.level', 'pds.tail', ...grib1Local(message)];
    case 2:
      return ['gds.head', ...ifKnown(message, `gds.${octet(message, 2, 6)}`)];
    case 3:
      return ['bms'];
    default:
      return ['bds.head', grib1Packing(octet(message, 4, 4))];
  }
}

function grib1Local(message: Message): readonly string[] {
  const isEcmwf = octet(message, 1, 5) === ECMWF || octet(message, 1, 26) === ECMWF;
  if (!isEcmwf || lengthOf(message, 1) < 49) return [];
  return ['pds.local', ...ifKnown(message, `pds.98.${octet(message, 1, 41)}`)];
}

function grib1Packing(flags: number): string {
  if (flags & 0x80) return flags & 0x40 ? 'bds.spectral-complex' : 'bds.spectral-simple';
  return flags & 0x40 ? 'bds.second-order' : 'bds.simple';
}

function grib2Blocks(message: Message, number: number): readonly string[] {
  switch (number) {
    case 0:
      return ['indicator.2'];
    case 1:
      return lengthOf(message, 1) > 22 ? ['ids', 'ids.calendar'] : ['ids'];
    case 2:
      return ['lus.head', ...grib2Local(message)];
    case 3:
      return ['grid.head', ...ifKnown(message, `grid.${templateNumber(message, 3)}`)];
    case 4:
      return ['product.head', productBlock(message)];
    case 5:
      return ['data.head', ...ifKnown(message, `data.${templateNumber(message, 5)}`)];
    case 6:
      return ['bitmap'];
    case 7:
      return ['values'];
    default:
      return [];
  }
}

function productBlock(message: Message): string {
  const template = templateNumber(message, 4);
  if (`product.${template}` in message.tables.layouts) return `product.${template}`;
  return PLAIN_PRODUCTS.has(template) ? 'product.plain' : 'product.parameter';
}

/** The production status decides how the local section begins. Prefixes of other projects (TIGGE, CARRA) are kept as bytes. */
function grib2Local(message: Message): readonly string[] {
  const start2 = start(message, 2);
  const isEcmwf =
    unsignedAt(message.bytes, start(message, 1) + 5, 2) === ECMWF || unsignedAt(message.bytes, start(message, 1) + 7, 2) === ECMWF;
  if (!isEcmwf || lengthOf(message, 2) < 17) return [];
  const status = octet(message, 1, 20);
  if (status === 4 || status === 5 || status === 10 || status === 11) return [];
  const prefix = status === 12 || status === 13 ? destinePrefix(message, start2) : [];
  const prefixOctets = layoutOf(message.tables.layouts, ['lus.head', ...prefix], message.bytes, start2).endOctets;
  const local = unsignedAt(message.bytes, start2 + prefixOctets, 2);
  return [...prefix, 'lus.mars', ...ifKnown(message, `lus.98.${local}`)];
}

function destinePrefix(message: Message, start2: number): readonly string[] {
  const version = unsignedAt(message.bytes, start2 + 5, 2);
  const dataset = unsignedAt(message.bytes, start2 + 7, 2);
  return ['lus.destine', ...ifKnown(message, `lus.destine.${dataset}`), ...(version >= 2 ? ['lus.destine.tiles'] : [])];
}

function ifKnown(message: Message, name: string): readonly string[] {
  return name in message.tables.layouts ? [name] : [];
}

function start(message: Message, number: number): number {
  return message.sections[number]?.start ?? 0;
}

function lengthOf(message: Message, number: number): number {
  return message.sections[number]?.length ?? 0;
}

/** Octet `number` of a section, counted from 1 as in the WMO tables. */
function octet(message: Message, section: number, number: number): number {
  return message.bytes[start(message, section) + number - 1] as number;
}
