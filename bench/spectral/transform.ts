import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Field, type Grid, gridFromSpec, releaseField, spectralGrid, type Tile, tileLayout } from '../../src/atlas/index.js';
import type { Context } from '../../src/base/index.js';
import { type Engine, openEngine } from '../../src/compute/index.js';
import { encode, gribTables, type Message, newMessage } from '../../src/grib/index.js';
import { prepareAnalysis, prepareSynthesis } from '../../src/spectral/index.js';
import { type Bench, type ExecutorName, placeOf, type Setting } from '../support/bench.js';
import { interleaved, type Spread } from '../support/measure.js';
import type { Found } from '../support/peers.js';
import { runProcess } from '../support/process.js';
import { beside, digits, floorOf } from '../support/report.js';
import { withScratch } from '../support/scratch.js';

interface Size {
  readonly truncation: number;
  readonly grid: string;
  readonly fields: number;
}

/**
 * Transforms between coefficients and points that lie on the device. CDO knows no octahedral grids: `sp2gp,cubic` goes to the regular
 * Gaussian grid with the same parallels, twice the points, GRIB to netCDF f32; it is run once as a whole, polynomials included, and
 * once with a single field, whose time is taken off for the marginal cost of the other fields. The floor counts the coefficients,
 * the Fourier coefficients twice and the values once.
 */
export const transform: Bench = {
  name: 'spectral/transform',
  about: 'T639 to O640 and back, 32 fields on the device, beside cdo sp2gp',
  run: (setting) => withScratch((folder) => transformRows(setting, folder)),
};

async function transformRows(setting: Setting, folder: string): Promise<void> {
  const size: Size = setting.quick ? { truncation: 63, grid: 'O64', fields: 8 } : { truncation: 639, grid: 'O640', fields: 32 };
  const peer = await cdoTimes(setting, folder, size);
  for (const executor of setting.executors) await executorRows(setting, size, executor, peer);
}

/** What CDO takes for all fields, and for all but the first. */
type CdoTimes = Found<{ readonly whole: Spread; readonly marginal: Found<Spread> }>;

async function cdoTimes({ peers: { cdo }, context }: Setting, folder: string, { truncation, fields }: Size): Promise<CdoTimes> {
  if (typeof cdo === 'string') return cdo;
  const timeOf = async (count: number): Promise<Spread> => {
    const path = join(folder, `${count}.grib2`);
    writeFileSync(path, await spectralFile(context, truncation, count));
    const args = ['-s', '-P', '2', '-f', 'nc4', '-b', 'F32', 'sp2gp,cubic', path, join(folder, 'cdo.nc')];
    // A run takes a minute at T639, most of it polynomials: once must do.
    return (await interleaved([{ run: () => runProcess(cdo.command, args) }], 1, 0))[0] as Spread;
  };
  const [one, whole] = [await timeOf(1), await timeOf(fields)];
  // On a busy machine one field may take longer than all of them.
  if (whole.median <= one.median) return { whole, marginal: 'its time for one field was above that for all: the machine is busy' };
  const rest = ((whole.median - one.median) * fields) / (fields - 1);
  return { whole, marginal: { median: rest, min: rest, max: rest, runs: 1 } };
}

