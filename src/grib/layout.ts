import { assert } from '../base/index.js';
import { allOnes, asciiAt, hexAt, ibm32At, ieee32At, signedAt, unsignedAt } from './octets.js';

/** The value of a key: null means that the message says "missing" (all bits one). */
export type KeyValue = string | number | null | readonly number[];

export type OctetType = 'u' | 's' | 'f' | 'i' | 'a' | 'x';

/** One key of a section: `start` is zero-based from the start of the section. */
export interface KeyPlace {
  readonly key: string;
  readonly type: OctetType;
  readonly start: number;
  readonly octets: number;
  readonly canBeMissing: boolean;
}

/** All keys of one section in octet order. A key that is repeated (time ranges) has one place for each time; `byKey` holds the last, as in ecCodes. */
export interface SectionLayout {
  readonly places: readonly KeyPlace[];
  readonly byKey: ReadonlyMap<string, KeyPlace>;
  /** Octets from the start of the section to the first that the layout does not describe. */
  readonly endOctets: number;
}

/** tables/layouts.json: block name -> entries, in the notation explained there. */
export type LayoutBlocks = Readonly<Record<string, readonly string[]>>;

const fixedLayouts = new WeakMap<LayoutBlocks, Map<string, SectionLayout>>();

/** The places of the named blocks, one after another, in the section at `start`. Layouts without repetitions are made once and shared. */
export function layoutOf(blocks: LayoutBlocks, names: readonly string[], bytes: Uint8Array, start: number): SectionLayout {
  let known = fixedLayouts.get(blocks);
  if (known === undefined) fixedLayouts.set(blocks, (known = new Map()));
  const id = names.join(' ');
  const shared = known.get(id);
  if (shared !== undefined) return shared;
  const places: KeyPlace[] = [];
  const state = { at: 0, repeats: false };
  for (const name of names) placeBlock(blocks, name, bytes, start, places, state);
  const byKey = new Map<string, KeyPlace>();
  for (const place of places) byKey.set(place.key, place);
  const layout = { places, byKey, endOctets: state.at };
  if (!state.repeats) known.set(id, layout);
  return layout;
}

function placeBlock(
  blocks: LayoutBlocks,
  name: string,
  bytes: Uint8Array,
  start: number,
  places: KeyPlace[],
  state: { at: number; repeats: boolean },
): void {
  const entries = blocks[name];
  assert(entries !== undefined, `layouts.json has the block ${name}`);
  for (const entry of entries) {
    if (entry.startsWith('@')) {
      placeBlock(blocks, entry.slice(1), bytes, start, places, state);
      continue;
    }
    const [key, type] = entry.split(' ') as [string, string];
    if (key.startsWith('*')) {
      const counter = places.find((place) => place.key === key.slice(1));
      assert(counter !== undefined, `the count ${key} stands before its list`);
      state.repeats = true;
      const times = start + counter.start < bytes.length ? unsignedAt(bytes, start + counter.start, counter.octets) : 0;
      for (let i = 0; i < times; i++) placeBlock(blocks, type, bytes, start, places, state);
      continue;
    }
    if (key === '-') {
      state.at += Number(type);
      continue;
    }
    const octets = Number.parseInt(type.slice(1), 10);
    places.push({ key, type: type[0] as OctetType, start: state.at, octets, canBeMissing: type.endsWith('?') });
    state.at += octets;
  }
}

/** The value at a place of the section that begins at `sectionStart`. */
export function valueAt(bytes: Uint8Array, sectionStart: number, place: KeyPlace): KeyValue {
  const at = sectionStart + place.start;
  if (place.canBeMissing && allOnes(bytes, at, place.octets)) return null;
  switch (place.type) {
    case 'u':
      return unsignedAt(bytes, at, place.octets);
    case 's':
      return signedAt(bytes, at, place.octets);
    case 'f':
      return ieee32At(bytes, at);
    case 'i':
      return ibm32At(bytes, at);
    case 'a':
      return asciiAt(bytes, at, place.octets);
    case 'x':
      return hexAt(bytes, at, place.octets);
  }
}
