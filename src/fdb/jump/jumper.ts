import { type Context, DteError, ordered, sharedBuffer } from '../../base/index.js';
import { Team } from '../../compute/index.js';
import { boundsOf, type IndexPicks, indexPicks, type IndexRanges, type RangePrecision } from '../../grib/index.js';
import type { Key, Location, OnDamage } from '../types.js';
import { type FieldOrder, fieldOrderAt, nearestIndices, type Point } from './field-points.js';
import { jumpCache } from './jump-cache.js';
import type { JumpRecord } from './jump-record.js';
import { type InfoTask, type MadeInfo, outcome, type ReadTask } from './read-task.js';
import { jumpTasks } from './jump-tasks.js';
import { openSidecars, type Sidecars } from './sidecars.js';

/** What is wanted of each field of a request: index ranges in file order, single indices in file order, or places on the sphere. */
export type Wanted =
  | { readonly ranges: IndexRanges }
  | { readonly indices: ArrayLike<number> }
  | { readonly points: readonly Point[] };

/** A message and the key it was asked for by. */
export interface FoundField {
  readonly key: Key;
  readonly location: Location;
}

export type FieldRequest = Wanted & {
  readonly fields: readonly FoundField[];
  /** MD5 of the grid section that the indices were made for. Without it the fields of a request must have one grid. */
  readonly gridHash?: string;
};

export interface ExtractedField {
  readonly key: Key;
  readonly location: Location;
  /** Number of the request, from 0. */
  readonly request: number;
  /** One array for each range; one for all indices or points, in the order they were asked for. NaN where a point has no value. */
  readonly values: readonly Float64Array[];
  /** For each array of values which of them are present: bit i % 64 of word i / 64. */
  readonly masks: readonly BigUint64Array[];
}

export interface JumperOptions {
  /** Threads that read and decode. Default: one for each core. */
  readonly threads?: number;
  /** Memory for jump infos. Default 256 MiB; a field on O1280 takes 14 kB. */
  readonly cacheBytes?: number;
  /** Infos that no sidecar has are made when they are needed, by reading the whole message once. Default true; otherwise `absent.field`. */
  readonly lazy?: boolean;
  /** Whether indices may be used on fields of different grids. Default false. */
  readonly ignoreGridHash?: boolean;
  /**
   * Folder of the sidecars. Default: each lies beside its data file. (`fdb-wipe` of 5.10.8 does not know them and leaves a database
   * that has one, unless told --unsafe-wipe-all.)
   */
  readonly sidecarFolder?: string;
  /** Default f64: the values of the full decode in f64. */
  readonly precision?: RangePrecision;
  /** Told of sidecars that are damaged, stale or of another program. Default: the log. */
  readonly onDamage?: OnDamage;
}

/** Reads parts of fields. It holds threads and jump infos; `close` ends it. */
export interface Jumper {
  /** Fields in the order of the requests. Those of one file are read together. */
  extractFrom(requests: readonly FieldRequest[]): AsyncGenerator<ExtractedField>;
  /** Jump infos of messages, from memory, their sidecars, or (lazy) the messages. */
  infosOf(locations: readonly Location[]): Promise<readonly JumpRecord[]>;
  /** Jump infos made from the messages, whatever is known of them; for a message that has none, why. */
  makeInfos(locations: readonly Location[]): Promise<readonly (JumpRecord | DteError)[]>;
  readonly sidecars: Sidecars;
  close(): Promise<void>;
}

const defaultCacheBytes = 256 * 2 ** 20;
/** Fields whose infos, tasks and results are under way at once, windows of them, and fields and values of one task. */
const fieldsPerWindow = 256;
const windowsInFlight = 2;
const fieldsPerTask = 16;
const valuesPerTask = 1 << 22;
const infosPerTask = 4;
const fieldsOnCallersThread = 8;

interface Job extends FoundField {
  readonly request: FieldRequest;
  readonly number: number;
}

/** What a job reads: ranges, and how the values are handed out. */
interface Reading {
  readonly bounds: Float64Array;
  readonly total: number;
  readonly picks: IndexPicks | undefined;
}

