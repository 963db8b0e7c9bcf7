import { type Field, gridFromText } from '../../atlas/index.js';
import { type LogData, readWhole } from '../../base/index.js';
import { missingValue } from '../../compute/index.js';
import { prepareRegrid, type Regridder } from '../../regrid/index.js';
import { type Entry, readDocument } from '../config/document.js';
import { parseParam } from '../config/parse-params.js';
import { dataName } from '../derived/derivations.js';
import type { Param } from '../protocol.js';
import type { FieldHandle, Plugin, PluginContext, PluginHost, PluginLoader, PluginSpec } from '../types.js';
import { atlasVersion, plumeVersion } from '../version.js';
import type { Region } from './polygon.js';
import { regionsOf, regionsOfGeoJson } from './regions.js';
import { type Exceedance, prepareWatch, type Watch } from './watch.js';

/** The configuration of a detector, checked. */
interface Settings {
  readonly field: Param;
  readonly threshold: number;
  readonly regions: ReadonlyMap<string, Region>;
  /** Grid of the coarse output, where one is wanted. */
  readonly cells: string | undefined;
  readonly isOnsetOnly: boolean;
}

const outputName = 'extreme_wind_cells';

/**
 * Watches a wind speed (by default that of 10u and 10v) in named polygons. In every step one reduction on the device tells how many points
 * of each region are above the threshold, over which area, and where the largest value is; only these few numbers come to the host. A
 * region with such points gives a notice `wind.extreme` with what is needed to fetch the data: field, member, level, place, HEALPix cells.
 * With `cells: H32` the largest wind in each cell is an output, for sinks and for plugins that follow.
 */
export const extremeWind: PluginLoader = {
  async load(spec, host) {
    const settings = await settingsOf(spec, host);
    return detector(spec, settings);
  },
};

async function settingsOf(spec: PluginSpec, host: PluginHost): Promise<Settings> {
  const entry = await readDocument(`core-config of '${spec.name}'`, spec.coreConfig, spec.where.file);
  const map = entry.map(['field', 'threshold', 'regions', 'regions-file', 'cells', 'notify']);
  const threshold = map.get('threshold')?.number(0, 'a speed in m/s');
  if (threshold === undefined) throw entry.missing('threshold', 'it is a speed in m/s');
  const cells = map.get('cells')?.text();
  if (cells !== undefined) await gridFromText(cells);
  return {
    field: fieldOf(map.get('field')),
    threshold,
    regions: await readRegions(entry, map, spec, host),
    cells,
    isOnsetOnly: (map.get('notify')?.oneOf(['each', 'onset']) ?? 'each') === 'onset',
  };
}

const windSpeed: Param = { name: '10si', type: 'ATLAS_FIELD', available: 'on-request', derive: 'wind_speed', from: ['10u', '10v'] };

function fieldOf(entry: Entry | undefined): Param {
  if (entry === undefined) return windSpeed;
  if (entry.isMap()) return parseParam(entry, undefined, { type: 'ATLAS_FIELD' });
  return { name: entry.text(), type: 'ATLAS_FIELD', available: 'on-request' };
}

async function readRegions(
  entry: Entry,
  map: ReadonlyMap<string, Entry>,
  spec: PluginSpec,
  host: PluginHost,
): Promise<ReadonlyMap<string, Region>> {
  const stated = map.get('regions');
  if (stated !== undefined) return regionsOf(stated);
  const named = map.get('regions-file');
  if (named === undefined) throw entry.missing('regions', 'they are what is watched: regions: {all: globe}');
  const path = named.text().startsWith('/') ? named.text() : `${spec.folder}${named.text()}`;
  return regionsOfGeoJson(new TextDecoder().decode(await readWhole(host.context.fs, path)), path);
}

