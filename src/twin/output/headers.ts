import type { Field, Grid } from '../../atlas/index.js';
import { type GribTables, type Message, newMessage, type NewMessageKeys, type StepInput, type TimeRange } from '../../grib/index.js';
import type { Span, Statistic } from '../../stats/index.js';

/** One layer of a field on its way out. */
export interface OutputLayer {
  /** Of the model, hectopascals, metres, by `levtype`; 0 or absent for the surface. */
  readonly level?: number;
  /** Member of an ensemble. */
  readonly number?: number;
}

/** A field of the model or of a plugin, at one time. */
export interface OutputField {
  /** Short name, or paramId. */
  readonly param: string | number;
  readonly levtype: NewMessageKeys['levtype'];
  readonly field: Field<OutputLayer>;
}

/** What all fields of a run have in common. */
export interface RunHeader {
  /** YYYYMMDD of the initial state. */
  readonly date: number;
  /** HHMM of it. Default 0. */
  readonly time?: number;
  /** Default rd. */
  readonly class?: string;
  /** Four characters. Default twin. */
  readonly expver?: string;
  /** Default oper, enfo for ensembles. */
  readonly stream?: string;
  /** Members; 1 is a single forecast, whose fields have no number. */
  readonly members: number;
}

/** A time of the run, and the range that ends there for a statistic. */
export interface OutputTime {
  readonly seconds: number;
  readonly range?: { readonly statistic: Statistic; readonly span: Span; readonly everySeconds: number };
}

/** Header words of what has one: `instant` is the last sample of a window, and has the time of its end. */
const RANGES: Readonly<Partial<Record<Statistic, TimeRange['statistic']>>> = {
  mean: 'mean',
  min: 'min',
  max: 'max',
  accumulation: 'accumulation',
};

/**
 * The layers of a field as GRIB messages without values, on `grid`. Member 0 is the control forecast (type cf), others are perturbed (pf);
 * a single forecast is of type fc. Errors: those of `newMessage`.
 */
export function messagesFor(
  { param, levtype, field }: OutputField,
  {
    header,
    time,
    grid,
    tables,
  }: { readonly header: RunHeader; readonly time: OutputTime; readonly grid: Grid; readonly tables: GribTables },
): readonly Message[] {
  const { date, time: dataTime = 0, members } = header;
  const run = {
    ...{ date, time: dataTime, class: header.class ?? 'rd', expver: header.expver ?? 'twin' },
    stream: header.stream ?? (members > 1 ? 'enfo' : 'oper'),
  };
  const steps = stepKeys(time);
  return field.layers.map(({ level, number = 0 }) => {
    const member = members > 1 ? { type: number === 0 ? 'cf' : 'pf', number, ensembleSize: Math.min(members, 254) } : { type: 'fc' };
    const place = levtype === 'sfc' || level === undefined ? { levtype } : { levtype, level };
    return newMessage({ ...run, ...steps, ...member, ...place, param }, grid, tables);
  });
}

function stepKeys({ seconds, range }: OutputTime): Pick<NewMessageKeys, 'step' | 'range'> {
  const statistic = range === undefined ? undefined : RANGES[range.statistic];
  if (range === undefined || statistic === undefined) return { step: stepInput(seconds) };
  return {
    step: stepInput(range.span.endSeconds),
    range: { statistic, from: stepInput(range.span.startSeconds), every: stepInput(range.everySeconds) },
  };
}

/** Hours where that is whole, else minutes or seconds. */
function stepInput(seconds: number): StepInput {
  if (seconds % 3600 === 0) return seconds / 3600;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
