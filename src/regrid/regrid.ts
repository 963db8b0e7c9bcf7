import type { Field, Grid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { csrApply } from './csr-apply.js';
import { csrApplyQuads } from './csr-apply-quads.js';
import { type LandSeaMasks, landSeaWeights } from './land-sea.js';
import { markMissing } from './mark-missing.js';
import type { Matrix } from './matrix.js';
import { defaultMissingStrategy, type MissingStrategy, missingPlan, simulatedMissing } from './missing.js';
import { rowStatistics, type StatisticName, statisticNumber } from './statistics/row-statistics.js';
import { cachedWeights } from './weights-cache.js';
import { methodOf, type WeightsOptions } from './weights.js';

export interface RegridOptions extends WeightsOptions {
  /**
   * What becomes of a target point some of whose sources are missing, several with `/` between them. Default
   * `missing-if-heaviest-missing`.
   */
  readonly missing?: string;
  /** The value that stands for a missing one where `missing` names `simulated-missing-value`. Default 9999. */
  readonly 'simulated-missing-value'?: number;
  /** Values that differ from it by no more are it. Default 0. */
  readonly 'simulated-missing-value-epsilon'?: number;
  /** Land-sea masks: points of the other kind weigh less. */
  readonly lsm?: LandSeaMasks;
  /** Weights from elsewhere (a file, a product of matrices), in place of those of a method. */
  readonly matrix?: Matrix;
}

/** Takes fields from one grid to another. Its weights stay on the device until `release`. */
export interface Regridder {
  readonly source: Grid;
  readonly target: Grid;
  /** Records the regridding of a field; layers keep what they are. */
  apply<Layer>(pass: Pass, field: Field<Layer>): Field<Layer>;
  release(): void;
}

/** Consecutive rows of the matrix whose arrays the device can bind. */
interface RowBlock {
  readonly firstRow: number;
  readonly rows: number;
  readonly rowStart: DeviceArray<'u32'>;
  readonly column: DeviceArray<'u32'>;
  readonly weight: DeviceArray<'f32'>;
}

/**
 * Prepares a regridding: weights are found in the cache or made, and uploaded once. Errors: those of `prepareWeights`,
 * `input.option` for the missing-value strategy, `input.field` for a given matrix whose size is not that of the grids.
 */
export async function prepareRegrid(engine: Engine, source: Grid, target: Grid, options: RegridOptions = {}): Promise<Regridder> {
  const {
    matrix: given,
    missing,
    lsm,
    'simulated-missing-value': marker,
    'simulated-missing-value-epsilon': epsilon,
    ...weights
  } = options;
  const treatment = treatmentOf({ missing, marker, epsilon });
  const made = given === undefined ? await cachedWeights(engine.context, source, target, weights) : fitting(given, source, target);
  const statistic = given === undefined ? methodOf(weights).resolved['interpolation-statistics'] : undefined;
  const matrix = lsm === undefined ? made : landSeaWeights(made, lsm);
  return regridder(engine, { source, target, matrix, treatment, ...(statistic === undefined ? {} : { statistic }) });
}

/** Missing values of the options `missing` and `simulated-missing-value*`. */
interface Treatment {
  readonly strategy: MissingStrategy;
  /** Values that stand for missing ones, where there are such. */
  readonly simulated?: { readonly marker: number; readonly epsilon: number };
}

interface TreatmentOptions {
  readonly missing: string | undefined;
  readonly marker: number | undefined;
  readonly epsilon: number | undefined;
}

function treatmentOf({ missing = defaultMissingStrategy, marker = 9999, epsilon = 0 }: TreatmentOptions): Treatment {
  const { strategy, simulated } = missingPlan(missing);
  if (!Number.isFinite(marker) || !(epsilon >= 0 && epsilon < Infinity)) {
    throw new DteError('input.option', `${marker} within ${epsilon} cannot stand for missing values`, {
      where: { option: simulatedMissing },
      hint: 'a finite value, and an epsilon of 0 or more',
    });
  }
  return simulated ? { strategy, simulated: { marker, epsilon } } : { strategy };
}

interface Regridding {
  readonly source: Grid;
  readonly target: Grid;
  readonly matrix: Matrix;
  readonly treatment: Treatment;
  /** What is made of the source points of a row instead of their weighted sum. */
  readonly statistic?: StatisticName;
}

/**
 * A regridding by a matrix from elsewhere (a file, a product of matrices). `input.field` when its size is not that of the grids;
 * `input.option` as `prepareRegrid`.
 */
export async function prepareMatrixRegrid(
  engine: Engine,
  matrix: Matrix,
  grids: { readonly source: Grid; readonly target: Grid },
  options: Pick<RegridOptions, 'missing' | 'simulated-missing-value' | 'simulated-missing-value-epsilon'> = {},
): Promise<Regridder> {
  return await prepareRegrid(engine, grids.source, grids.target, { ...options, matrix });
}

/** The matrix, if its size is that of the grids; else `input.field`. */
export function fitting(matrix: Matrix, source: Grid, target: Grid): Matrix {
  if (matrix.rows === target.points && matrix.columns === source.points) return matrix;
  throw new DteError(
    'input.field',
    `a matrix of ${matrix.rows} x ${matrix.columns} between grids of ${source.points} and ${target.points} points`,
    { hint: 'it must have a row for every target point and a column for every source point' },
  );
}

async function regridder(engine: Engine, { source, target, matrix, treatment, statistic }: Regridding): Promise<Regridder> {
  const blocks = await uploadBlocks(engine, matrix);
  const leavesGaps = hasEmptyRow(matrix);
  const { strategy, simulated } = treatment;
  // A field without missing values needs no test. Otherwise `no` promises what NaN would do: one missing source, no value.
  const strategyId = (mayBeMissing: boolean): number => (!mayBeMissing ? 0 : strategy.name === 'no' ? 2 : strategy.id);
  return {
    source,
    target,
    apply(pass, field) {
      if (field.grid.hash !== source.hash) {
        throw new DteError('input.field', `the field is on ${nameOf(field.grid)}, the weights are for ${nameOf(source)}`);
      }
      const mayBeMissing = field.mayBeMissing || simulated !== undefined;
      const how: Application = {
        strategy: strategyId(mayBeMissing),
        ...(statistic === undefined ? {} : { statistic: statisticNumber(statistic) }),
      };
      const tiles = field.tiles.map((tile) => {
        const values = simulated === undefined ? tile.values : marked(pass, tile.values, simulated, source.points * tile.lanes);
        return { ...tile, values: applyBlocks(pass, blocks, target.points, values, tile.lanes, how) };
      });
      return { grid: target, layers: field.layers, tiles, mayBeMissing: mayBeMissing || leavesGaps };
    },
    release() {
      for (const { rowStart, column, weight } of blocks) for (const array of [rowStart, column, weight]) array.release();
    },
  };
}

/** How a block of rows is applied: by the weights, or as a statistic. */
interface Application {
  readonly strategy: number;
  readonly statistic?: number;
}

function marked(
  pass: Pass,
  source: DeviceArray<'f32'>,
  simulated: { readonly marker: number; readonly epsilon: number },
  count: number,
): DeviceArray<'f32'> {
  const result = pass.allocate('f32', count);
  pass.run(markMissing, { count, ...simulated, source, marked: result });
  return result;
}

function applyBlocks(
  pass: Pass,
  blocks: readonly RowBlock[],
  rows: number,
  source: DeviceArray<'f32'>,
  lanes: number,
  how: Application,
): DeviceArray<'f32'> {
  const only = blocks.length === 1 ? blocks[0] : undefined;
  const result = pass.allocate('f32', rows * lanes);
  if (only !== undefined) {
    applyBlock(pass, only, source, lanes, how, result);
    return result;
  }
  for (const block of blocks) {
    const part = pass.allocate('f32', block.rows * lanes);
    applyBlock(pass, block, source, lanes, how, part);
    pass.copy(part, result, block.firstRow * lanes);
  }
  return result;
}

function applyBlock(
  pass: Pass,
  block: RowBlock,
  source: DeviceArray<'f32'>,
  lanes: number,
  { strategy, statistic }: Application,
  result: DeviceArray<'f32'>,
): void {
  if (statistic !== undefined) {
    const { rows, rowStart, column } = block;
    pass.run(rowStatistics, { rows, lanes, statistic, rowStart, column, source, result });
    return;
  }
  const args = { rows: block.rows, strategy, ...arraysOf(block), source, result };
  if (lanes % 4 === 0) pass.run(csrApplyQuads, { ...args, quads: lanes / 4 });
  else pass.run(csrApply, { ...args, lanes });
}

function arraysOf({ rowStart, column, weight }: RowBlock): Pick<RowBlock, 'rowStart' | 'column' | 'weight'> {
  return { rowStart, column, weight };
}

async function uploadBlocks(engine: Engine, matrix: Matrix): Promise<readonly RowBlock[]> {
  const mostEntries = Math.floor(Math.min(engine.info.maxBindingBytes, 2 ** 33) / 4);
  const blocks: RowBlock[] = [];
  for (let firstRow = 0; firstRow < matrix.rows || blocks.length === 0; ) {
    const firstEntry = matrix.rowStart[firstRow] as number;
    let end = matrix.rows;
    if ((matrix.rowStart[end] as number) - firstEntry > mostEntries) end = lastRowWithin(matrix, firstRow, firstEntry + mostEntries);
    const lastEntry = matrix.rowStart[end] as number;
    const isWhole = firstRow === 0 && end === matrix.rows;
    const rowStart = isWhole ? matrix.rowStart : matrix.rowStart.slice(firstRow, end + 1).map((entry) => entry - firstEntry);
    blocks.push({
      firstRow,
      rows: end - firstRow,
      rowStart: await engine.upload('u32', rowStart),
      column: await engine.upload('u32', matrix.column.subarray(firstEntry, lastEntry)),
      weight: await engine.upload('f32', matrix.weight.subarray(firstEntry, lastEntry)),
    });
    firstRow = end;
    if (matrix.rows === 0) break;
  }
  return blocks;
}

/** The largest row end whose entries stay below `limit`; at least one row. */
function lastRowWithin({ rows, rowStart }: Matrix, firstRow: number, limit: number): number {
  let low = firstRow + 1;
  let high = rows;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rowStart[middle] as number) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

function hasEmptyRow({ rows, rowStart }: Matrix): boolean {
  for (let row = 0; row < rows; row++) if (rowStart[row] === rowStart[row + 1]) return true;
  return false;
}

function nameOf(grid: Grid): string {
  return grid.name ?? JSON.stringify(grid.spec).slice(0, 80);
}
