import type { Field, Grid, Tile } from '../atlas/index.js';
import { DteError, nearestWord } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { landSeaWeights } from './land-sea.js';
import type { Matrix } from './matrix.js';
import { defaultMissingStrategy, missingStrategy } from './missing.js';
import { fitting, type RegridOptions } from './regrid.js';
import { axesTurns, entryTurns, type VectorAxes } from './transport.js';
import { vectorApply } from './vector-apply.js';
import { vectorTurn } from './vector-turn.js';
import { cachedWeights } from './weights-cache.js';

/** How vectors go from point to point. */
export const vectorWays = ['transport', 'components'] as const;
export type VectorWay = (typeof vectorWays)[number];

export interface VectorRegridOptions extends RegridOptions {
  /**
   * `transport` (the default) carries every vector along the great circle to the target point: right everywhere, also at and across the
   * poles. `components` takes u and v as two scalars (MIR's `1d-linear`).
   */
  readonly vectors?: VectorWay;
  /** What u and v of the source are measured along. Default `earth`. */
  readonly sourceAxes?: VectorAxes;
  /** What u and v of the target shall be measured along. Default `earth`. */
  readonly targetAxes?: VectorAxes;
}

/** u and v. */
export type FieldPair<Layer> = readonly [Field<Layer>, Field<Layer>];

/** Takes pairs of fields, the components of vectors, from one grid to another. */
export interface VectorRegridder {
  readonly source: Grid;
  readonly target: Grid;
  /** Records the regridding of u and v, which have the same layers. A vector with a missing component is missing. */
  apply<Layer>(pass: Pass, u: Field<Layer>, v: Field<Layer>): FieldPair<Layer>;
  release(): void;
}

/** Turns vectors at the points of one grid. */
export interface VectorRotation {
  readonly grid: Grid;
  apply<Layer>(pass: Pass, u: Field<Layer>, v: Field<Layer>): FieldPair<Layer>;
  release(): void;
}

interface Block {
  readonly firstRow: number;
  readonly rows: number;
  readonly rowStart: DeviceArray<'u32'>;
  readonly column: DeviceArray<'u32'>;
  readonly weight: DeviceArray<'f32'>;
  readonly turn: DeviceArray<'f32'>;
}

/**
 * Prepares the regridding of vectors. Weights are those of the scalar method; each also turns the vector it weighs, from the axes at the
 * source point to those at the target point. Errors: those of `prepareRegrid`, and `unsupported.grid` for `grid` axes of a grid
 * whose directions are not known.
 */
export async function prepareVectorRegrid(
  engine: Engine,
  source: Grid,
  target: Grid,
  options: VectorRegridOptions = {},
): Promise<VectorRegridder> {
  const {
    missing = defaultMissingStrategy,
    vectors = 'transport',
    sourceAxes = 'earth',
    targetAxes = 'earth',
    lsm,
    matrix: given,
    ...weights
  } = options;
  const strategy = missingStrategy(missing);
  checkWord('vectors', vectors, vectorWays);
  for (const axes of [sourceAxes, targetAxes]) checkWord('axes', axes, ['earth', 'grid']);
  const made = given === undefined ? await cachedWeights(engine.context, source, target, weights) : fitting(given, source, target);
  const matrix = lsm === undefined ? made : landSeaWeights(made, lsm);
  const turns = entryTurns(matrix, source, target, { transport: vectors === 'transport', from: sourceAxes, to: targetAxes });
  const blocks = await uploadBlocks(engine, matrix, turns);
  const leavesGaps = matrix.rowStart.some((start, row) => row > 0 && start === matrix.rowStart[row - 1]);
  return {
    source,
    target,
    apply(pass, u, v) {
      checkPair(source, u, v);
      const mayBeMissing = u.mayBeMissing || v.mayBeMissing;
      const id = !mayBeMissing ? 0 : strategy.name === 'no' ? 2 : strategy.id;
      return pairOf(target, u, v, mayBeMissing || leavesGaps, (a, b) => applyBlocks(pass, blocks, target.points, a, b, id));
    },
    release() {
      for (const { rowStart, column, weight, turn } of blocks) for (const array of [rowStart, column, weight, turn]) array.release();
    },
  };
}

/**
 * Turns vectors `to` the axes of their grid or to east and north: what MIR does to winds on a rotated grid. A grid whose axes
 * are east and north leaves them as they are. Errors: `unsupported.grid` for a grid whose directions are not known.
 */
