import { type Field, gridFromSpec, type Grid, layerOf, releaseField } from '../../../atlas/index.js';
import { DteError, readNpy, readWhole, writeWhole } from '../../../base/index.js';
import type { DeviceArray, Engine } from '../../../compute/index.js';
import { layersOf, type Model, preparePack, prepareUnpack, type Region, regionsAbove } from '../../../infero/index.js';
import { encodePng, type MapOptions, renderMap } from '../../../plot/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { factsText, tableText } from '../../terminal/text.js';
import { withEngine } from '../with-engine.js';
import { type ModelFlags, modelOptions, withModel } from './given.js';

export interface DemoFlags extends ModelFlags {
  readonly output: string;
  readonly cyclone?: string;
  readonly threshold: number;
}

/** What a model found on a grid. */
interface Found {
  readonly engine: Model['engine'];
  readonly grid: Grid;
  /** Probabilities by what they are of, `[points]` each. */
  readonly masks: Readonly<Record<string, Float32Array | Float64Array>>;
}

interface Positions {
  readonly model: string;
  readonly engine: string;
  readonly regions: readonly (Region & { readonly kind: string })[];
}

/** Models on fields, to maps and lists of positions: our detector of vortices, and upstream's of tropical cyclones where it is at hand. */
export async function inferoDemo(terminal: Terminal, flags: DemoFlags): Promise<void> {
  await withEngine(terminal, flags, async (engine) => {
    const found: (readonly [string, string, Found])[] = [['vortex', 'Probability of a vortex', await vortices(engine, flags)]];
    if (flags.cyclone !== undefined) {
      found.push(['cyclone', 'Probability of a tropical cyclone', await cyclone(engine, flags, flags.cyclone)]);
    }
    const told: Positions[] = [];
    for (const [model, title, result] of found) told.push(await tell(terminal, flags, model, result, { title }));
    if (flags.json === true) await terminal.print(`${JSON.stringify(told, null, 2)}\n`);
  });
}

/** A jet with a wave on it and four vortices: degrees, s-1. */
const bells = [
  { lat: 45, lon: 60, amplitude: 1.8e-4, degrees: 3 },
  { lat: 38, lon: -1, amplitude: 1.5e-4, degrees: 2.5 },
  { lat: -35, lon: -60, amplitude: -1.6e-4, degrees: 3 },
  { lat: 20, lon: 160, amplitude: 2.2e-4, degrees: 2 },
];

function madeVorticity(grid: Grid): Float32Array {
  const { lat, lon } = grid.coordinates();
  return Float32Array.from(lat, (phi, point) => {
    const lambda = lon[point] as number;
    const flank = (phi - 50 - 4 * Math.sin((lambda * 5 * Math.PI) / 180)) / 9;
    const jet = -0.8e-4 * Math.sin(flank * Math.PI) * Math.exp(-flank * flank);
    return bells.reduce((sum, bell) => sum + bellAt(bell, phi, lambda), jet);
  });
}

function bellAt({ lat, lon, amplitude, degrees }: (typeof bells)[number], phi: number, lambda: number): number {
  const east = ((((lambda - lon + 180) % 360) + 360) % 360) - 180;
  const x = (east * Math.cos((lat * Math.PI) / 180)) / degrees;
  const y = (phi - lat) / degrees;
  return amplitude * Math.exp(-(x * x + y * y) / 2);
}

const senses = ['anticlockwise', 'clockwise'];

