import { DteError, nearestWord } from '../base/index.js';
import { dataKeys } from './data-keys.js';
import { gridKeys } from './grid-keys.js';
import type { KeyValue } from './layout.js';
import { levelKeys } from './level-keys.js';
import { marsKeys, marsTime, marsWord, monthlyVerificationDate, verificationDate } from './mars-keys.js';
import type { Message } from './message.js';
import { parameterKeys } from './parameter-keys.js';
import { raw, rawNumber } from './raw-keys.js';
import { sectionLayout } from './section-layouts.js';
import { abbreviation } from './tables.js';
import { dataDate, dataTime, endStep, stepText, stepUnits, timeKeys } from './time-keys.js';

type KeyFunction = (message: Message) => KeyValue | undefined;

/** Header codes that `get` gives as the abbreviation of a code table, as ecCodes does. */
const CODED: Readonly<Record<string, string>> = {
  marsClass: 'marsClass',
  marsType: 'marsType',
  marsStream: 'marsStream',
  inputOriginatingCentre: 'centre',
  originatingCentreOfAnalysis: 'centre',
  indicatorOfTypeOfLevel: 'grib1TypeOfLevel',
  typeOfFirstFixedSurface: 'grib2SurfaceType',
};

/** typeOfProcessedData, code table 1.4. */
const DATA_TYPES: Readonly<Record<number, string>> = { 0: 'an', 1: 'fc', 2: 'af', 3: 'cf', 4: 'pf', 5: 'cp', 6: 'sa', 7: 'ra', 8: 'ep' };

/** Other names of the same key. */
const ALIASES: Readonly<Record<string, string>> = {
  edition: 'editionNumber',
  date: 'dataDate',
  time: 'marsTime',
  step: 'marsStep',
  numberOfPoints: 'numberOfDataPoints',
  expver: 'experimentVersionNumber',
  number: 'perturbationNumber',
  totalNumber: 'numberOfForecastsInEnsemble',
  process: 'generatingProcessIdentifier',
  unitOfTime: 'unitOfTimeRange',
  numberOfVerticalCoordinateValues: 'NV',
  numberOfCoordinatesValues: 'NV',
  method: 'methodNumber',
  system: 'systemNumber',
  iteration: 'iterationNumber',
  subSetJ: 'JS',
  subSetK: 'KS',
  subSetM: 'MS',
  Di: 'iDirectionIncrement',
  Dj: 'jDirectionIncrement',
  gaussianGridName: 'gridName',
  typeOfGrid: 'gridType',
};

const generalKeys: Readonly<Record<string, KeyFunction>> = {
  centre: (message) =>
    abbreviation(message.tables, message.edition === 1 ? 'grib1Centre' : 'centre', rawNumber(message, 'centre') as number),
  class: (message) => marsWord(message, 'class'),
  type: (message) => marsWord(message, 'type'),
  stream: (message) => marsWord(message, 'stream'),
  dataType,
  marsTime: (message) => marsTime(dataTime(message)),
  marsStep: (message) => {
    const step = endStep(message);
    return step === undefined ? undefined : stepUnits(message) === 'h' ? step : stepText(message, step);
  },
  NV: (message) => rawNumber(message, 'NV') ?? rawNumber(message, 'numberOfVerticalCoordinateValues'),
  verificationDate,
  monthlyVerificationDate: (message) =>
    /^(mnth|moda|wamo|wamd|edmm|edmo|ewmm|ewmo)$/.test(marsWord(message, 'stream') ?? '') && marsWord(message, 'type') === 'an'
      ? dataDate(message)
      : monthlyVerificationDate(message),
  origin: (message) => generalKeys['centre']?.(message),
  dataOrigin: (message) => {
    const code = rawNumber(message, 'dataOrigin');
    return code === undefined ? undefined : abbreviation(message.tables, 'grib1Centre', code);
  },
  // Days of the month do not belong to the MARS forecast month: it counts from 1 for the month of the reference date.
  marsForecastMonth: (message) => rawNumber(message, 'forecastMonth'),
  totalLength: (message) => message.bytes.length,
  messageNumber: (message) => message.messageNumber,
  fieldNumber: (message) => message.fieldNumber,
  offset: (message) => message.where.offset ?? 0,
};

/** MARS type where the message has one, else the type of processed data. */
function dataType(message: Message): string | undefined {
  const own = marsWord(message, 'type');
  if (own !== undefined || message.edition === 1) return own;
  const code = rawNumber(message, 'typeOfProcessedData') as number;
  return DATA_TYPES[code] ?? (code === 255 ? 'missing' : String(code));
}

