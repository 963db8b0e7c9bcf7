import type { GridSpec } from '../../atlas/index.js';
import type { LogData } from '../../base/index.js';
import type { CoreConfig } from '../types.js';

/**
 * What an isolated plugin and its owner say to each other. The owner asks, one question at a time, and the plugin answers each with
 * the same `id`; between a question and its answer the plugin may send remarks and questions of its own.
 *
 * To a thread a message goes as it is, and fields lie in memory that both sides see. To a process it goes as a frame (`frames.ts`), and
 * the values of fields follow it. A conversation, with what a process in another language needs (its arrays in brackets):
 *
 *     owner   {kind: load, id: 1, contract: 1, plugin: p, lib: /models/p.py, config: {...}}
 *     plugin  {kind: done, id: 1, protocol: {required: [...], offered: [...]}, info: {name, version}, reals: f32}
 *     owner   {kind: setup, id: 2, reals: f32, missing: -3.4e38, outputs: [...], moment: {step: 0, scalars: {...}, inputs: [...]}}
 *     plugin  {kind: done, id: 2}
 *     owner   {kind: run, id: 3, moment: {step: 1, scalars: {NSTEP: {type: INT, value: 1, updated: true}}, inputs: [...]}} [u]
 *     plugin  {kind: coordinates, field: u}
 *     owner   {kind: coordinates, field: u} [lat, lon]
 *     plugin  {kind: notify, event: gust, data: {...}}
 *     plugin  {kind: done, id: 3, scalars: {count: 7}} [every declared field]
 *     owner   {kind: teardown, id: 4}
 *     plugin  {kind: done, id: 4}
 *
 * In place of `done` a plugin may answer `{kind: failed, id, message}`: the step has failed for it, and the next is asked as usual. Only
 * fields that have changed are sent; the plugin keeps the others. Negotiation has a start of its own: after `load` a process may be ended.
 * A process ends when its standard input does.
 */
export const contractVersion = 1;

/** How a field is laid out: values `[layers, points]`, layers running through the levels of the first member, then of the next. */
export interface FieldMeta {
  readonly name: string;
  readonly shortName: string;
  readonly levtype: string;
  readonly levels: readonly number[];
  readonly members: number;
  readonly points: number;
  readonly grid: GridSpec;
}

export interface InputMeta extends FieldMeta {
  readonly version: number;
  readonly updated: boolean;
  /** False when it is certain that no value is missing. */
  readonly mayBeMissing: boolean;
}

export type ScalarValue = number | boolean | string;

/** A value of the model that is no field. */
export interface Scalar {
  readonly type: string;
  readonly value: ScalarValue;
  readonly updated: boolean;
}

/** The state of all that was agreed on. */
export interface Moment {
  readonly step: number;
  readonly scalars: Readonly<Record<string, Scalar>>;
  readonly inputs: readonly InputMeta[];
}

/** Reals of fields: `f64` when the plugin asks for it. */
export type Reals = 'f32' | 'f64';

export type Question =
  | { readonly kind: 'load'; readonly contract: number; readonly plugin: string; readonly lib: string; readonly config: CoreConfig }
  | {
      readonly kind: 'setup';
      readonly reals: Reals;
      readonly missing: number;
      readonly moment: Moment;
      readonly outputs: readonly FieldMeta[];
    }
  | { readonly kind: 'run'; readonly moment: Moment }
  | { readonly kind: 'teardown' };

export type QuestionKind = Question['kind'];

/** An array that goes with a message: one after the other behind it in a frame, or in shared memory. */
export interface ArrayMeta {
  readonly name: string;
  readonly type: Reals;
  readonly length: number;
}

export type ToPlugin = (Question & { readonly id: number }) | { readonly kind: 'coordinates'; readonly field: string };

export interface PluginAnswer {
  readonly kind: 'done';
  readonly id: number;
  /** To `load`: what it requires and offers, as in a protocol file. */
  readonly protocol?: object;
  readonly info?: { readonly name?: string; readonly version?: string };
  readonly reals?: Reals;
  /** To `run` and `setup`: outputs that are no fields. */
  readonly scalars?: Readonly<Record<string, ScalarValue>>;
}

export type FromPlugin =
  | PluginAnswer
  | { readonly kind: 'failed'; readonly id: number; readonly message: string; readonly stack?: string }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly event: string; readonly data?: LogData }
  | { readonly kind: 'notify'; readonly event: string; readonly data?: LogData }
  /** Latitudes and longitudes of a field's points are wanted; they come as arrays `lat` and `lon`, f64. */
  | { readonly kind: 'coordinates'; readonly field: string };

export type Reals64 = Float64Array<ArrayBufferLike>;
export type Reals32 = Float32Array<ArrayBufferLike>;

/** Arrays by name. */
export type Arrays = ReadonlyMap<string, Reals32 | Reals64>;

export const noArrays: Arrays = new Map();

export function newReals(type: Reals, length: number, shared: boolean): Reals32 | Reals64 {
  const bytes = length * (type === 'f64' ? 8 : 4);
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return type === 'f64' ? new Float64Array(buffer) : new Float32Array(buffer);
}

export function lengthOf({ levels, members, points }: FieldMeta): number {
  return levels.length * members * points;
}
