import { concatenated, DteError } from '../../base/index.js';
import { type ArrayMeta, type Arrays, newReals } from './messages.js';

/**
 * Frames of a plugin process, the same both ways, all numbers little-endian:
 *
 *     octets 0-3    PLUM
 *     octets 4-7    u32: octets of the text
 *     octets 8-15   u64: octets of the arrays
 *     then          the text: a message as JSON in UTF-8; `arrays` in it lists {name, type: f32 | f64, length}
 *     then          the arrays, one after another without gaps
 *
 * Numbers of arrays that stand in the text itself would take five times the room and lose their last bits.
 */
const magic = 0x4d55_4c50;
const headerBytes = 16;
/** A text is never long; a longer one is a mistake. */
const mostTextBytes = 16 * 2 ** 20;

export interface Frame {
  readonly message: Readonly<Record<string, unknown>>;
  readonly arrays: Arrays;
}

/** A message and its arrays as octets, in parts. Arrays are not copied. */
export function encodeFrame(message: object, arrays: Arrays): readonly Uint8Array[] {
  const listed: ArrayMeta[] = [...arrays].map(([name, values]) => ({
    name,
    type: values instanceof Float64Array ? 'f64' : 'f32',
    length: values.length,
  }));
  const text = new TextEncoder().encode(JSON.stringify(listed.length === 0 ? message : { ...message, arrays: listed }));
  const parts = [...arrays.values()].map((values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const header = new DataView(new ArrayBuffer(headerBytes));
  header.setUint32(0, magic, true);
  header.setUint32(4, text.length, true);
  header.setBigUint64(8, BigInt(parts.reduce((sum, { length }) => sum + length, 0)), true);
  return [new Uint8Array(header.buffer), text, ...parts];
}

/** Puts frames together from octets as they come. `fault.plugin` for what is no frame, or longer than is accepted. */
export class FrameReader {
  readonly #mostArrayBytes: () => number;
  #parts: Uint8Array[] = [];
  #received = 0;
  #wanted = headerBytes;

  constructor(mostArrayBytes: () => number) {
    this.#mostArrayBytes = mostArrayBytes;
  }

  /** The frames that are complete with these octets. */
  add(bytes: Uint8Array): readonly Frame[] {
    this.#parts.push(bytes);
    this.#received += bytes.length;
    const frames: Frame[] = [];
    while (this.#received >= this.#wanted) {
      const all = this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : concatenated(this.#parts);
      this.#parts = [all];
      const sizes = this.#sizesOf(all);
      const frameBytes = headerBytes + sizes.text + sizes.arrays;
      if (all.length < frameBytes) {
        this.#wanted = frameBytes;
        break;
      }
      frames.push(frameOf(all, sizes));
      this.#parts = [all.subarray(frameBytes)];
      this.#received -= frameBytes;
      this.#wanted = headerBytes;
    }
    return frames;
  }

  #sizesOf(bytes: Uint8Array): Sizes {
    const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
    if (header.getUint32(0, true) !== magic) {
      const shown = new TextDecoder('latin1').decode(bytes.subarray(0, 40)).replace(/[^ -~]/g, '.');
      throw new DteError('fault.plugin', `what came is no frame: '${shown}'`, {
        hint: 'standard output is for frames: print to standard error, or call context.log',
      });
    }
    const sizes = { text: header.getUint32(4, true), arrays: Number(header.getBigUint64(8, true)) };
    const most = this.#mostArrayBytes();
    if (sizes.text > mostTextBytes || sizes.arrays > most) {
      throw new DteError('fault.plugin', `a frame of ${sizes.text} octets of text and ${sizes.arrays} of arrays is longer than agreed`, {
        hint: `at most ${mostTextBytes} and ${most} are expected`,
      });
    }
    return sizes;
  }
}

interface Sizes {
  readonly text: number;
  readonly arrays: number;
}

function frameOf(bytes: Uint8Array, { text, arrays: arrayBytes }: Sizes): Frame {
  const message = parsed(bytes.subarray(headerBytes, headerBytes + text));
  const arrays = new Map<string, ReturnType<typeof newReals>>();
  let position = headerBytes + text;
  const end = position + arrayBytes;
  for (const { name, type, length } of listedArrays(message)) {
    const size = length * (type === 'f64' ? 8 : 4);
    if (position + size > end) throw new DteError('fault.plugin', `array '${name}' of ${length} ${type} is longer than its frame`);
    const values = newReals(type, length, false);
    // Through octets, for an array in a frame begins anywhere.
    new Uint8Array(values.buffer).set(bytes.subarray(position, position + size));
    arrays.set(name, values);
    position += size;
  }
  if (position !== end) throw new DteError('fault.plugin', `a frame has ${end - position} octets after its arrays`);
  return { message, arrays };
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let message: unknown;
  try {
    message = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new DteError('fault.plugin', `the text of a frame is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message as Readonly<Record<string, unknown>>;
  throw new DteError('fault.plugin', 'the text of a frame is no JSON object');
}

function listedArrays({ arrays = [] }: Readonly<Record<string, unknown>>): readonly ArrayMeta[] {
  const isArray = (item: Partial<ArrayMeta> | null): boolean =>
    typeof item?.name === 'string' &&
    (item.type === 'f32' || item.type === 'f64') &&
    Number.isSafeInteger(item.length) &&
    Number(item.length) >= 0;
  if (Array.isArray(arrays) && arrays.every(isArray)) return arrays as readonly ArrayMeta[];
  throw new DteError('fault.plugin', "the 'arrays' of a frame are no list of {name, type, length}", { hint: 'types are f32 and f64' });
}