export function openJumper(context: Context, options: JumperOptions = {}): Jumper {
  const { lazy = true, ignoreGridHash = false, precision = 'f64', cacheBytes = defaultCacheBytes } = options;
  const onDamage = options.onDamage ?? ((error: DteError) => context.log.warn('fdb.jump.sidecar', { error: error.message }));
  const team = new Team(context.workers, options.threads);
  const here = new Team(context.workers, 0);
  let isStarted = false;
  const runTask = (name: string, args: InfoTask | ReadTask): Promise<unknown> => (isStarted ? team : here).runTask({ module: jumpTasks, name, args });
  const cache = jumpCache(cacheBytes);
  const sidecars = openSidecars(context, onDamage, options.sidecarFolder);
  const orders = new Map<string, Promise<FieldOrder>>();
  const readings = new WeakMap<FieldRequest, Map<string, Promise<Reading>>>();

  /** Threads are started for work that is worth it: they take as long to come up as some hundred fields to read. */
  const startFor = (fields: number): void => {
    if (isStarted || fields <= fieldsOnCallersThread || team.threads === 0) return;
    isStarted = true;
    team.start([jumpTasks.url]);
  };

  const makeInfos: Jumper['makeInfos'] = async (locations) => {
    startFor(locations.length);
    const made = new Map<Location, JumpRecord | DteError>();
    const tasks: Promise<void>[] = [];
    for (const [file, ofFile] of byFile(locations, ({ file }) => file)) {
      for (let first = 0; first < ofFile.length; first += infosPerTask) {
        const some = ofFile.slice(first, first + infosPerTask);
        const args = { file, messages: some.map(({ offset, length }) => ({ offset, length })) };
        const task = runTask('makeInfos', args) as Promise<readonly MadeInfo[]>;
        tasks.push(task.then((infos) => void some.forEach((location, index) => made.set(location, madeInfo(infos[index] as MadeInfo)))));
      }
    }
    await allSettled(tasks);
    return locations.map((location) => {
      const info = made.get(location) as JumpRecord | DteError;
      return info instanceof DteError ? info : cache.set(location.file, info);
    });
  };

  const madeNow = async (locations: readonly Location[]): Promise<readonly JumpRecord[]> =>
    (await makeInfos(locations)).map((info) => {
      if (info instanceof DteError) throw info;
      return info;
    });

  const infosOf = async (locations: readonly Location[]): Promise<readonly JumpRecord[]> => {
    const known = locations.map(({ file, offset, length }) => {
      const record = cache.get(file, offset);
      return record?.info.messageBytes === length ? record : undefined;
    });
    const unknown: readonly { readonly location: Location; readonly index: number }[] = locations.flatMap((location, index) => (known[index] === undefined ? [{ location, index }] : []));
    const fromSidecar = async (file: string, missing: typeof unknown): Promise<void> => {
      const records = new Map((await sidecars.find(file, missing.map(({ location }) => location.offset))).map((record) => [record.offset, record]));
      for (const { location, index } of missing) {
        const record = records.get(location.offset);
        if (record !== undefined && record.info.messageBytes === location.length) known[index] = cache.set(file, record);
      }
    };
    await allSettled([...byFile(unknown, ({ location }) => location.file)].map(([file, missing]) => fromSidecar(file, missing)));
    const lacking = unknown.filter(({ index }) => known[index] === undefined);
    if (lacking.length > 0 && !lazy) throw notIndexed(lacking[0]?.location as Location, lacking.length);
    const made = await madeNow(lacking.map(({ location }) => location));
    for (const [at, { index }] of lacking.entries()) known[index] = made[at];
    return known as readonly JumpRecord[];
  };

  const orderOf = (gridHash: string, location: Location): Promise<FieldOrder> => {
    let order = orders.get(gridHash);
    if (order === undefined) {
      order = fieldOrderAt(context, location);
      order.catch(() => orders.delete(gridHash));
      orders.set(gridHash, order);
    }
    return order;
  };

  /** The same for all fields of a request that have one grid. */
  const readingOf = ({ request, location }: Job, { info }: JumpRecord): Promise<Reading> => {
    let known = readings.get(request);
    if (known === undefined) readings.set(request, (known = new Map()));
    if (!ignoreGridHash) checkGrid(request.gridHash ?? known.keys().next().value?.slice(0, gridHashDigits), info.gridHash, location);
    const name = `${info.gridHash} ${info.points}`;
    let reading = known.get(name);
    if (reading === undefined) known.set(name, (reading = makeReading(request, info.points, () => orderOf(info.gridHash, location))));
    return reading;
  };

  const makeReading = async (request: FieldRequest, points: number, order: () => Promise<FieldOrder>): Promise<Reading> => {
    if ('ranges' in request) return readingFor(request.ranges, points, undefined);
    const indices = 'indices' in request ? request.indices : await nearestIndices(context, await order(), request.points);
    const picks = indexPicks(indices, points);
    return readingFor(picks.ranges, points, picks);
  };

  const readAll = async (jobs: readonly Job[], isRetry = false): Promise<readonly ExtractedField[]> => {
    context.signal?.throwIfAborted();
    const records = isRetry ? await madeNow(jobs.map(({ location }) => location)) : await infosOf(jobs.map(({ location }) => location));
    const work: Work[] = [];
    for (const [index, job] of jobs.entries()) {
      const record = records[index] as JumpRecord;
      work.push({ job, index, record, reading: await readingOf(job, record) });
    }
    const results: ExtractedField[] = [];
    const stale: Work[] = [];
    await allSettled(
      tasksOf(work).map(async (task) => {
        const { args, values, present } = argumentsOf(task, precision);
        const outcomes = (await runTask('readFields', args)) as Uint8Array;
        for (const [at, one] of task.entries()) {
          const { valueStart, wordStart } = args.fields[at] as ReadTask['fields'][number];
          if (outcomes[at] === outcome.stale) stale.push(one);
          else {
            const all = values.slice(valueStart, valueStart + one.reading.total);
            const words = outcomes[at] === outcome.masked ? present.slice(wordStart, wordStart + Math.ceil(one.reading.total / 64)) : undefined;
            results[one.index] = extracted(one, all, words);
          }
        }
      }),
    );
    if (stale.length === 0) return results;
    const first = (stale[0] as Work).job.location;
    const error = new DteError('data.format', `jump infos of ${stale.length} messages describe others than the file holds`, {
      where: { file: first.file, offset: first.offset },
      hint: 'they are made anew; dte fdb index writes them',
    });
    if (isRetry || !lazy) throw error;
    onDamage(error);
    const again = await readAll(stale.map(({ job }) => job), true);
    for (const [at, { index }] of stale.entries()) results[index] = again[at] as ExtractedField;
    return results;
  };

  return {
    sidecars,
    infosOf,
    makeInfos,
    async *extractFrom(requests) {
      startFor(requests.reduce((fields, request) => fields + request.fields.length, 0));
      for await (const window of ordered(windowsOf(requests), readAll, windowsInFlight)) yield* window;
    },
    close: () => team.close(),
  };
}

