import { type Context, DteError, ordered } from '../../base/index.js';
import { Team } from '../../compute/index.js';
import { indexPicks, type RangePrecision } from '../../grib/index.js';
import type { Location, OnDamage } from '../types.js';
import { allSettled, byFile } from './by-file.js';
import { type FieldOrder, fieldOrderAt, nearestPoints } from './field-points.js';
import { type ExtractedField, type FieldRequest, type Job, windowsOf } from './field-request.js';
import { jumpCache } from './jump-cache.js';
import type { JumpRecord } from './jump-record.js';
import { type InfoTask, type MadeInfo, outcome, type ReadTask } from './read-task.js';
import { jumpTasks } from './jump-tasks.js';
import { argumentsOf, tasksOf, type Work } from './read-batches.js';
import { extracted, type Reading, readingFor } from './reading.js';
import { openSidecars, type Sidecars } from './sidecars.js';

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
/** Windows of fields whose infos, tasks and results are under way at once, messages of one task that makes infos. */
const windowsInFlight = 2;
const infosPerTask = 4;
const fieldsOnCallersThread = 8;

export function openJumper(context: Context, options: JumperOptions = {}): Jumper {
  const { lazy = true, ignoreGridHash = false, precision = 'f64', cacheBytes = defaultCacheBytes } = options;
  const onDamage = options.onDamage ?? ((error: DteError) => context.log.warn('fdb.jump.sidecar', { error: error.message }));
  const team = new Team(context.workers, options.threads);
  const here = new Team(context.workers, 0);
  let isStarted = false;
  const runTask = (name: string, args: InfoTask | ReadTask): Promise<unknown> =>
    (isStarted ? team : here).runTask({ module: jumpTasks, name, args });
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
    const unknown: readonly { readonly location: Location; readonly index: number }[] = locations.flatMap((location, index) =>
      known[index] === undefined ? [{ location, index }] : [],
    );
    const fromSidecar = async (file: string, missing: typeof unknown): Promise<void> => {
      const records = new Map(
        (
          await sidecars.find(
            file,
            missing.map(({ location }) => location.offset),
          )
        ).map((record) => [record.offset, record]),
      );
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
    // Places are looked up on each grid anew; indices are of one.
    const first = 'points' in request ? undefined : known.keys().next().value?.slice(0, gridHashDigits);
    if (!ignoreGridHash) checkGrid(request.gridHash ?? first, info.gridHash, location);
    const name = `${info.gridHash} ${info.points}`;
    let reading = known.get(name);
    if (reading === undefined) known.set(name, (reading = makeReading(request, info.points, () => orderOf(info.gridHash, location))));
    return reading;
  };

  const makeReading = async (request: FieldRequest, points: number, order: () => Promise<FieldOrder>): Promise<Reading> => {
    if ('ranges' in request) return readingFor(request.ranges, points, undefined);
    const at = (indices: ArrayLike<number>): Reading => {
      const picks = indexPicks(indices, points);
      return readingFor(picks.ranges, points, picks);
    };
    if ('indices' in request) return at(request.indices);
    const taken = await nearestPoints(context, await order(), request.points);
    return { ...at(taken.map(({ index }) => index)), points: taken };
  };

  /** `fresh` holds infos that were made anew after those at hand turned out to be of other messages. */
  const readAll = async (jobs: readonly Job[], fresh?: ReadonlyMap<Location, JumpRecord>): Promise<readonly ExtractedField[]> => {
    if (context.signal?.aborted === true)
      throw new DteError('fault.cancelled', 'reading parts of fields was cancelled', { cause: context.signal.reason });
    const others = jobs.flatMap(({ location }) => (fresh?.has(location) === true ? [] : [location]));
    const known = new Map([...(await infosOf(others)).entries()].map(([index, record]) => [others[index] as Location, record]));
    const work: Work[] = [];
    for (const [index, job] of jobs.entries()) {
      const record = (fresh?.get(job.location) ?? known.get(job.location)) as JumpRecord;
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
            const words =
              outcomes[at] === outcome.masked ? present.slice(wordStart, wordStart + Math.ceil(one.reading.total / 64)) : undefined;
            results[one.index] = extracted(one.job, one.reading, all, words);
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
    if (fresh !== undefined || !lazy) throw error;
    onDamage(error);
    const locations = stale.map(({ job }) => job.location);
    const made = await madeNow(locations);
    // The grids that the requests were checked against came from the infos too.
    for (const { request } of jobs) readings.delete(request);
    return readAll(jobs, new Map(locations.map((location, index) => [location, made[index] as JumpRecord])));
  };

  return {
    sidecars,
    infosOf,
    makeInfos,
    async *extractFrom(requests) {
      startFor(requests.reduce((fields, request) => fields + request.fields.length, 0));
      for await (const window of ordered(windowsOf(requests), (jobs) => readAll(jobs), windowsInFlight)) yield* window;
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

function notIndexed({ file, offset }: Location, count: number): DteError {
  return new DteError('absent.field', `${count} messages have no jump infos`, {
    where: { file, offset },
    hint: 'index them (dte fdb index), or allow infos to be made when they are needed (lazy)',
  });
}
