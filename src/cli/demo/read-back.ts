import { type Area, layerOf, releaseField } from '../../atlas/index.js';
import { type Context, DteError, writeWhole } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { ExtractedField, Fdb } from '../../fdb/index.js';
import type { Message } from '../../grib/index.js';
import { encodePng, type MapOptions, type PaletteName, renderChart, renderMap, type Series } from '../../plot/index.js';
import { titlesOf } from '../verbs/plot.js';

/** What came out of a store again. */
export interface ReadBack {
  readonly fields: number;
  readonly values: number;
  /** Pictures of them. */
  readonly maps: readonly string[];
  readonly series: string;
}

/** Keywords of one field, each with one value. */
type Keywords = Readonly<Record<string, string>>;

export interface MapChoice {
  readonly path: string;
  readonly palette: PaletteName;
  readonly area: Area;
  readonly title?: string;
  readonly units?: string;
  readonly range?: readonly [number, number];
}

/** Retrieves one field and draws it. Errors: `absent.field`. */
export async function drawMap(engine: Engine, fdb: Fdb, wanted: Keywords, { path, ...style }: MapChoice): Promise<void> {
  const retrieval = fdb.retrieve(selectionOf(wanted));
  for await (const field of retrieval.fields(engine)) {
    try {
      const tiles = await engine.read(...field.tiles.map(({ values }) => values));
      const options: MapOptions = { ...titlesOf(field.layers[0] as Message), ...style, coastlines: false };
      const image = await renderMap(layerOf(field, tiles, 0), field.grid, options);
      await writeWhole(engine.context.fs, path, encodePng(image));
      return;
    } finally {
      releaseField(field);
    }
  }
  throw notThere(wanted);
}

const places = [0, 90, 180, 270].map((lon) => ({ lat: 45, lon }));

/** Values at four places along the jet at all steps, as lines: how many there were. */
export async function drawSeries(
  context: Context,
  fdb: Fdb,
  wanted: Keywords,
  { path, steps }: { readonly path: string; readonly steps: readonly number[] },
): Promise<number> {
  const selection = new Map([...selectionOf(wanted), ['step', steps.map(String)] as const]);
  const found: ExtractedField[] = [];
  for await (const field of fdb.extract([{ selection, points: places }])) found.push(field);
  if (found.length === 0) throw notThere(wanted);
  const inOrder = found.toSorted((a, b) => stepOf(a) - stepOf(b));
  const series = places.map(
    ({ lat, lon }, place): Series => ({
      name: `${lat}°N ${lon > 180 ? 360 - lon : lon}°${lon > 180 ? 'W' : 'E'}`,
      x: inOrder.map((field) => stepOf(field) / 24),
      y: inOrder.map(({ values }) => values[0]?.[place] ?? Number.NaN),
    }),
  );
  const image = renderChart([{ title: 'wind speed', units: 'm s**-1', series }], {
    title: 'Wind along the jet',
    xLabel: 'days',
    panelHeight: 320,
  });
  await writeWhole(context.fs, path, encodePng(image));
  return found.length * places.length;
}

function stepOf({ key }: ExtractedField): number {
  return Number(key.get('step'));
}

function selectionOf(wanted: Keywords): Map<string, readonly string[]> {
  return new Map(Object.entries(wanted).map(([keyword, value]) => [keyword, [value]] as const));
}

function notThere(wanted: Keywords): DteError {
  const text = Object.entries(wanted)
    .map(([keyword, value]) => `${keyword}=${value}`)
    .join(',');
  return new DteError('absent.field', `the store has no field ${text}`);
}