export async function prepareVectorRotation(engine: Engine, grid: Grid, to: VectorAxes): Promise<VectorRotation> {
  checkWord('axes', to, ['earth', 'grid']);
  const turns = axesTurns(grid);
  if (turns === undefined) return { grid, apply: (_, u, v) => [u, v], release: () => {} };
  if (to === 'grid') for (let point = 0; point < grid.points; point++) turns[2 * point + 1] *= -1;
  const turn = await engine.upload('f32', turns);
  return {
    grid,
    apply(pass, u, v) {
      checkPair(grid, u, v);
      return pairOf(grid, u, v, u.mayBeMissing || v.mayBeMissing, (a, b) => {
        const [resultU, resultV] = [pass.allocate('f32', grid.points * a.lanes), pass.allocate('f32', grid.points * a.lanes)];
        pass.run(vectorTurn, { points: grid.points, lanes: a.lanes, turn, u: a.values, v: b.values, resultU, resultV });
        return [resultU, resultV];
      });
    },
    release: () => turn.release(),
  };
}

function checkWord(option: string, word: string, words: readonly string[]): void {
  if (words.includes(word)) return;
  const meant = nearestWord(word, words);
  throw new DteError('input.option', `${option} cannot be '${word}'`, {
    where: { option },
    hint: `it is one of ${words.join(', ')}${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
  });
}

function checkPair(grid: Grid, u: Field, v: Field): void {
  for (const [name, field] of [
    ['u', u],
    ['v', v],
  ] as const) {
    if (field.grid.hash === grid.hash) continue;
    const named = ({ name: own, spec }: Grid): string => own ?? JSON.stringify(spec).slice(0, 80);
    throw new DteError('input.field', `${name} is on ${named(field.grid)}, the vectors are expected on ${named(grid)}`);
  }
  const isSame = u.tiles.length === v.tiles.length && u.tiles.every(({ lanes }, tile) => v.tiles[tile].lanes === lanes);
  if (!isSame || u.layers.length !== v.layers.length) {
    throw new DteError('input.field', `u has ${u.layers.length} layers and v has ${v.layers.length}`, {
      hint: 'each layer of u belongs to the same layer of v',
    });
  }
}

type Arrays = readonly [DeviceArray<'f32'>, DeviceArray<'f32'>];

function pairOf<Layer>(
  grid: Grid,
  u: Field<Layer>,
  v: Field<Layer>,
  mayBeMissing: boolean,
  run: (u: Tile, v: Tile) => Arrays,
): FieldPair<Layer> {
  const made = u.tiles.map((tile, index) => run(tile, v.tiles[index]));
  const side = (field: Field<Layer>, at: 0 | 1): Field<Layer> => ({
    grid,
    layers: field.layers,
    tiles: field.tiles.map((tile, index) => ({ ...tile, values: made[index][at] })),
    mayBeMissing,
  });
  return [side(u, 0), side(v, 1)];
}

function applyBlocks(pass: Pass, blocks: readonly Block[], rows: number, u: Tile, v: Tile, strategy: number): Arrays {
  const { lanes } = u;
  const result: Arrays = [pass.allocate('f32', rows * lanes), pass.allocate('f32', rows * lanes)];
  for (const { firstRow, rows: own, ...arrays } of blocks) {
    const whole = own === rows;
    const part: Arrays = whole ? result : [pass.allocate('f32', own * lanes), pass.allocate('f32', own * lanes)];
    const [resultU, resultV] = part;
    pass.run(vectorApply, { rows: own, lanes, strategy, ...arrays, u: u.values, v: v.values, resultU, resultV });
    if (!whole) part.forEach((array, at) => pass.copy(array, result[at as 0 | 1], firstRow * lanes));
  }
  return result;
}

async function uploadBlocks(engine: Engine, matrix: Matrix, turns: Float64Array): Promise<readonly Block[]> {
  // A turn is two f32.
  const mostEntries = Math.floor(Math.min(engine.info.maxBindingBytes, 2 ** 33) / 8);
  const blocks: Block[] = [];
  for (let firstRow = 0; firstRow < matrix.rows || blocks.length === 0; ) {
    const first = matrix.rowStart[firstRow];
    let end = Math.min(firstRow + 1, matrix.rows);
    // Doubling, then halving steps, to the last row that fits.
    for (let step = matrix.rows; step > 0; step = Math.floor(step / 2)) {
      while (end + step <= matrix.rows && matrix.rowStart[end + step] - first <= mostEntries) end += step;
    }
    const last = matrix.rowStart[end];
    blocks.push({
      firstRow,
      rows: end - firstRow,
      rowStart: await engine.upload(
        'u32',
        matrix.rowStart.slice(firstRow, end + 1).map((entry) => entry - first),
      ),
      column: await engine.upload('u32', matrix.column.subarray(first, last)),
      weight: await engine.upload('f32', matrix.weight.subarray(first, last)),
      turn: await engine.upload('f32', turns.subarray(2 * first, 2 * last)),
    });
    firstRow = end;
    if (matrix.rows === 0) break;
  }
  return blocks;
}
