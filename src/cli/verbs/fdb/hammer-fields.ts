import { concatenated, DteError, md5Hex } from '../../../base/index.js';
import type { Key, Selection } from '../../../fdb/index.js';
import { marsMetadata, type Message, parseMessage, withKeys, withKeysInParts } from '../../../grib/index.js';

/** What is put into the values of each field: nothing, a digest of its key, or that and a digest of all the values. */
export type FieldCheck = 'none' | 'key' | 'full';

export interface FieldOptions {
  readonly expver: string;
  readonly class: string;
  readonly level: number;
  readonly nlevels: number;
  readonly nparams: number;
  readonly check: FieldCheck;
}

export interface Member {
  readonly number: number;
  readonly step: number;
}

/** Makes the fields of a run of the hammer, and the requests that name them. */
export interface FieldMaker {
  /** Messages of all levels and parameters, one after the other; in `memory` when they fit into it. */
  messages(member: Member, memory?: Uint8Array): Uint8Array;
  /** One request for each of them, in the same order. */
  selections(member: Member): Generator<Selection>;
  /** One request for all of them. */
  selectionOf(member: Member): Selection;
  /** `data.checksum` when the message is not the one that was archived under the key. */
  check(bytes: Uint8Array, selection: Selection): void;
}

const digestOctets = 16;

export function fieldMaker(original: Message, options: FieldOptions): FieldMaker {
  const labels = new Map([
    ['class', options.class],
    ['expver', options.expver],
  ]);
  const template = parseMessage(withKeys(original, labels), original.tables, original.where)[0] as Message;
  const dataOctets = dataOctetsOf(template, options.check);
  const levels = Array.from({ length: options.nlevels }, (_, index) => options.level + index);
  const params = Array.from({ length: options.nparams }, (_, index) => 1 + index);
  const known = marsMetadata(template);
  const hasNumber = known.has('number');
  const keywordsOf = ({ number, step }: Member): Map<string, readonly string[]> => {
    const keywords = new Map([...known].map(([keyword, value]): [string, readonly string[]] => [keyword, [value]]));
    keywords.set('step', [String(step)]);
    if (hasNumber) keywords.set('number', [String(number)]);
    return keywords;
  };
  return {
    messages(member, memory) {
      const stamp = options.check === 'none' ? undefined : keywordsOf(member);
      const parts: Uint8Array[] = [];
      for (const level of levels) {
        for (const param of params) {
          const pieces = withKeysInParts(template, changesOf(member, { level, param, hasNumber }));
          if (stamp !== undefined) parts.push(stamped(pieces, dataOctets, digestOf(at(stamp, level, param)), options.check));
          else parts.push(...pieces);
        }
      }
      return gathered(parts, memory);
    },
    *selections(member) {
      const keywords = keywordsOf(member);
      for (const level of levels) for (const param of params) yield at(keywords, level, param);
    },
    selectionOf(member) {
      return new Map([...keywordsOf(member), ['levelist', levels.map(String)], ['param', params.map(String)]]);
    },
    check(bytes, selection) {
      if (options.check === 'none') return;
      const data = bytes.subarray(bytes.length - 4 - dataOctets, bytes.length - 4);
      const expected = digestOf(selection);
      if (hexOf(data.subarray(0, digestOctets)) !== expected) throw wrong(selection, 'another key');
      if (options.check === 'full' && hexOf(data.subarray(digestOctets, 2 * digestOctets)) !== md5Hex(data.subarray(2 * digestOctets)))
        throw wrong(selection, 'other values');
    },
  };
}

/** Fresh memory for each step would cost more than all else: its pages are new to the process every time. */
function gathered(parts: readonly Uint8Array[], memory: Uint8Array | undefined): Uint8Array {
  const octets = parts.reduce((sum, part) => sum + part.length, 0);
  const result = memory === undefined || memory.length < octets ? new Uint8Array(octets) : memory.subarray(0, octets);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function changesOf(
  member: Member,
  { level, param, hasNumber }: { readonly level: number; readonly param: number; readonly hasNumber: boolean },
): Map<string, number> {
  const changes = new Map([
    ['step', member.step],
    ['level', level],
    ['paramId', param],
  ]);
  if (hasNumber) changes.set('number', member.number);
  return changes;
}

/** Octets of packed values, at the end of the message before `7777`. */
function dataOctetsOf({ edition, sections, where }: Message, check: FieldCheck): number {
  const header = edition === 1 ? 11 : 5;
  const octets = (sections[edition === 1 ? 4 : 7]?.length ?? header) - header;
  if (check === 'none' || octets >= 2 * digestOctets) return octets;
  throw new DteError('input.field', `the field has ${octets} octets of values, too few for a check`, {
    where,
    hint: `${2 * digestOctets} at least`,
  });
}

function stamped(pieces: readonly Uint8Array[], dataOctets: number, digest: string, check: FieldCheck): Uint8Array {
  const message = concatenated(pieces);
  const data = message.subarray(message.length - 4 - dataOctets, message.length - 4);
  data.set(octetsOf(digest));
  if (check === 'full') data.set(octetsOf(md5Hex(data.subarray(2 * digestOctets))), digestOctets);
  return message;
}

function at(keywords: ReadonlyMap<string, readonly string[]>, level: number, param: number): Selection {
  return new Map([...keywords, ['levelist', [String(level)]], ['param', [String(param)]]]);
}

function digestOf(selection: Selection): string {
  const key: Key = new Map([...selection].map(([keyword, values]) => [keyword, values[0] as string]));
  const text = [...key]
    .map(([keyword, value]) => `${keyword}=${value}`)
    .sort()
    .join(',');
  return md5Hex(new TextEncoder().encode(text));
}

function wrong(selection: Selection, what: string): DteError {
  const text = [...selection].map(([keyword, values]) => `${keyword}=${values.join('/')}`).join(',');
  return new DteError('data.checksum', `the field of ${text} has ${what} in its values`, { hint: 'was it archived with the same check?' });
}

function octetsOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}

function hexOf(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}
