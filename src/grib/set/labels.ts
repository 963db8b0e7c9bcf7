import type { Message } from '../message.js';
import { putUnsigned } from '../octets.js';
import { DteError } from '../../base/index.js';
import { rawNumber } from '../raw-keys.js';
import { templateNumber } from '../section-layouts.js';
import { absent, code, type KeyInput, placeOf, put, refused, type Setter } from './setter.js';

/** MARS types that leave the kind of data as it is. */
const TYPES_APART: ReadonlySet<number> = new Set([2, 4, 5, 6, 7, 8, 74, 75, 90, 91, 92, 93, 94, 95, 96, 97, 98]);
const FIRST_GUESS: ReadonlySet<number> = new Set([1, 3]);
/** MARS type -> typeOfProcessedData, typeOfGeneratingProcess, as ecCodes sets them with the type in edition 2. */
const KINDS: ReadonlyMap<number, readonly [number, number]> = new Map([
  [9, [1, 2]],
  [10, [3, 4]],
  [11, [4, 4]],
  [12, [255, 7]],
  [13, [255, 7]],
  ...[14, 15, 17, 18, 43, 44, 45, 46, 47, 48].map((type): [number, readonly [number, number]] => [type, [255, 4]]),
  [16, [8, 5]],
  [30, [8, 5]],
  [31, [1, 3]],
  [65, [5, 4]],
]);
const OTHER_KIND = [255, 255] as const;
/** MARS types em and es -> code table 4.7: unweighted mean, spread. */
const DERIVED: ReadonlyMap<number, number> = new Map([
  [17, 0],
  [18, 4],
]);
/** Streams enda, elda and ewla: their fields are members of an ensemble. */
const MEMBER_STREAMS: ReadonlySet<number> = new Set([1030, 1249, 1250]);

/** class, type, stream and expver. The type also says how the field was made; ensemble means and members have templates of their own. */
export const labelSetters: Readonly<Record<string, Setter>> = {
  class: (message, value) => put(message, 'marsClass', code(message, 'class', 'marsClass', value), 'class'),
  type(message, value) {
    const type = code(message, 'type', 'marsType', value);
    put(message, 'marsType', type, 'type');
    if (message.edition === 1) return;
    if (FIRST_GUESS.has(type)) put(message, 'typeOfGeneratingProcess', 1);
    else if (!TYPES_APART.has(type)) {
      const [data, process] = KINDS.get(type) ?? OTHER_KIND;
      put(message, 'typeOfProcessedData', data);
      put(message, 'typeOfGeneratingProcess', process);
    }
    const derived = DERIVED.get(type);
    if (derived === undefined) return;
    if (placeOf(message, 'derivedForecast') !== undefined) {
      put(message, 'derivedForecast', derived);
      return;
    }
    return productLike(message, 2, Uint8Array.of(derived, 0), `type '${value}'`);
  },
  stream(message, value) {
    const stream = code(message, 'stream', 'marsStream', value);
    put(message, 'marsStream', stream, 'stream');
    if (message.edition === 1 || !MEMBER_STREAMS.has(stream) || rawNumber(message, 'perturbationNumber') !== undefined) return;
    return productLike(message, 1, Uint8Array.of(255, 0, 0), `stream '${value}'`);
  },
  expver: setExpver,
};

function setExpver(message: Message, value: KeyInput): undefined {
  const found = placeOf(message, 'experimentVersionNumber');
  if (found === undefined) throw absent(message, 'expver');
  const text = typeof value === 'number' || /^\d{1,4}$/.test(value) ? String(value).padStart(4, '0') : value;
  if (!/^[\x21-\x7e]{4}$/.test(text)) throw refused(message, 'expver', value, 'four characters, or a number of up to four digits');
  for (let i = 0; i < 4; i++) message.bytes[found.start + found.place.start + i] = text.charCodeAt(i);
}

const PLAIN_OCTETS = 34;
/** Octets after the plain product in the templates that can be turned into each other. */
const TAILS: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 3],
  [2, 2],
]);

/** The product section under another of the templates 4.0, 4.1 and 4.2. Vertical coordinates stay. */
function productLike(message: Message, template: number, tail: Uint8Array, what: string): Uint8Array {
  const section = message.sections[4] as { start: number; length: number };
  const from = templateNumber(message, 4);
  const old = TAILS.get(from);
  if (old === undefined) {
    throw new DteError('unsupported.template', `${what} needs product template 4.${template}, and the message has 4.${from}`, {
      where: message.where,
      hint: 'templates 4.0, 4.1 and 4.2 are turned into each other',
    });
  }
  const bytes = message.bytes.subarray(section.start, section.start + section.length);
  const product = new Uint8Array(section.length - old + tail.length);
  product.set(bytes.subarray(0, PLAIN_OCTETS));
  product.set(tail, PLAIN_OCTETS);
  product.set(bytes.subarray(PLAIN_OCTETS + old), PLAIN_OCTETS + tail.length);
  putUnsigned(product, 0, 4, product.length);
  putUnsigned(product, 7, 2, template);
  return product;
}
