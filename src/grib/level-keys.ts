import { conceptValue, type Lookup } from './concept.js';
import type { KeyValue } from './layout.js';
import type { Message } from './message.js';
import { raw, rawNumber } from './raw-keys.js';
import { type ConceptRules, abbreviation } from './tables.js';

const ISOBARIC = 100;
const POTENTIAL_VORTICITY = 109;
/** Soil, snow and ocean layers between two surfaces of the same kind: their level is the bottom. */
const BOTTOM_LEVEL_TYPES: ReadonlySet<number> = new Set([114, 151, 152, 168]);

/** 'hPa' unless the level is a pressure below 1 hPa, which is given in Pa. */
function pressureUnits(message: Message): string {
  if (message.edition === 1) return rawNumber(message, 'indicatorOfTypeOfLevel') === 210 ? 'Pa' : 'hPa';
  if (rawNumber(message, 'typeOfFirstFixedSurface') !== ISOBARIC) return 'hPa';
  const pascals = surfaceValue(message, 'First');
  return pascals !== undefined && pascals !== 0 && pascals < 100 ? 'Pa' : 'hPa';
}

/** scaledValue * 10^-scaleFactor; undefined when it is missing. */
function surfaceValue(message: Message, which: 'First' | 'Second'): number | undefined {
  const value = rawNumber(message, `scaledValueOf${which}FixedSurface`);
  const factor = rawNumber(message, `scaleFactorOf${which}FixedSurface`);
  if (value === undefined) return undefined;
  return factor === undefined || factor === 0 ? value : factor > 0 ? value / 10 ** factor : value * 10 ** -factor;
}

/** A surface in the units of its level: pressure in hPa without fraction (or Pa), potential vorticity in 1e-9 K m2 kg-1 s-1. */
function surfaceLevel(message: Message, which: 'First' | 'Second'): number | undefined {
  const type = rawNumber(message, `typeOf${which}FixedSurface`);
  if (type === undefined) return undefined;
  const value = surfaceValue(message, which) ?? 0;
  if (type === ISOBARIC) return pressureUnits(message) === 'Pa' ? value : Math.trunc(value / 100);
  if (type === POTENTIAL_VORTICITY) return Math.round(value * (isTigge(message) ? 1e6 : 1e9));
  return value;
}

function isTigge(message: Message): boolean {
  const status = rawNumber(message, 'productionStatusOfProcessedData');
  return status === 4 || status === 5;
}

export function topLevel(message: Message): number | undefined {
  if (message.edition === 1) return rawNumber(message, 'topLevel') ?? rawNumber(message, 'level');
  return surfaceLevel(message, 'First');
}

export function bottomLevel(message: Message): number | undefined {
  if (message.edition === 1) return rawNumber(message, 'bottomLevel') ?? rawNumber(message, 'level');
  return surfaceLevel(message, rawNumber(message, 'typeOfSecondFixedSurface') === 255 ? 'First' : 'Second');
}

export function level(message: Message): number | undefined {
  const first = rawNumber(message, 'typeOfFirstFixedSurface');
  const isBottom = first !== undefined && BOTTOM_LEVEL_TYPES.has(first) && rawNumber(message, 'typeOfSecondFixedSurface') === first;
  return isBottom ? bottomLevel(message) : topLevel(message);
}

/** Name of the kind of level: surface, isobaricInhPa, hybrid, ... */
export function typeOfLevel(message: Message): string | undefined {
  if (message.edition === 1) return conceptValue(rules(message, 'grib1.typeOfLevel'), lookup(message)) ?? 'unknown';
  if (raw(message, 'typeOfFirstFixedSurface') === undefined) return undefined;
  return concept(message, 'grib2.typeOfLevel') ?? 'unknown';
}

/** MARS levtype: sfc, pl, ml, ... */
export function levtype(message: Message): string | undefined {
  if (message.edition === 1)
    return abbreviation(message.tables, 'grib1TypeOfLevel', rawNumber(message, 'indicatorOfTypeOfLevel') as number);
  if (raw(message, 'typeOfFirstFixedSurface') === undefined) return undefined;
  const isOld = (rawNumber(message, 'tablesVersion') as number) <= 33;
  const local = conceptValue(rules(message, 'grib2.marsLevtype.ecmf'), lookup(message));
  return local ?? conceptValue(rules(message, isOld ? 'grib2.marsLevtype.lte33' : 'grib2.marsLevtype'), lookup(message)) ?? 'unknown';
}

/** GRIB1 level types that MARS stores with a level list. */
const GRIB1_LISTED: ReadonlySet<number> = new Set([100, 109, 110, 113, 117, 203]);

/** MARS levelist; undefined for single-level fields. Pressure below 1 hPa is a fraction of hPa. */
export function levelist(message: Message): number | undefined {
  if (message.edition === 1) {
    const type = rawNumber(message, 'indicatorOfTypeOfLevel') as number;
    if (type === 210) return (level(message) as number) / 100;
    return GRIB1_LISTED.has(type) ? level(message) : undefined;
  }
  const kind = levtype(message);
  if (kind === undefined || kind === 'sfc' || kind === 'o2d' || typeOfLevel(message) === 'surface') return undefined;
  const value = level(message);
  return value !== undefined && pressureUnits(message) === 'Pa' ? value / 100 : value;
}

function concept(message: Message, name: string): string | undefined {
  return conceptValue(rules(message, `${name}.ecmf`), lookup(message)) ?? conceptValue(rules(message, name), lookup(message));
}

function rules(message: Message, name: string): ConceptRules {
  return message.tables.concepts[name] ?? [];
}

function lookup(message: Message): Lookup {
  return (key) => {
    if (key === 'pressureUnits') return pressureUnits(message);
    if (key === 'genVertHeightCoords') return rawNumber(message, 'typeOfFirstFixedSurface') === 150 ? 1 : 0;
    const value = key === 'level' ? level(message) : raw(message, key);
    return typeof value === 'object' && value !== null ? undefined : value;
  };
}

export const levelKeys: Readonly<Record<string, (message: Message) => KeyValue | undefined>> = {
  typeOfLevel,
  level,
  topLevel,
  bottomLevel,
  pressureUnits,
  levtype,
  levelist,
};
