import { type Grid, positionsHash } from '../atlas/index.js';
import { assert, DteError, readWhole } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { prepareRegrid, prepareVectorRegrid, type RegridOptions } from '../regrid/index.js';
import { parseBitmapFile } from './bitmap-file.js';
import { fileWeights, type WeightsFiles } from './file-weights.js';
import { areaMask, both, frameMask, type Mask, poleMask } from './masks.js';
import { cropOperator, eachField, limitOperator, maskOperator, type Operator, selectOperator } from './operators.js';
import type { Plan } from './plan-text.js';
import { gridText, type Step, type VectorStep } from './step.js';

/** What has been done to an input so far, as text: the key of the operator that comes last. */
export type Stage = string;

/**
 * The stages of a plan, with operators for those that no other plan of the same input has: weights found or made, files read, masks
 * uploaded. Operators made stay in the map also when a later one fails.
 */
export async function prepareStages(
  engine: Engine,
  { input, steps }: Plan,
  operators: Map<Stage, Operator>,
  files: WeightsFiles,
): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  let grid = input.grid;
  let stage: Stage = '';
  for (const group of grouped(steps)) {
    stage += `|${group.map(keyOf).join('|')}`;
    if (!operators.has(stage)) operators.set(stage, await prepareGroup(engine, group, grid, files));
    stages.push(stage);
    for (const step of group) if ('to' in step) grid = step.to;
  }
  return stages;
}

function keyOf(step: Step): string {
  return JSON.stringify(step, (key, value: unknown) => (key === 'to' ? positionsHash(value as Grid) : value));
}

const maskSteps: readonly string[] = ['mask-input-lsm', 'mask-poles', 'mask-area', 'bitmap', 'mask-output-lsm', 'frame'];

/** Steps one by one, but masks that follow each other together: they become one. */
function grouped(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (maskSteps.includes(step.name) && last !== undefined && maskSteps.includes((last[0] as Step).name)) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

async function prepareGroup(engine: Engine, group: readonly Step[], grid: Grid, files: WeightsFiles): Promise<Operator> {
  let mask: Mask | undefined;
  for (const step of group) {
    if (!maskSteps.includes(step.name)) return await prepareStep(engine, step, grid, files);
    const next = await maskOf(engine, step, grid);
    mask = mask === undefined ? next : both(mask, next);
  }
  return await maskOperator(engine, mask as Mask);
}

async function maskOf(engine: Engine, step: Step, grid: Grid): Promise<Mask> {
  switch (step.name) {
    case 'mask-area':
      return areaMask(grid, step.area);
    case 'mask-poles':
      return poleMask(grid);
    case 'frame':
      return frameMask(grid, step.size);
    case 'mask-input-lsm':
    case 'mask-output-lsm':
      return await (await landSea()).landSeaMask(engine, step.mask, step.value, grid);
    case 'bitmap':
      return await bitmapMask(engine, step.file, grid);
    default:
      throw notImplemented(step);
  }
}

async function bitmapMask({ context }: Engine, file: string, grid: Grid): Promise<Mask> {
  const text = new TextDecoder('latin1').decode(await readWhole(context.fs, file));
  const { rows, columns, mask } = parseBitmapFile(text, file);
  if (rows * columns === grid.points) return mask;
  throw new DteError('input.field', `the bitmap has ${rows} x ${columns} points, the grid ${gridText(grid)} has ${grid.points}`, {
    where: { file, option: 'bitmap' },
  });
}

async function prepareStep(engine: Engine, step: Step, grid: Grid, files: WeightsFiles): Promise<Operator> {
  switch (step.name) {
    case 'interpolate': {
      const lsm = step.lsm === undefined ? {} : { lsm: await (await landSea()).landSeaMasks(engine, step.lsm, grid, step.to) };
      const given = step.matrix === undefined ? {} : { matrix: await fileWeights(files, step.matrix, grid, step.to) };
      const options = { ...step.options, ...given, ...lsm };
      if (step.vector !== undefined) return await vectorOperator(engine, grid, step.to, options, step.vector);
      const regridder = await prepareRegrid(engine, grid, step.to, options);
      return eachField((pass, field) => regridder.apply(pass, field), regridder.release);
    }
    case 'crop':
      return await cropOperator(engine, grid, step.area);
    case 'nabla':
      return await (await import('./nabla-step.js')).nablaOperator(engine, step.operation, grid);
    case 'select':
      return selectOperator(step.component === 'u' ? 0 : 1);
    case 'limit':
      return limitOperator(step.minimum, step.maximum);
    case 'truncate':
    case 'cesaro':
    case 'bandpass':
    case 'wind-from-vorticity':
    case 'transform':
      return await (await import('./spectral-steps.js')).prepareSpectralStep(engine, step, grid);
    default:
      throw notImplemented(step);
  }
}

/** Loaded by the first that has masks. */
const landSea = (): Promise<typeof import('./land-sea.js')> => import('./land-sea.js');

async function vectorOperator(engine: Engine, source: Grid, target: Grid, options: RegridOptions, vector: VectorStep): Promise<Operator> {
  const { way: vectors, from: sourceAxes, to: targetAxes } = vector;
  const regridder = await prepareVectorRegrid(engine, source, target, { ...options, vectors, sourceAxes, targetAxes });
  return {
    apply(pass, [u, v]) {
      assert(u !== undefined && v !== undefined, 'a vector has two components');
      return regridder.apply(pass, u, v);
    },
    release: regridder.release,
  };
}

function notImplemented({ name }: Step): DteError {
  return new DteError('unsupported.method', `the step ${name} is not implemented`);
}
