import { type Area, checkArea, type Field, layerOf, type Tile } from '../../atlas/index.js';
import { type Context, DteError, writeWhole } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { encodePng, type MapOptions, type ProjectionName, projectionNames, renderMap } from '../../plot/index.js';
import type { TwinDescription, TwinLayer } from '../../twin/index.js';

export interface FrameOptions {
  readonly folder: string;
  readonly projection: ProjectionName;
  readonly area?: readonly [number, number, number, number];
  /** The member that is drawn. */
  readonly member: number;
  /** Greatest vorticity of the initial state, 1/s: all frames have one colour scale. */
  readonly greatest: number;
}

/** Pictures of the vorticity of one member over time. */
export interface Frames {
  readonly paths: readonly string[];
  draw(vorticity: Field<TwinLayer>, seconds: number): Promise<void>;
}

/** Pixels: a frame is looked at among many. */
const width = 1000;

/** Errors: `input.option` for a member that is not there and an unknown projection, `input.area`. */
export function openFrames(context: Context, engine: Engine, twin: TwinDescription, options: FrameOptions): Frames {
  const { member, folder, projection } = options;
  if (member >= twin.members) {
    throw new DteError('input.option', `there is no member ${member}`, {
      hint: `the ensemble has members 0 to ${twin.members - 1}`,
      where: { option: '--frame-member' },
    });
  }
  if (!projectionNames.includes(projection)) {
    throw new DteError('input.option', `'${projection}' is not a projection: ${projectionNames.join(', ')}`, {
      where: { option: '--projection' },
    });
  }
  const area = areaOf(options.area);
  const most = roundedUp(options.greatest);
  const style: MapOptions = {
    // The model's sphere has no coasts.
    ...{ width, projection, coastlines: false, title: 'Relative vorticity', palette: 'vorticity', units: 's**-1' },
    ...{ range: [-most, most], bands: false },
    ...(area === undefined ? {} : { area }),
  };
  const paths: string[] = [];
  return {
    paths,
    async draw(vorticity, seconds) {
      const hours = seconds / 3600;
      const path = `${folder}/vo-${String(Math.round(hours * 100) / 100).padStart(4, '0')}.png`;
      const values = await oneLayer(engine, vorticity, member);
      const who = twin.members > 1 ? `, member ${member}` : '';
      const subtitle = `${twin.case}, T${twin.truncation}, day ${(hours / 24).toFixed(2)}${who}`;
      await writeWhole(context.fs, path, encodePng(await renderMap(values, vorticity.grid, { ...style, subtitle })));
      paths.push(path);
    },
  };
}

function areaOf(given: FrameOptions['area']): Area | undefined {
  if (given === undefined) return undefined;
  const [north, west, south, east] = given;
  return checkArea({ north, west, south, east });
}

/** Reads the tile of the layer and no other. */
async function oneLayer(engine: Engine, field: Field<TwinLayer>, member: number): Promise<Float32Array | Float64Array> {
  const layer = field.layers.findIndex(({ number }) => number === member);
  const tile = field.tiles.find(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes) as Tile;
  const [values] = await engine.read(tile.values);
  return layerOf({ ...field, tiles: [tile] }, [values], layer);
}

/** To two digits. */
function roundedUp(value: number): number {
  if (!(value > 0)) return 1e-6;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit - 1e-9) * unit;
}
