/** Fields of the reliability tests: few keys, many versions of each, and messages that tell which of them they are. */
import type { Fdb } from '../../../src/fdb/index.js';
import { combinedKey, type Entry, type Key, type Selection } from '../../../src/fdb/index.js';
import type { Disk } from '../../../src/base/index.js';
import { metadata } from '../archive-support.js';

/** `expver/levtype/step/param`: database, group, element. */
export type FieldName = string;

export const expvers = ['aaaa', 'bbbb'];
export const levtypes = ['pl', 'ml'];
export const steps = ['0', '6', '12', '18', '24'];
export const params = ['130', '131', '132'];

export const allFields: readonly FieldName[] = expvers.flatMap((expver) =>
  levtypes.flatMap((levtype) => steps.flatMap((step) => params.map((param) => `${expver}/${levtype}/${step}/${param}`))),
);

export function keyOf(name: FieldName): Key {
  const [expver, levtype, step, param] = name.split('/') as [string, string, string, string];
  return metadata({ expver, levtype, step, param });
}

export function nameOf(key: Key): FieldName {
  return ['expver', 'levtype', 'step', 'param'].map((keyword) => key.get(keyword)).join('/');
}

/** All fields of a database, or of a group of it. */
export function selectionOf(expver: string, levtype?: string): Selection {
  const fixed = { class: 'rd', expver, stream: 'enfo', date: '20240101', time: '0000', domain: 'g' };
  const group = levtype === undefined ? {} : { type: 'pf', levtype };
  return new Map(Object.entries({ ...fixed, ...group }).map(([keyword, value]) => [keyword, [value]]));
}

/** A request that names every field of a database. */
export function wholeRequest(expver: string): Selection {
  return new Map([
    ...selectionOf(expver),
    ['type', ['pf']],
    ['levtype', levtypes],
    ['step', steps],
    ['number', ['1']],
    ['levelist', ['500']],
    ['param', params],
  ]);
}

const frameBytes = 20;

/** A message by its frame (GRIB 2, length, end); inside, its name and version, and then octets that depend on them. */
export function messageOf(name: FieldName, version: string, bytes = 120): Uint8Array {
  const text = new TextEncoder().encode(`${name}#${version}#`);
  const message = new Uint8Array(Math.max(bytes, frameBytes + text.length));
  message.set(new TextEncoder().encode('GRIB'));
  message[7] = 2;
  new DataView(message.buffer).setUint32(12, message.length);
  message.set(text, 16);
  let state = text.reduce((sum, octet) => (Math.imul(sum, 31) + octet) | 0, 7);
  for (let at = 16 + text.length; at < message.length - 4; at++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    message[at] = state >>> 16;
  }
  message.set(new TextEncoder().encode('7777'), message.length - 4);
  return message;
}

/** Version of a message of this name; undefined when its octets are not exactly those of one. */
export function versionOf(name: FieldName, octets: Uint8Array): string | undefined {
  const parts = new TextDecoder('latin1').decode(octets.subarray(16)).split('#', 2);
  if (parts[0] !== name || parts[1] === undefined) return undefined;
  return Buffer.compare(octets, messageOf(name, parts[1], octets.length)) === 0 ? parts[1] : undefined;
}

/** A field as a reader finds it. `version` is undefined when it cannot be read, or is not what was archived. */
export interface FoundField {
  readonly name: FieldName;
  readonly version: string | undefined;
  readonly isMasked: boolean;
  readonly entry: Entry;
}

/** All that a listing gives, each read at its place. Locked databases and damage go to `onDamage`, and are thrown without it. */
export async function foundFields(
  fdb: Fdb,
  disk: Disk,
  { masked = 'hide', onDamage }: { readonly masked?: 'hide' | 'include'; readonly onDamage?: (error: Error) => void } = {},
): Promise<readonly FoundField[]> {
  const found: FoundField[] = [];
  const files = new Map<string, Uint8Array>();
  const options = { masked, ...(onDamage === undefined ? {} : { onDamage }) };
  for await (const entries of fdb.list(new Map(), options)) {
    for (const entry of entries) {
      const name = nameOf(combinedKey(entry));
      const { file, offset, length } = entry.location;
      let octets = files.get(file);
      // A file grows; what an entry refers to is there before the entry.
      if (octets === undefined || octets.length < offset + length) {
        octets = (await disk.info(file)) === undefined ? new Uint8Array(0) : await disk.read(file);
        files.set(file, octets);
      }
      const message = octets.subarray(offset, offset + length);
      found.push({ name, version: message.length === length ? versionOf(name, message) : undefined, isMasked: entry.isMasked, entry });
    }
  }
  return found;
}

/** Name -> version of what listings show. */
export function versions(found: readonly FoundField[]): ReadonlyMap<FieldName, string | undefined> {
  return new Map(found.filter(({ isMasked }) => !isMasked).map(({ name, version }) => [name, version]));
}

/** What `retrieve` gives of one database. */
export async function retrievedFields(fdb: Fdb, expver: string): Promise<ReadonlyMap<FieldName, string | undefined>> {
  const found = new Map<FieldName, string | undefined>();
  for await (const { entry, bytes } of fdb.retrieve(wholeRequest(expver)).messages()) {
    const name = nameOf(combinedKey(entry));
    if (found.has(name)) throw new Error(`${name} was retrieved twice`);
    found.set(name, versionOf(name, bytes));
  }
  return found;
}

/** As one text, for messages of failed tests. */
export function sortedText(fields: ReadonlyMap<FieldName, string | undefined>): readonly string[] {
  return [...fields].map(([name, version]) => `${name}#${version}`).sort();
}