function madeInfo(made: MadeInfo): JumpRecord | DteError {
  if ('record' in made) return made.record;
  const { code, reason, where, hint } = made.failure;
  return new DteError(code, reason, { where, ...(hint === undefined ? {} : { hint }) });
}

const gridHashDigits = 32;

function checkGrid(wanted: string | undefined, found: string, { file, offset }: Location): void {
  if (wanted === undefined || wanted === found) return;
  throw new DteError('input.grid', `the field has the grid section ${found}, and the indices are for ${wanted}`, {
    where: { file, offset },
    hint: 'ask for fields of other grids in a request of their own, or ignore the grid hash',
  });
}

async function* windowsOf(requests: readonly FieldRequest[]): AsyncGenerator<readonly Job[]> {
  let window: Job[] = [];
  for (const [number, request] of requests.entries()) {
    for (const field of request.fields) {
      window.push({ ...field, request, number });
      if (window.length < fieldsPerWindow) continue;
      yield window;
      window = [];
    }
  }
  if (window.length > 0) yield window;
}

interface Work {
  readonly job: Job;
  /** In the window. */
  readonly index: number;
  readonly record: JumpRecord;
  readonly reading: Reading;
}

/** Fields of one file, in the order they lie in it, some for each task. */
function tasksOf(work: readonly Work[]): readonly (readonly Work[])[] {
  const tasks: Work[][] = [];
  for (const ofFile of byFile(work, ({ job }) => job.location.file).values()) {
    let values = Number.POSITIVE_INFINITY;
    let task: Work[] = [];
    for (const one of [...ofFile].sort((a, b) => a.record.offset - b.record.offset)) {
      if (task.length === fieldsPerTask || values + one.reading.total > valuesPerTask) {
        tasks.push((task = []));
        values = 0;
      }
      task.push(one);
      values += one.reading.total;
    }
  }
  return tasks;
}

