import { concatenated, DteError, nearestWord } from '../base/index.js';
import { isNamespace, keyNames } from './keys.js';
import { type Message, parseMessage, type Section } from './message.js';
import { putUnsigned } from './octets.js';
import { labelSetters } from './set/labels.js';
import { levelSetters } from './set/level.js';
import { parameterSetters } from './set/parameter.js';
import { integer, type KeyInput, placeOf, put, refused, type Setter } from './set/setter.js';
import { timeSetters } from './set/times.js';

/** Keys of headers that sizes and layouts follow from, or that state what another key sets. */
const STRUCTURAL =
  /^(section\d|total)Length$|^editionNumber$|TemplateNumber$|LocalSectionNumber$|^localDefinitionNumber$|^destine(LocalVersion|Dataset)$|^section1Flags$|^NV$|^NB$|^numberOfTimeRange$|^numberOfDistributionFunctionParameters$|^productionStatusOfProcessedData$|^(centre|subCentre)$|^indicatorOfTypeOfLevel$/;

/** Other names of the same key. */
const ALIASES: Readonly<Record<string, string>> = {
  date: 'dataDate',
  time: 'dataTime',
  step: 'endStep',
  levelist: 'level',
  param: 'paramId',
  number: 'perturbationNumber',
  experimentVersionNumber: 'expver',
};

const SETTERS: ReadonlyMap<string, Setter> = new Map(
  Object.entries({ ...labelSetters, ...timeSetters, ...levelSetters, ...parameterSetters }),
);

/**
 * A copy of a message's octets with header keys changed, in the order of `changes`, as `grib_set` changes them: class, type,
 * stream, expver, number, step (stepRange, startStep), level, paramId (shortName, param), date, time (HHMM), and any key of the
 * identification, product and local sections that has octets of its own. The data stay as they are. A field of a multi-field
 * message becomes a message of its own.
 *
 * In edition 2 the type sets typeOfProcessedData and typeOfGeneratingProcess too, and the types em and es and the streams enda,
 * elda and ewla turn product template 4.0 into 4.2 and 4.1. The date at which a time range ends follows the step, and not the date,
 * as in ecCodes.
 *
 * Errors: `absent.key` for a key that the message does not have, `input.keyword` for one that cannot be changed, `input.value`,
 * `unsupported.template`.
 */
export function withKeys(message: Message, changes: ReadonlyMap<string, KeyInput>): Uint8Array<ArrayBuffer> {
  return concatenated(withKeysInParts(message, changes));
}

/** The same in two pieces: the changed headers, and the rest of the message, which is not copied. */
export function withKeysInParts(message: Message, changes: ReadonlyMap<string, KeyInput>): readonly [head: Uint8Array, rest: Uint8Array] {
  let whole = message.fields === 1 ? message : alone(message);
  let head = headOf(whole);
  for (const [key, value] of changes) {
    const section4 = setterOf(whole, key)(head, value);
    if (section4 === undefined) continue;
    whole = withSection4(head, whole, section4);
    head = headOf(whole);
  }
  return [head.bytes, whole.bytes.subarray(head.bytes.length)];
}

/** The message over a copy of its headers only, all up to the sections of the data. */
function headOf(message: Message): Message {
  const end = message.edition === 1 ? (message.sections[1] as Section) : (message.sections[4] as Section);
  const bytes = message.bytes.slice(0, end.start + end.length);
  const headSections = message.edition === 1 ? 2 : 5;
  // Layouts hang on keys that no setter changes; values do not.
  const known = { values: new Map(), layouts: message.known.layouts.slice(0, headSections) };
  return { ...message, bytes, sections: message.sections.slice(0, headSections), known };
}

function setterOf(message: Message, key: string): Setter {
  const name = ALIASES[key] ?? key;
  const setter = SETTERS.get(name);
  if (setter !== undefined) return setter;
  const found = placeOf(message, name);
  if (found === undefined) {
    if (keyNames(message).includes(key) || isNamespace(key.split('.')[0] as string)) throw unchangeable(message, key);
    const near = nearestWord(key, [...SETTERS.keys(), ...Object.keys(ALIASES), ...keyNames(message)]);
    throw new DteError('absent.key', `the message has no key '${key}'`, {
      where: message.where,
      ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
    });
  }
  if (STRUCTURAL.test(name)) throw unchangeable(message, key);
  const { place, start } = found;
  if (place.type === 'u' || place.type === 's') {
    return (head, value) => put(head, name, value === 'missing' ? null : integer(head, key, value), key);
  }
  if (place.type !== 'a') throw unchangeable(message, key);
  return (head, value) => {
    const text = String(value);
    if (text.length !== place.octets || !/^[\x20-\x7e]*$/.test(text)) throw refused(head, key, value, `${place.octets} characters`);
    for (let i = 0; i < place.octets; i++) head.bytes[start + place.start + i] = text.charCodeAt(i);
  };
}

function unchangeable(message: Message, key: string): DteError {
  return new DteError('input.keyword', `key '${key}' cannot be changed in place`, {
    where: message.where,
    hint: 'class, type, stream, expver, number, step, level, paramId, date, time and plain header keys can',
  });
}

function withSection4(head: Message, whole: Message, section4: Uint8Array): Message {
  const { start, length } = whole.sections[4] as Section;
  const bytes = concatenated([head.bytes.subarray(0, start), section4, whole.bytes.subarray(start + length)]);
  putUnsigned(bytes, 8, 8, bytes.length);
  return parseMessage(bytes, whole.tables, whole.where)[0] as Message;
}

/** One field of a multi-field message as a message. */
function alone(message: Message): Message {
  const section = ({ start, length }: Section): Uint8Array => message.bytes.subarray(start, start + length);
  const parts = message.sections.flatMap((one, number) => {
    if (one === undefined) return [];
    return [section(number === 6 && message.bitmap !== undefined ? message.bitmap : one)];
  });
  const bytes = concatenated(parts);
  putUnsigned(bytes, 8, 8, bytes.length);
  return parseMessage(bytes, message.tables, message.where)[0] as Message;
}
