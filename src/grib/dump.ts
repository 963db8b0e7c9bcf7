import type { KeyValue } from './layout.js';
import type { Message } from './message.js';
import { raw, readPlace } from './raw-keys.js';
import { sectionLayout } from './section-layouts.js';
import { ibm32At, ieee32At } from './octets.js';
import { pl } from './grid-keys.js';

/** One key of a dumped section: octets from 1, as in the WMO tables. */
export interface DumpedKey {
  readonly key: string;
  readonly octets: readonly [number, number];
  readonly value: KeyValue;
  /** Abbreviation and title of a coded value, where the tables have one. */
  readonly meaning?: string;
}

export interface DumpedSection {
  readonly section: number;
  /** Zero-based position in the message. */
  readonly start: number;
  readonly length: number;
  readonly keys: readonly DumpedKey[];
}

const TITLES: Readonly<Record<string, string>> = {
  marsClass: 'marsClass',
  marsType: 'marsType',
  marsStream: 'marsStream',
  typeOfFirstFixedSurface: 'grib2SurfaceType',
  typeOfSecondFixedSurface: 'grib2SurfaceType',
  indicatorOfTypeOfLevel: 'grib1TypeOfLevel',
  indicatorOfUnitOfTimeRange: 'timeUnit',
  indicatorOfUnitForTimeRange: 'timeUnit',
  unitOfTimeRange: 'timeUnit',
  typeOfStatisticalProcessing: 'statisticalProcessing',
  destineDataset: 'destineDataset',
  destineActivity: 'destineActivity',
  destineExperiment: 'destineExperiment',
  destineModel: 'destineModel',
  destineResolution: 'destineResolution',
};

/** Every section with every key of its octets. Values of the data section are not decoded. */
export function dump(message: Message): readonly DumpedSection[] {
  const dumped: DumpedSection[] = [];
  for (let number = 0; number < message.sections.length; number++) {
    const section = message.sections[number];
    const layout = sectionLayout(message, number);
    if (section === undefined || layout === undefined) continue;
    const keys: DumpedKey[] = [];
    for (const place of layout.places) {
      const value = readPlace(message, number, place);
      if (value === undefined) continue;
      const meaning = meaningOf(message, place.key, value);
      keys.push({
        key: place.key,
        octets: [place.start + 1, place.start + place.octets],
        value,
        ...(meaning === undefined ? {} : { meaning }),
      });
    }
    keys.push(...listsOf(message, number, layout.endOctets));
    dumped.push({ section: number, ...section, keys });
  }
  return dumped;
}

function meaningOf(message: Message, key: string, value: KeyValue): string | undefined {
  const table = key === 'centre' ? (message.edition === 1 ? 'grib1Centre' : 'centre') : TITLES[key];
  if (table === undefined || typeof value !== 'number') return undefined;
  const entry = message.tables.codes[table]?.[value];
  return entry === undefined ? undefined : `${entry[0]}: ${entry[1]}`;
}

/** The lists behind the fixed part of a section: vertical coordinates and points per row. */
function listsOf(message: Message, number: number, endOctets: number): readonly DumpedKey[] {
  const lists: DumpedKey[] = [];
  const vertical = number === (message.edition === 1 ? 2 : 4) ? verticalCoordinates(message) : undefined;
  if (vertical !== undefined)
    lists.push({ key: 'pv', octets: [vertical.start + 1, vertical.start + 4 * vertical.values.length], value: vertical.values });
  const rows = number === (message.edition === 1 ? 2 : 3) ? pl(message) : undefined;
  if (rows === undefined) return lists;
  const start = message.edition === 2 ? endOctets : (message.sections[2]?.length as number) - 2 * rows.length;
  const octets = message.edition === 2 ? Number(raw(message, 'numberOfOctectsForNumberOfPoints')) : 2;
  lists.push({ key: 'pl', octets: [start + 1, start + octets * rows.length], value: Array.from(rows) });
  return lists;
}

/** The half-level coefficients of a model-level field, and their zero-based place in the section; undefined when there are none. */
export function verticalCoordinates(message: Message): { readonly start: number; readonly values: readonly number[] } | undefined {
  const number = message.edition === 1 ? 2 : 4;
  const section = message.sections[number];
  const count = Number(raw(message, message.edition === 1 ? 'numberOfVerticalCoordinateValues' : 'NV') ?? 0);
  if (section === undefined || count === 0 || raw(message, 'typeOfFirstFixedSurface') === 150) return undefined;
  const start = message.edition === 1 ? Number(raw(message, 'pvlLocation')) - 1 : section.length - 4 * count;
  if (start < 0 || start + 4 * count > section.length) return undefined;
  const read = message.edition === 1 ? ibm32At : ieee32At;
  return { start, values: Array.from({ length: count }, (_, i) => read(message.bytes, section.start + start + 4 * i)) };
}
