import type { Rows } from '../atlas/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { circlesOf, fourierPlan, type FourierPlan } from './fourier-plan.js';
import { blockLatitudes, latitudePairs, type LatitudePairs, noRow } from './latitude-blocks.js';
import type { LegendreStarts } from './legendre-starts.js';
import { polynomialTasks, startsOnThreads } from './polynomial-tasks.js';
import { realPairs, valuesThenRests } from './real-pairs.js';
import { recurrenceFactors } from './recurrence.js';
import { type DenseProblem, denseSegments, someTasks } from './dense-starts.js';

/** Consecutive tasks whose arrays the device can bind. */
export interface TaskBlock {
  readonly tasks: number;
  readonly plan: DeviceArray<'u32'>;
  readonly start: DeviceArray<'f32'>;
  readonly segmentsAt: number;
  readonly placesAt: number;
  readonly restAt: number;
  /** The block holds all tasks of these wavenumbers. */
  readonly firstWavenumber: number;
  readonly wavenumbers: number;
  /** Place of the first task of each wavenumber in the plan, and of the end of the last. */
  readonly wavenumbersAt: number;
}

/** Everything about a grid and a truncation that both directions of the transform need, on the device. */
export interface TransformTables {
  readonly truncation: number;
  readonly pairs: LatitudePairs;
  readonly fourier: FourierPlan;
  readonly rows: number;
  /** Wavenumbers that have tasks: 0 to this, exclusive. */
  readonly wavenumbers: number;
  /** Lanes are stored in whole vectors of four. */
  readonly inVectors: boolean;
  readonly blocks: readonly TaskBlock[];
  readonly sine: DeviceArray<'f32'>;
  readonly factor: DeviceArray<'f32'>;
  readonly rowPlan: DeviceArray<'u32'>;
  readonly root: DeviceArray<'f32'>;
  release(): void;
}

export interface TablesOptions {
  readonly perCosine: boolean;
  /** Wavenumbers that a circle of so many points can carry. */
  readonly carried: (length: number) => number;
}

export async function transformTables(engine: Engine, truncation: number, rows: Rows, options: TablesOptions): Promise<TransformTables> {
  const pairs = latitudePairs(rows);
  const blocks = Math.ceil(pairs.lats.length / blockLatitudes);
  const lats = Float64Array.from({ length: blocks * blockLatitudes }, (_, i) => pairs.lats[Math.min(i, pairs.lats.length - 1)] as number);
  const circles = circlesOf(rows);
  const limits = Uint32Array.from(circles, ({ length }, row) =>
    rows.counts[row] === 0 ? 0 : Math.min(truncation + 1, options.carried(length)),
  );
  const factors = recurrenceFactors(truncation);
  const { perCosine } = options;
  const sparse = await startsOnThreads(engine, { truncation, lats, wavenumbers: mostOfBlocks(pairs, limits, blocks), factors, perCosine });
  const fourier = fourierPlan(rows, circles, heldBy(sparse, pairs, limits));
  const isGpu = engine.info.executor === 'gpu';
  const exact = engine.info.precision === 'f64';
  const sine = lats.map((lat) => Math.sin((lat * Math.PI) / 180));
  const places = placesOf(pairs, blocks, fourier, heldBy(sparse, pairs, limits));
  const arrays = {
    blocks: isGpu
      ? await denseBlocks(engine, sparse, places, { truncation, sine, factors })
      : [await uploadBlock(engine, sparse, places, exact)],
    sine: await engine.upload('f32', realPairs(sine, exact)),
    factor: await engine.upload('f32', realPairs(factors, exact)),
    rowPlan: await engine.upload('u32', fourier.table),
    root: await engine.upload('f32', fourier.roots),
  };
  const release = (): void => {
    for (const { plan, start } of arrays.blocks) for (const array of [plan, start]) array.release();
    for (const array of [arrays.sine, arrays.factor, arrays.rowPlan, arrays.root]) array.release();
  };
  const wavenumbers = arrays.blocks.reduce((sum, block) => sum + block.wavenumbers, 0);
  return { truncation, pairs, fourier, rows: circles.length, wavenumbers, inVectors: !exact, ...arrays, release };
}

/** Lanes that Fourier coefficients are stored with: whole vectors where f32 is computed with. */
export function paddedWidth({ inVectors }: TransformTables, lanes: number): number {
  return inVectors ? Math.ceil(lanes / 4) * 4 : lanes;
}

/** Octets of Fourier coefficients that are worked on at a time. */
const mostFourierBytes = 2 ** 29;

/** How many groups of `width` lanes one set of polynomials is applied to at a time; at least one. */
export function groupsAtOnce(pass: Pick<Pass, 'maxBindingBytes'>, { fourier }: TransformTables, points: number, width: number): number {
  const groupBytes = 8 * Math.max(1, fourier.complexes) * width;
  const most = Math.floor(pass.maxBindingBytes / Math.max(groupBytes, 4 * points * width));
  return Math.max(1, Math.min(Math.floor(mostFourierBytes / groupBytes), most));
}

function rowsOfBlock({ north, south }: LatitudePairs, block: number): number[] {
  const range = [block * blockLatitudes, (block + 1) * blockLatitudes] as const;
  return [...north.subarray(...range), ...south.subarray(...range)].filter((row) => row !== noRow);
}

function mostOfBlocks(pairs: LatitudePairs, limits: Uint32Array, blocks: number): Uint32Array {
  return Uint32Array.from({ length: blocks }, (_, block) =>
    rowsOfBlock(pairs, block).reduce((most, row) => Math.max(most, limits[row] as number), 0),
  );
}

