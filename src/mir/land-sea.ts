import { type Field, type Grid, layerOf, releaseField } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { gridOf, gribTables, type Message, messages, prepareDecode } from '../grib/index.js';
import { landMask, type LandSeaMasks, prepareRegrid } from '../regrid/index.js';
import { emptyMask, type Mask, setBit } from './masks.js';
import type { LandSea, MaskFile } from './step.js';

/** The masks of both grids of an interpolation. Errors: those of reading and regridding the files, `input.field` for values that are no mask. */
export async function landSeaMasks(
  engine: Engine,
  { input, output, adjustment }: LandSea,
  source: Grid,
  target: Grid,
): Promise<LandSeaMasks> {
  return { source: await landOn(engine, input, source), target: await landOn(engine, output, target), adjustment };
}

/** The points that are not `value`: sea where it is 1, land where it is 0. */
export async function landSeaMask(engine: Engine, from: MaskFile, value: number, grid: Grid): Promise<Mask> {
  const land = await landOn(engine, from, grid);
  const mask = emptyMask(grid.points);
  for (let point = 0; point < grid.points; point++) if (land[point] !== value) setBit(mask, point);
  return mask;
}

async function landOn(engine: Engine, { file, method, threshold }: MaskFile, grid: Grid): Promise<Uint8Array> {
  const message = await firstMessage(engine, file);
  const source = gridOf(message);
  const prepared = await prepareDecode(engine, [message], source);
  const regridder = await prepareRegrid(engine, source, grid, { method }).catch((error) => {
    prepared.discard();
    throw error;
  });
  let field: Field | undefined;
  try {
    field = await engine.run((pass) => regridder.apply(pass, prepared.decode(pass)));
    const tiles = await engine.read(...field.tiles.map(({ values }) => values));
    return landMask(layerOf(field, tiles, 0), threshold);
  } finally {
    regridder.release();
    if (field !== undefined) releaseField(field);
  }
}

async function firstMessage({ context }: Engine, path: string): Promise<Message> {
  const file = await context.fs.open(path);
  try {
    for await (const message of messages(file, { tables: await gribTables(context) })) return message;
    throw new DteError('absent.field', 'the file of a land-sea mask has no field', { where: { file: path } });
  } finally {
    await file.close();
  }
}