function detector(spec: PluginSpec, settings: Settings): Plugin {
  const { field, threshold, cells, isOnsetOnly } = settings;
  let watch: Watch | undefined;
  let coarsen: Regridder | undefined;
  let over = new Set<string>();
  return {
    info: { name: 'extreme-wind', version: '1.0.0' },
    negotiate: async () => ({
      required: [field],
      offered:
        cells === undefined
          ? []
          : [{ name: outputName, type: 'ATLAS_FIELD', available: 'on-request', shape: { like: dataName(field), grid: cells } }],
      requestedPlumeVersion: '0.0.0',
      requestedAtlasVersion: '0.0.0',
      offeredPlumeVersion: plumeVersion,
      offeredAtlasVersion: atlasVersion,
    }),
    async setup({ engine, context, outputs }, data) {
      const { grid } = data.field(dataName(field));
      watch = await prepareWatch(engine, grid, settings.regions);
      for (const [region, points] of watch.sizes) {
        if (points === 0) context.log.warn('plume.region.empty', { plugin: spec.name, region, grid: grid.name ?? grid.type });
      }
      const target = outputs[outputName];
      const largest = { method: 'grid-box-statistics', 'interpolation-statistics': 'maximum' } as const;
      if (target !== undefined) coarsen = await prepareRegrid(engine, grid, target.grid, largest);
    },
    async run(context, data) {
      const { engine, outputs } = context;
      const handle = data.field(dataName(field));
      const found = await engine.run((pass) => {
        coarsened(pass, coarsen, handle.field, outputs[outputName]);
        return watch?.record(pass, handle.field, threshold) ?? [];
      });
      const exceeded = ((await watch?.read(found)) ?? []).filter(({ points }) => points > 0);
      const fresh = isOnsetOnly ? exceeded.filter((one) => !over.has(keyOf(one))) : exceeded;
      over = new Set(exceeded.map(keyOf));
      if (fresh.length === 0) return;
      const cellsOver = await cellsAbove(context, threshold);
      const { lat, lon } = handle.grid.coordinates();
      for (const one of fresh) context.notify('wind.extreme', noticeOf(one, handle, threshold, { lat, lon }, cells, cellsOver[one.layer]));
    },
    async teardown() {
      watch?.release();
      coarsen?.release();
    },
  };
}

function keyOf({ region, layer }: Exceedance): string {
  return `${region} ${layer}`;
}

type Recording = Parameters<Regridder['apply']>[0];

function coarsened(pass: Recording, regridder: Regridder | undefined, field: Field, target: FieldHandle | undefined): void {
  if (regridder === undefined || target === undefined) return;
  for (const [index, { values }] of regridder.apply(pass, field).tiles.entries()) {
    pass.copy(values, (target.field.tiles[index] as (typeof target.field.tiles)[number]).values, 0);
  }
}

/** Indices of the coarse cells above the threshold, for each layer; read only when something is to be told. */
async function cellsAbove({ engine, outputs }: PluginContext, threshold: number): Promise<readonly (readonly number[])[]> {
  const target = outputs[outputName];
  if (target === undefined) return [];
  const values = await engine.peek(...target.field.tiles.map((tile) => tile.values));
  return target.field.tiles.flatMap(({ lanes }, index) =>
    Array.from({ length: lanes }, (_, lane) => {
      const cells: number[] = [];
      for (let cell = 0; cell < target.grid.points; cell++) {
        const value = values[index]?.[cell * lanes + lane] as number;
        if (value !== missingValue && value > threshold) cells.push(cell);
      }
      return cells;
    }),
  );
}

function noticeOf(
  { region, layer, points, areaKm2, largest }: Exceedance,
  { name, levtype, grid, field }: FieldHandle,
  threshold: number,
  { lat, lon }: { readonly lat: Float64Array; readonly lon: Float64Array },
  cellGrid: string | undefined,
  cells: readonly number[] | undefined,
): LogData {
  const { level, number } = field.layers[layer] as (typeof field.layers)[number];
  return {
    region,
    field: name,
    levtype,
    level,
    ...(number === undefined ? {} : { number }),
    grid: grid.name ?? grid.hash,
    threshold,
    points,
    ...(areaKm2 === undefined ? {} : { areaKm2: Math.round(areaKm2) }),
    ...(largest === undefined ? {} : { maximum: largest.value, lat: lat[largest.point], lon: lon[largest.point] }),
    ...(cells === undefined ? {} : { cellGrid, cells }),
  };
}
