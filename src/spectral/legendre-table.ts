import type { Rows } from '../atlas/index.js';
import type { DeviceArray, Engine } from '../compute/index.js';
import { type Circle, circlesOf, fourierPlan, type FourierPlan } from './fourier-plan.js';
import { blockLatitudes, latitudePairs, type LatitudePairs, noRow } from './latitude-blocks.js';
import { type LegendreStarts, legendreStarts } from './legendre-starts.js';
import { realPairs, valuesThenRests } from './real-pairs.js';
import { recurrenceFactors } from './recurrence.js';
import { denseStarts } from './dense-starts.js';

/** Consecutive tasks whose arrays the device can bind. */
export interface TaskBlock {
  readonly tasks: number;
  readonly plan: DeviceArray<'u32'>;
  readonly start: DeviceArray<'f32'>;
  readonly segmentsAt: number;
  readonly placesAt: number;
  readonly restAt: number;
}

/** Everything about a grid and a truncation that both directions of the transform need, on the device. */
export interface TransformTables {
  readonly truncation: number;
  readonly pairs: LatitudePairs;
  readonly fourier: FourierPlan;
  readonly rows: number;
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
  const sparse = legendreStarts({ truncation, lats, wavenumbers: mostOfBlocks(pairs, limits, blocks), factors, perCosine });
  const fourier = fourierPlan(rows, circles, heldBy(sparse, pairs, limits));
  const isGpu = engine.info.executor === 'gpu';
  const exact = engine.info.precision === 'f64';
  const sine = lats.map((lat) => Math.sin((lat * Math.PI) / 180));
  const starts = isGpu ? denseStarts(sparse, { truncation, sine, factors }) : sparse;
  const places = placesOf(pairs, blocks, fourier, heldBy(sparse, pairs, limits));
  const arrays = {
    blocks: await uploadBlocks(engine, starts, places, isGpu || exact),
    sine: await engine.upload('f32', realPairs(sine, exact)),
    factor: await engine.upload('f32', realPairs(factors, exact)),
    rowPlan: await engine.upload('u32', fourier.table),
    root: await engine.upload('f32', fourier.roots),
  };
  const release = (): void => {
    for (const { plan, start } of arrays.blocks) for (const array of [plan, start]) array.release();
    for (const array of [arrays.sine, arrays.factor, arrays.rowPlan, arrays.root]) array.release();
  };
  return { truncation, pairs, fourier, rows: circles.length, ...arrays, release };
}

export type { Circle };

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

async function uploadBlocks(engine: Engine, starts: LegendreStarts, places: Uint32Array, withoutRest: boolean): Promise<TaskBlock[]> {
  const perSegment = 2 * blockLatitudes;
  const mostSegments = Math.floor(engine.info.maxBindingBytes / (4 * perSegment * (withoutRest ? 1 : 2)));
  const blocks: TaskBlock[] = [];
  const tasks = starts.wavenumber.length;
  for (let first = 0; first < tasks; ) {
    const firstSegment = starts.segmentStart[first] as number;
    let end = first + 1;
    while (end < tasks && (starts.segmentStart[end + 1] as number) - firstSegment <= mostSegments) end++;
    const lastSegment = starts.segmentStart[end] as number;
    const values = starts.values.subarray(firstSegment * perSegment, lastSegment * perSegment);
    const segmentsAt = 3 * (end - first + 1);
    const placesAt = segmentsAt + lastSegment - firstSegment;
    const plan = new Uint32Array(placesAt + places.length);
    for (let task = first; task <= end; task++) {
      const own = task < end ? [starts.wavenumber[task] as number, starts.block[task] as number] : [0, 0];
      plan.set([...own, (starts.segmentStart[task] as number) - firstSegment], 3 * (task - first));
    }
    plan.set(starts.degree.subarray(firstSegment, lastSegment), segmentsAt);
    plan.set(places, placesAt);
    blocks.push({
      tasks: end - first,
      plan: await engine.upload('u32', plan),
      start: await engine.upload('f32', withoutRest ? values : valuesThenRests(values)),
      segmentsAt,
      placesAt,
      restAt: withoutRest ? 0 : values.length,
    });
    first = end;
  }
  return blocks;
}
