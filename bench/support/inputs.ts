import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Field, type Grid, gridFromSpec, tileLayout } from '../../src/atlas/index.js';
import { type Context, writeWhole } from '../../src/base/index.js';
import { type Engine, openEngine } from '../../src/compute/index.js';
import { encode, gribTables, type Message, messages, newMessage, type NewMessageKeys } from '../../src/grib/index.js';
import { prepareWeights, writeNpz } from '../../src/regrid/index.js';
import { seeded } from '../../test/support/random.js';

/** Raised when the synthetic fields change, so that older files are not used any more. */
const version = 1;

export interface GribInput {
  readonly grid: string;
  readonly fields: number;
  readonly packing: 'simple' | 'ccsds';
}

/** Files that the benches read, made here once from seeded synthetic fields and kept. */
export class Inputs {
  readonly folder: string;
  readonly #context: Context;

  constructor(context: Context, folder: string) {
    this.#context = context;
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Path of a file of 16-bit fields on one grid. */
  async grib({ grid, fields, packing }: GribInput): Promise<string> {
    const path = join(this.folder, `v${version}-${grid.toLowerCase()}-${packing}-${fields}.grib2`);
    if (!existsSync(path)) await this.#write(path, grid, keysOf(fields), packing);
    return path;
  }

  /** One ensemble forecast field, simple packing: what `hammer` sets keys of and archives again and again. */
  async template(grid: string, bits: number, packing: 'simple' | 'ccsds' = 'simple'): Promise<string> {
    const path = join(this.folder, `v${version}-${grid.toLowerCase()}-template-${packing}-${bits}.grib2`);
    if (!existsSync(path)) await this.#write(path, grid, [templateKeys], packing, bits);
    return path;
  }

  /** The same with all values 0: some hundred octets, most of them headers. */
  async emptyTemplate(): Promise<string> {
    const path = join(this.folder, `v${version}-template-empty.grib2`);
    const message = newMessage(templateKeys, gridFromSpec('O32'), await gribTables(this.#context));
    if (!existsSync(path)) await writeWhole(this.#context.fs, path, message.bytes);
    return path;
  }

  /** A file `times` as long: the messages of another one again and again. */
  async repeated(path: string, times: number): Promise<string> {
    const longer = path.replace(/\.grib2$/, `-x${times}.grib2`);
    if (existsSync(longer)) return longer;
    const part = `${longer}.part`;
    for (let time = 0; time < times; time++)
      await pipeline(createReadStream(path), createWriteStream(part, { flags: time === 0 ? 'w' : 'a' }));
    renameSync(part, longer);
    return longer;
  }

  /** Linear weights as scipy stores them. */
  async weights(source: string, target: string): Promise<string> {
    const path = join(this.folder, `v${version}-${source}-${target.replaceAll('/', '-')}.npz`.toLowerCase());
    if (!existsSync(path)) {
      const matrix = await prepareWeights(this.#context, gridFromSpec(source), gridFromSpec(target));
      await writeWhole(this.#context.fs, path, writeNpz(matrix));
    }
    return path;
  }

  async #write(path: string, gridName: string, keys: readonly NewMessageKeys[], packing: 'simple' | 'ccsds', bits = 16): Promise<void> {
    const grid = gridFromSpec(gridName);
    const tables = await gribTables(this.#context);
    const engine = await openEngine(this.#context, { device: 'cpu' });
    const file = await this.#context.fs.create(path);
    try {
      for (let first = 0; first < keys.length; first += 16) {
        const layers = keys.slice(first, first + 16).map((key) => newMessage(key, grid, tables));
        const field = await fieldOf(engine, grid, layers, first + 1);
        for (const bytes of await encode(engine, field, { packing, bits, inFileOrder: true })) await file.write(bytes);
        for (const { values } of field.tiles) values.release();
      }
      await file.commit();
    } catch (error) {
      await file.discard();
      throw error;
    } finally {
      await engine.close();
    }
  }
}

/** The messages of a file, headers read. */
export async function messagesOf(context: Context, path: string): Promise<readonly Message[]> {
  const tables = await gribTables(context);
  const file = await context.fs.open(path);
  const found: Message[] = [];
  try {
    for await (const message of messages(file, { tables })) found.push(message);
  } finally {
    await file.close();
  }
  return found;
}

export function bytesOf(path: string): number {
  return statSync(path).size;
}

const levels = [1000, 925, 850, 700, 500, 400, 300, 250, 200, 150, 100, 70, 50, 30, 20, 10];
const params = ['t', 'u', 'v', 'q', 'z', 'r', 'w', 'vo'];

const templateKeys: NewMessageKeys = {
  date: 20240101,
  class: 'od',
  stream: 'enfo',
  type: 'pf',
  expver: '0001',
  number: 1,
  ensembleSize: 50,
  param: 't',
  levtype: 'pl',
  level: 1,
};

/** Headers of `count` fields as one sees them in one file: parameters by levels by steps. */
function keysOf(count: number): readonly NewMessageKeys[] {
  return Array.from({ length: count }, (_, index) => ({
    date: 20240101,
    param: params[Math.floor(index / levels.length) % params.length] as string,
    levtype: 'pl' as const,
    level: levels[index % levels.length] as number,
    step: 3 * Math.floor(index / (levels.length * params.length)),
  }));
}

/** Layers on a device, each a smooth wave pattern of its own with noise on it. */
export async function fieldOf(engine: Engine, grid: Grid, layers: readonly Message[], seed: number): Promise<Field<Message>> {
  const tiles = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, layers.length, Math.min(engine.info.maxBindingBytes, 2 ** 31))) {
    tiles.push({ values: await engine.upload('f32', interleavedValues(grid, lanes, seed + firstLayer)), firstLayer, lanes });
  }
  return { grid, layers, tiles, mayBeMissing: false };
}

/**
 * `[points, lanes]`. A range of about 100 with noise of 0.4 (standard deviation) is what temperature and wind at 16 bits look
 * like to a packer: CCSDS needs about 11 bits a value (the row of the bench states what it came to).
 */
function interleavedValues(grid: Grid, lanes: number, seed: number): Float32Array {
  const { points } = grid;
  const values = new Float32Array(points * lanes);
  const { lat, lon } = grid.coordinates();
  const radians = Math.PI / 180;
  for (let lane = 0; lane < lanes; lane++) {
    const random = seeded(seed + lane);
    const zonal = 2 + ((seed + lane) % 5);
    const phase = random() * 2 * Math.PI;
    for (let point = 0; point < points; point++) {
      const cosine = Math.cos((lat[point] as number) * radians);
      const wave = Math.sin(zonal * (lon[point] as number) * radians + phase) * cosine * cosine;
      // Three uniform numbers: close enough to a normal distribution, standard deviation 1/2.
      const noise = random() + random() + random() - 1.5;
      values[point * lanes + lane] = 230 + 60 * cosine + 20 * wave + 0.8 * noise;
    }
  }
  return values;
}