function argumentsOf(task: readonly Work[], precision: RangePrecision): { args: ReadTask; values: Float64Array; present: BigUint64Array } {
  let valueStart = 0;
  let wordStart = 0;
  const fields = task.map(({ record, reading }) => {
    const field = { record, bounds: reading.bounds, valueStart, wordStart };
    valueStart += reading.total;
    wordStart += Math.ceil(reading.total / 64);
    return field;
  });
  const values = new Float64Array(sharedBuffer(valueStart * 8));
  const present = new BigUint64Array(sharedBuffer(wordStart * 8));
  return { args: { file: task[0]?.job.location.file as string, precision, fields, values, present }, values, present };
}

function readingFor(ranges: IndexRanges, points: number, picks: IndexPicks | undefined): Reading {
  const bounds = boundsOf(ranges, points);
  let total = 0;
  for (let range = 0; range < bounds.length; range += 2) total += (bounds[range + 1] as number) - (bounds[range] as number);
  const shared = new Float64Array(sharedBuffer(bounds.byteLength));
  shared.set(bounds);
  return { bounds: shared, total, picks };
}

function extracted({ job, reading }: Work, all: Float64Array, present: BigUint64Array | undefined): ExtractedField {
  const { bounds, picks } = reading;
  const head = { key: job.key, location: job.location, request: job.number };
  if (picks !== undefined) {
    const { places } = picks;
    const mask = maskOf(places.length, present, (at) => places[at] as number);
    return { ...head, values: [Float64Array.from(places, (place) => all[place] as number)], masks: [mask] };
  }
  const values: Float64Array[] = [];
  const masks: BigUint64Array[] = [];
  for (let range = 0, start = 0; range < bounds.length; range += 2) {
    const length = (bounds[range + 1] as number) - (bounds[range] as number);
    const from = start;
    values.push(all.subarray(from, from + length));
    masks.push(maskOf(length, present, (at) => from + at));
    start += length;
  }
  return { ...head, values, masks };
}

/** The bits of values that `present` has at other places; all set without it. */
function maskOf(length: number, present: BigUint64Array | undefined, placeOf: (at: number) => number): BigUint64Array {
  const words = new BigUint64Array(Math.ceil(length / 64));
  const octets = new Uint8Array(words.buffer);
  if (present === undefined) {
    octets.fill(0xff, 0, length >> 3);
    if (length % 8 !== 0) octets[length >> 3] = (1 << (length % 8)) - 1;
    return words;
  }
  const from = new Uint8Array(present.buffer, present.byteOffset, present.byteLength);
  for (let at = 0; at < length; at++) {
    const place = placeOf(at);
    if (((from[place >> 3] as number) >> (place & 7)) & 1) octets[at >> 3] = (octets[at >> 3] as number) | (1 << (at & 7));
  }
  return words;
}

export function byFile<T>(items: readonly T[], fileOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const file = fileOf(item);
    const group = groups.get(file);
    if (group === undefined) groups.set(file, [item]);
    else group.push(item);
  }
  return groups;
}

/** Waits for all, so that nothing runs on behind the caller's back, then throws the first failure. */
async function allSettled(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function notIndexed({ file, offset }: Location, count: number): DteError {
  return new DteError('absent.field', `${count} messages have no jump infos`, {
    where: { file, offset },
    hint: 'index them (dte fdb index), or allow infos to be made when they are needed (lazy)',
  });
}