const COMPUTED: ReadonlyMap<string, KeyFunction> = new Map(
  Object.entries({ ...timeKeys, ...levelKeys, ...parameterKeys, ...gridKeys, ...dataKeys, ...generalKeys }),
);

/** The value of a key, undefined when the message has none of that name. Names are those of ecCodes. */
export function find(message: Message, key: string): KeyValue | undefined {
  const { values } = message.known;
  const known = values.get(key);
  if (known !== undefined) return known;
  const name = ALIASES[key] ?? key;
  const value = key.includes('.') ? namespaced(message, key) : (COMPUTED.get(name) ?? readRaw(name))(message);
  if (value !== undefined) values.set(key, value);
  return value;
}

/** The value of a key. `absent.key` names the nearest key of the message. */
export function get(message: Message, key: string): KeyValue {
  const value = find(message, key);
  if (value !== undefined) return value;
  const near = nearestWord(key, keyNames(message));
  throw new DteError('absent.key', `key '${key}' does not exist in this message`, {
    where: message.where,
    hint: near === undefined ? "'dte grib dump' lists its keys" : `did you mean '${near}'?`,
  });
}

/** All keys that this message has: those of its octets, then those worked out from them. */
export function keyNames(message: Message): readonly string[] {
  const names = new Set<string>();
  for (let number = 0; number < message.sections.length; number++)
    for (const key of sectionLayout(message, number)?.byKey.keys() ?? []) names.add(key);
  for (const [key, value] of COMPUTED) if (value(message) !== undefined) names.add(key);
  return [...names];
}

function readRaw(key: string): KeyFunction {
  return (message) => {
    const value = raw(message, key);
    const table = CODED[key];
    return table !== undefined && typeof value === 'number' ? abbreviation(message.tables, table, value) : value;
  };
}

/** 'mars.param', 'time.stepRange', ...: a key of a namespace. */
function namespaced(message: Message, key: string): KeyValue | undefined {
  const [namespace, name] = key.split('.') as [string, string];
  return isNamespace(namespace) ? keysOf(message, namespace).get(name) : undefined;
}

export const NAMESPACES = ['ls', 'mars', 'parameter', 'time', 'vertical', 'geography'] as const;
export type Namespace = (typeof NAMESPACES)[number];

export function isNamespace(name: string): name is Namespace {
  return (NAMESPACES as readonly string[]).includes(name);
}

const LISTED: Readonly<Record<Exclude<Namespace, 'mars'>, readonly string[]>> = {
  ls: ['edition', 'centre', 'date', 'dataType', 'gridType', 'stepRange', 'typeOfLevel', 'level', 'shortName', 'packingType'],
  parameter: ['centre', 'paramId', 'units', 'name', 'shortName'],
  time: ['dataDate', 'dataTime', 'stepUnits', 'stepType', 'stepRange', 'startStep', 'endStep', 'validityDate', 'validityTime'],
  vertical: ['typeOfLevel', 'level', 'topLevel', 'bottomLevel'],
  geography: [
    'gridType',
    'bitmapPresent',
    'Ni',
    'Nj',
    'Nx',
    'Ny',
    'N',
    'J',
    'K',
    'M',
    'Nside',
    'latitudeOfFirstGridPointInDegrees',
    'longitudeOfFirstGridPointInDegrees',
    'latitudeOfLastGridPointInDegrees',
    'longitudeOfLastGridPointInDegrees',
    'iDirectionIncrementInDegrees',
    'jDirectionIncrementInDegrees',
    'iScansNegatively',
    'jScansPositively',
    'jPointsAreConsecutive',
    'LaDInDegrees',
    'LoVInDegrees',
    'orientationOfTheGridInDegrees',
    'DxInMetres',
    'DyInMetres',
    'DiInMetres',
    'DjInMetres',
    'Latin1InDegrees',
    'Latin2InDegrees',
    'latitudeOfSouthernPoleInDegrees',
    'longitudeOfSouthernPoleInDegrees',
    'angleOfRotationInDegrees',
  ],
};

/** The keys of a namespace that this message has, in a fixed order. */
export function keysOf(message: Message, namespace: Namespace): ReadonlyMap<string, KeyValue> {
  if (namespace === 'mars') return marsKeys(message, (key) => find(message, key));
  const keys = new Map<string, KeyValue>();
  for (const key of LISTED[namespace]) {
    // Ni and Nx are names of one number: a listing shows the one that the grid's template has.
    const value = /^N[ijxy]$/.test(key) ? raw(message, key) : find(message, key);
    if (value !== undefined) keys.set(key, value);
  }
  return keys;
}