/** Field -> tensor -> model -> tensor -> field: on the engine's device all the way, but for the masks at the end. */
async function vortices(engine: Engine, flags: DemoFlags): Promise<Found> {
  const grid = gridFromSpec('1/1');
  const tiles = [{ firstLayer: 0, lanes: 1, values: await engine.upload('f32', madeVorticity(grid)) }];
  const vorticity: Field = { grid, layers: ['vo'], tiles, mayBeMissing: false };
  const packer = await preparePack(engine, grid, { order: 'nchw', channels: [{}] });
  const unpacker = await prepareUnpack(engine, grid, { order: 'nchw', channels: senses.map(() => ({})) });
  return withModel(engine, 'vortex', modelOptions(flags), async (model) => {
    const { tensor, shape } = await engine.run((pass) => packer.pack(pass, layersOf(vorticity)));
    const { probability } = await model.infer({ vorticity: { values: tensor, shape } }, { place: 'device' });
    const result = probability?.values as DeviceArray<'f32'>;
    const field = await engine.run((pass) => unpacker.unpack(pass, result, { layers: senses }));
    const host = await engine.read(...field.tiles.map(({ values }) => values));
    const masks = Object.fromEntries(senses.map((sense, layer) => [sense, layerOf(field, host, layer)]));
    for (const array of [tensor, result]) array.release();
    for (const holder of [packer, unpacker]) holder.release();
    for (const made of [vorticity, field]) releaseField(made);
    return { engine: model.engine, grid, masks };
  });
}

/** The sample of ecmwf/infero (tests/data/cyclone). */
async function cyclone(engine: Engine, flags: DemoFlags, folder: string): Promise<Found> {
  const file = `${folder}/cyclone_input_200x200.npy`;
  const { values, shape } = readNpy(await readWhole(engine.context.fs, file), file);
  if (!(values instanceof Float32Array) || shape.join() !== '1,200,200,17') {
    throw new DteError('input.tensor', `the sample is ${shape.join(' x ')}, not 1 x 200 x 200 x 17 of float32`, { where: { file } });
  }
  return withModel(engine, `${folder}/cyclone_model_200x200.onnx`, modelOptions(flags), async (model) => {
    const { conv2d_17: mask } = await model.infer({ input_1: { values, shape } }, { place: 'host' });
    return { engine: model.engine, grid: sampleGrid(values), masks: { cyclone: mask?.values as Float32Array } };
  });
}

/** The last two channels of the sample are latitude / 180 and longitude / 360 of its points: rows from north to south, half a degree apart. */
function sampleGrid(values: Float32Array): Grid {
  const degrees = (point: number, channel: number, scale: number): number =>
    Math.round((values[point * 17 + channel] as number) * scale * 2) / 2;
  const [north, west] = [degrees(0, 15, 180), degrees(0, 16, 360)];
  return gridFromSpec({ grid: [0.5, 0.5], area: [north, west, north - 99.5, west + 99.5] });
}

/** Writes a map and the list of positions, and says what was found. */
async function tell(terminal: Terminal, flags: DemoFlags, model: string, found: Found, options: MapOptions): Promise<Positions> {
  const { grid, masks } = found;
  const kinds = Object.entries(masks);
  const regions = kinds.flatMap(([kind, mask]) =>
    regionsAbove(mask, grid, { threshold: flags.threshold }).map((region) => ({ kind, ...region })),
  );
  const strongest = kinds.reduce(
    (most, [, mask]) => most.map((value, point) => Math.max(value, mask[point] as number)),
    new Float32Array(grid.points),
  );
  const subtitle = `${regions.length} found above ${flags.threshold}, by ${found.engine.name}`;
  const image = await renderMap(strongest, grid, { range: [0, 1], ...options, subtitle });
  const { fs } = terminal.context;
  const positions = { model, engine: found.engine.name, regions };
  await writeWhole(fs, `${flags.output}/${model}.png`, encodePng(image));
  await writeWhole(fs, `${flags.output}/${model}.json`, new TextEncoder().encode(`${JSON.stringify(positions, null, 2)}\n`));
  if (flags.json !== true) await terminal.print(textOf(positions, found, flags));
  return positions;
}

function textOf({ model, regions }: Positions, { engine }: Found, { output }: DemoFlags): string {
  const facts = factsText([
    ['model', model],
    ['engine', `${engine.name}: ${engine.reason}`],
    ['map', `${output}/${model}.png`],
    ['positions', `${output}/${model}.json`],
  ]);
  const rows = regions.map(({ kind, lat, lon, peak, points }) => [kind, lat.toFixed(1), lon.toFixed(1), peak.toFixed(3), points]);
  return `${facts}\n${tableText(['', 'lat', 'lon', 'peak', 'points'], rows)}\n`;
}
