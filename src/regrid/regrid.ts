import type { Field, Grid } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { csrApply } from './csr-apply.js';
import { csrApplyQuads } from './csr-apply-quads.js';
import { type LandSeaMasks, landSeaWeights } from './land-sea.js';
import type { Matrix } from './matrix.js';
import { defaultMissingStrategy, missingStrategy } from './missing.js';
import { cachedWeights } from './weights-cache.js';
import type { WeightsOptions } from './weights.js';

export interface RegridOptions extends WeightsOptions {
  /** What becomes of a target point some of whose sources are missing. Default `missing-if-heaviest-missing`. */
  readonly missing?: string;
  /** Land-sea masks: points of the other kind weigh less. */
  readonly lsm?: LandSeaMasks;
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
 * Prepares a regridding: weights are found in the cache or made, and uploaded once. Errors: those of `prepareWeights`, and
 * `input.option` for the missing-value strategy.
 */
export async function prepareRegrid(engine: Engine, source: Grid, target: Grid, options: RegridOptions = {}): Promise<Regridder> {
  const { missing = defaultMissingStrategy, lsm, ...weights } = options;
  const strategy = missingStrategy(missing);
  const made = await cachedWeights(engine.context, source, target, weights);
  const matrix = lsm === undefined ? made : landSeaWeights(made, lsm);
  const blocks = await uploadBlocks(engine, matrix);
  const leavesGaps = hasEmptyRow(matrix);
  // A field without missing values needs no test. Otherwise `no` promises what NaN would do: one missing source, no value.
  const strategyId = (field: Field): number => (!field.mayBeMissing ? 0 : strategy.name === 'no' ? 2 : strategy.id);
  return {
    source,
    target,
    apply(pass, field) {
      if (field.grid.hash !== source.hash) {
        throw new DteError('input.field', `the field is on ${nameOf(field.grid)}, the weights are for ${nameOf(source)}`);
      }
      const tiles = field.tiles.map((tile) => ({
        ...tile,
        values: applyBlocks(pass, blocks, target.points, tile.values, tile.lanes, strategyId(field)),
      }));
      return { grid: target, layers: field.layers, tiles, mayBeMissing: field.mayBeMissing || leavesGaps };
    },
    release() {
      for (const { rowStart, column, weight } of blocks) for (const array of [rowStart, column, weight]) array.release();
    },
  };
}

function applyBlocks(
  pass: Pass,
  blocks: readonly RowBlock[],
  rows: number,
  source: DeviceArray<'f32'>,
  lanes: number,
  strategy: number,
): DeviceArray<'f32'> {
  const only = blocks.length === 1 ? blocks[0] : undefined;
  const result = pass.allocate('f32', rows * lanes);
  if (only !== undefined) {
    applyBlock(pass, only, source, lanes, strategy, result);
    return result;
  }
  for (const block of blocks) {
    const part = pass.allocate('f32', block.rows * lanes);
    applyBlock(pass, block, source, lanes, strategy, part);
    pass.copy(part, result, block.firstRow * lanes);
  }
  return result;
}

function applyBlock(
  pass: Pass,
  block: RowBlock,
  source: DeviceArray<'f32'>,
  lanes: number,
  strategy: number,
  result: DeviceArray<'f32'>,
): void {
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