/** Wavenumbers that each row holds: those it can carry and for which its block has a task. `[rows]` */
function heldBy({ wavenumber, block }: LegendreStarts, pairs: LatitudePairs, limits: Uint32Array): Uint32Array {
  const held = new Uint32Array(limits.length);
  const most = new Uint32Array(Math.ceil(pairs.lats.length / blockLatitudes));
  for (let task = 0; task < wavenumber.length; task++) {
    most[block[task] as number] = Math.max(most[block[task] as number] as number, (wavenumber[task] as number) + 1);
  }
  for (const [index, count] of most.entries()) {
    for (const row of rowsOfBlock(pairs, index)) held[row] = Math.min(limits[row] as number, count);
  }
  return held;
}

/** Where the rows of each latitude are in the Fourier array, and how many wavenumbers they hold. `[latitudes, 4]` */
function placesOf({ north, south }: LatitudePairs, blocks: number, fourier: FourierPlan, held: Uint32Array): Uint32Array {
  const places = new Uint32Array(blocks * blockLatitudes * 4).fill(noRow);
  for (const [side, rows] of [north, south].entries()) {
    for (const [latitude, row] of rows.entries()) {
      if (row === noRow) continue;
      places[4 * latitude + 2 * side] = fourier.start[row] as number;
      places[4 * latitude + 2 * side + 1] = held[row] as number;
    }
  }
  return places;
}

/** Octets of polynomials that are made and uploaded at a time. */
const mostBlockBytes = 2 ** 27;
/** Polynomials may take this share of the memory budget before every second pair of them is left to the recurrence. */
const mostOfBudget = 1 / 4;
/** Over so many degrees the recurrence in f32 is as good as the sums. */
const longestSpan = 8;

/** All polynomials, for a device without f64, in blocks that it can bind; made on worker threads. */
async function denseBlocks(
  engine: Engine,
  sparse: LegendreStarts,
  places: Uint32Array,
  problem: Omit<DenseProblem, 'span'>,
): Promise<TaskBlock[]> {
  const firstTasks = firstTasksOf(sparse);
  const wavenumbers = firstTasks.length - 1;
  const bytesOf = (m: number, span: number): number => {
    let segments = 0;
    for (let task = firstTasks[m] as number; task < (firstTasks[m + 1] as number); task++)
      segments += denseSegments(sparse, task, problem.truncation, span);
    return 4 * segments * 2 * blockLatitudes;
  };
  let span = 2;
  const total = (): number => Array.from({ length: wavenumbers }, (_, m) => bytesOf(m, span)).reduce((sum, bytes) => sum + bytes, 0);
  while (span < longestSpan && total() > engine.memory.budgetBytes * mostOfBudget) span *= 2;
  const limit = Math.min(engine.info.maxBindingBytes, mostBlockBytes);
  const ranges: { first: number; end: number }[] = [];
  for (let m = 0; m < wavenumbers; ) {
    let end = m + 1;
    for (let bytes = bytesOf(m, span); end < wavenumbers && bytes + bytesOf(end, span) <= limit; end++) bytes += bytesOf(end, span);
    ranges.push({ first: m, end });
    m = end;
  }
  const blocks: TaskBlock[] = [];
  const atOnce = engine.info.threads;
  for (let index = 0; index < ranges.length; index += atOnce) {
    const made = ranges.slice(index, index + atOnce).map(({ first, end }) => {
      const starts = someTasks(sparse, firstTasks[first] as number, firstTasks[end] as number);
      return engine.task<LegendreStarts>({ module: polynomialTasks, name: 'makeDense', args: { starts, problem: { ...problem, span } } });
    });
    for (const starts of await Promise.all(made)) blocks.push(await uploadBlock(engine, starts, places, true));
  }
  return blocks;
}

async function uploadBlock(engine: Engine, starts: LegendreStarts, places: Uint32Array, withoutRest: boolean): Promise<TaskBlock> {
  const { values } = starts;
  const firstTasks = firstTasksOf(starts);
  const { plan, ...offsets } = blockPlan(starts, firstTasks, places);
  return {
    ...offsets,
    plan: await engine.upload('u32', plan),
    start: await engine.upload('f32', withoutRest ? values : valuesThenRests(values)),
    restAt: withoutRest ? 0 : values.length,
    firstWavenumber: starts.wavenumber[0] ?? 0,
    wavenumbers: firstTasks.length - 1,
  };
}

/** The first task of each wavenumber from the first on, and the number of tasks. */
function firstTasksOf({ wavenumber }: LegendreStarts): Uint32Array {
  const lowest = wavenumber[0] ?? 0;
  const first: number[] = [];
  for (let task = 0; task < wavenumber.length; task++) if ((wavenumber[task] as number) - lowest === first.length) first.push(task);
  return Uint32Array.from([...first, wavenumber.length]);
}

/** What the kernels need to know of the tasks, in one array. */
function blockPlan(
  starts: LegendreStarts,
  firstTasks: Uint32Array,
  places: Uint32Array,
): Pick<TaskBlock, 'tasks' | 'segmentsAt' | 'placesAt' | 'wavenumbersAt'> & { readonly plan: Uint32Array } {
  const tasks = starts.wavenumber.length;
  const segmentsAt = 3 * (tasks + 1);
  const placesAt = segmentsAt + starts.degree.length;
  const wavenumbersAt = placesAt + places.length;
  const plan = new Uint32Array(wavenumbersAt + firstTasks.length);
  for (let task = 0; task <= tasks; task++) {
    plan.set([starts.wavenumber[task] ?? 0, starts.block[task] ?? 0, starts.segmentStart[task] as number], 3 * task);
  }
  plan.set(starts.degree, segmentsAt);
  plan.set(places, placesAt);
  plan.set(firstTasks, wavenumbersAt);
  return { tasks, segmentsAt, placesAt, wavenumbersAt, plan };
}