async function executorRows(setting: Setting, size: Size, executor: ExecutorName, peer: CdoTimes): Promise<void> {
  const { truncation, fields } = size;
  const grid = gridFromSpec(size.grid);
  const bandwidth = await setting.bandwidth(executor);
  const bytes = 4 * fields * ((truncation + 1) * (truncation + 2) + 2 * grid.points + grid.points);
  await setting.withEngine(executor, {}, async (engine) => {
    const source = await smoothField(engine, truncation, fields);
    const row = {
      bench: transform.name,
      ...placeOf(executor, engine),
      unit: 'ms',
      amount: { count: fields, unit: 'fields' },
      floor: floorOf(bytes, bandwidth),
    } as const;
    const whole = async (): Promise<void> => {
      const synthesis = await prepareSynthesis(engine, truncation, grid);
      releaseField(await engine.run((pass) => synthesis.apply(pass, source)));
      synthesis.release();
    };
    const synthesis = await prepareSynthesis(engine, truncation, grid);
    const analysis = await prepareAnalysis(engine, grid, truncation);
    const values = await engine.run((pass) => synthesis.apply(pass, source));
    const there = async (): Promise<void> => releaseField(await engine.run((pass) => synthesis.apply(pass, source)));
    const back = async (): Promise<void> => releaseField(await engine.run((pass) => analysis.apply(pass, values)));
    const [once, synthesised, analysed] = (await interleaved(
      [whole, there, back].map((run) => ({ run })),
      setting.runs,
    )) as [Spread, Spread, Spread];
    const found = (key: 'whole' | 'marginal'): Spread | string => (typeof peer === 'string' ? peer : peer[key]);
    const sizeText = `${fields} fields T${truncation} -> ${size.grid}`;
    const work = 4 * fields * legendreProducts(truncation, grid);
    setting.report({
      ...row,
      work: 'prepare and transform',
      size: sizeText,
      own: once,
      ...beside(once, 'cdo -P 2 sp2gp,cubic', found('whole')),
      ...(executor === 'cpu' ? { aim: { ratio: 1 } } : {}),
    });
    setting.report({
      ...row,
      work: 'transform',
      size: sizeText,
      own: synthesised,
      ...beside(synthesised, 'the same, less 1 field', found('marginal')),
      ...(executor === 'cpu' ? { aim: { ratio: 1 } } : {}),
      note: `${executor}: ${digits(work / synthesised.median / 1e6)} Gflop/s, counting the products of the Legendre sums over m < n cos(lat) only`,
    });
    setting.report({ ...row, work: 'back', size: `${fields} fields ${size.grid} -> T${truncation}`, own: analysed });
    for (const field of [source, values]) releaseField(field);
    synthesis.release();
    analysis.release();
  });
}

/** Terms (m, n, pair of rows) that are not next to nothing. */
function legendreProducts(truncation: number, grid: Grid): number {
  const lats = grid.rows?.lats ?? [];
  let products = 0;
  for (const lat of lats) {
    const held = Math.min(truncation, truncation * Math.cos((lat * Math.PI) / 180));
    products += (held * (2 * truncation - held)) / 4;
  }
  return products;
}

/** Layers whose coefficients fall off as n^-1.5. */
async function smoothField(engine: Engine, truncation: number, layers: number): Promise<Field<number>> {
  const grid = spectralGrid(truncation);
  const tiles: Tile[] = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, layers, engine.info.maxBindingBytes)) {
    const values = new Float32Array(grid.points * lanes);
    let at = 0;
    for (let m = 0; m <= truncation; m++) {
      for (let n = m; n <= truncation; n++) {
        const size = (n + 1) ** -1.5;
        for (let part = 0; part < 2 * lanes; part++) values[at++] = size * Math.sin(0.7 * (n + firstLayer) + 1.3 * m + part);
      }
    }
    tiles.push({ values: await engine.upload('f32', values), firstLayer, lanes });
  }
  return { grid, layers: Array.from({ length: layers }, (_, layer) => layer), tiles, mayBeMissing: false };
}

/** The same as a GRIB file. */
async function spectralFile(context: Context, truncation: number, count: number): Promise<Uint8Array> {
  const tables = await gribTables(context);
  const engine = await openEngine(context, { device: 'cpu' });
  try {
    const field = await smoothField(engine, truncation, count);
    const layers: Message[] = field.layers.map((layer) =>
      newMessage({ date: 20240101, param: 't', levtype: 'pl', level: layer + 1 }, field.grid, tables),
    );
    return Buffer.concat(await encode(engine, { ...field, layers }, {}));
  } finally {
    await engine.close();
  }
}
