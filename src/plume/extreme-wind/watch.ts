import { earthRadius, type Field, type Grid } from '../../atlas/index.js';
import { isDteError } from '../../base/index.js';
import type { DeviceArray, Engine, Pass } from '../../compute/index.js';
import { cellAreas } from '../../regrid/index.js';
import { exceedance, nowhere } from './exceedance.js';
import { exceedanceMerge } from './exceedance-merge.js';
import { pointsInside, type Region } from './polygon.js';

/** What was found in one region of one layer. */
export interface Exceedance {
  readonly region: string;
  readonly layer: number;
  /** Points above the threshold. */
  readonly points: number;
  /** The area of their cells; undefined where the grid has no cells. */
  readonly areaKm2: number | undefined;
  /** The largest value and its point; undefined where no value is present. */
  readonly largest: { readonly value: number; readonly point: number } | undefined;
}

/** Regions of a grid being watched: points and areas on the device, prepared once. */
export interface Watch {
  /** Points of each region, by name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Records the reduction of a field; what comes back to the host is four numbers for each region and layer. */
  record(pass: Pass, field: Field, threshold: number): readonly Found[];
  read(found: readonly Found[]): Promise<readonly Exceedance[]>;
  release(): void;
}

/** Results of one tile, on the device: `[regions, lanes]` each. */
export interface Found {
  readonly firstLayer: number;
  readonly lanes: number;
  readonly overOf: DeviceArray<'u32'>;
  readonly areaOf: DeviceArray<'f32'>;
  readonly maximumOf: DeviceArray<'f32'>;
  readonly placeOf: DeviceArray<'u32'>;
}

const leastChunk = 256;

export async function prepareWatch(engine: Engine, grid: Grid, regions: ReadonlyMap<string, Region>): Promise<Watch> {
  const names = [...regions.keys()];
  const coordinates = grid.coordinates();
  const points = names.map((name) => pointsInside(coordinates, regions.get(name) as Region));
  const areas = areasOf(grid);
  const { chunkStart, regionStart } = chunksOf(points.map(({ length }) => length));
  const chunks = chunkStart.length - 1;
  const entryPoint = joined(points);
  const arrays = {
    chunkStart: await engine.upload('u32', chunkStart),
    entryPoint: await engine.upload('u32', entryPoint),
    entryArea: await engine.upload(
      'f32',
      Float64Array.from(entryPoint, (point) => areas?.[point] ?? 0),
    ),
  };
  const regionStarts = await engine.upload('u32', regionStart);
  return {
    sizes: new Map(names.map((name, index) => [name, (points[index] as Uint32Array).length])),
    record: (pass, field, threshold) =>
      field.tiles.map(({ values, firstLayer, lanes }) => {
        const parts = results(pass, chunks * lanes);
        pass.run(exceedance, { chunks, lanes, threshold, ...arrays, source: values, ...parts });
        const { over: overOf, area: areaOf, maximum: maximumOf, place: placeOf } = results(pass, names.length * lanes);
        const merged = { overOf, areaOf, maximumOf, placeOf };
        pass.run(exceedanceMerge, { regions: names.length, lanes, regionStart: regionStarts, ...parts, ...merged });
        return { firstLayer, lanes, ...merged };
      }),
    async read(found) {
      const all: Exceedance[] = [];
      for (const tile of found) all.push(...(await exceedances(engine, names, tile, areas !== undefined)));
      return all;
    },
    release: () => {
      for (const array of [...Object.values(arrays), regionStarts]) array.release();
    },
  };
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

/** km² of each point's cell. */
function areasOf(grid: Grid): Float64Array | undefined {
  try {
    return cellAreas(grid).map((steradians) => steradians * (earthRadius / 1000) ** 2);
  } catch (error) {
    if (isDteError(error, 'unsupported.grid')) return undefined;
    throw error;
  }
}

/** Chunks of about the square root of a region's points, so that neither of the two sums is long. */
function chunksOf(sizes: readonly number[]): { readonly chunkStart: Uint32Array; readonly regionStart: Uint32Array } {
  const chunkStart = [0];
  const regionStart = [0];
  let first = 0;
  for (const size of sizes) {
    const step = Math.max(leastChunk, Math.ceil(Math.sqrt(size)));
    for (let start = 0; start < size; start += step) chunkStart.push(first + Math.min(start + step, size));
    first += size;
    regionStart.push(chunkStart.length - 1);
  }
  return { chunkStart: Uint32Array.from(chunkStart), regionStart: Uint32Array.from(regionStart) };
}

function results(
  pass: Pass,
  length: number,
): Readonly<Record<'over' | 'place', DeviceArray<'u32'>> & Record<'area' | 'maximum', DeviceArray<'f32'>>> {
  return {
    over: pass.allocate('u32', length),
    area: pass.allocate('f32', length),
    maximum: pass.allocate('f32', length),
    place: pass.allocate('u32', length),
  };
}

async function exceedances(engine: Engine, names: readonly string[], tile: Found, hasAreas: boolean): Promise<readonly Exceedance[]> {
  const { overOf, areaOf, maximumOf, placeOf, lanes, firstLayer } = tile;
  const [over, area, maximum, place] = await engine.read(overOf, areaOf, maximumOf, placeOf);
  for (const array of [overOf, areaOf, maximumOf, placeOf]) array.release();
  return names.flatMap((region, index) =>
    Array.from({ length: lanes }, (_, lane) => {
      const at = index * lanes + lane;
      const point = place[at] as number;
      return {
        region,
        layer: firstLayer + lane,
        points: over[at] as number,
        areaKm2: hasAreas ? (area[at] as number) : undefined,
        largest: point === nowhere ? undefined : { value: maximum[at] as number, point },
      };
    }),
  );
}
