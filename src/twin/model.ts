import { maxLanes, type Tile, tileLayout } from '../atlas/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { type Analysis, coefficientCount, prepareAnalysis, prepareSynthesis, type Synthesis } from '../spectral/index.js';
import { advance } from './advance.js';
import { components } from './components.js';
import { Kept } from './kept.js';
import { type ModelProblem, modelTables, type ModelTables } from './model-tables.js';
import { products } from './products.js';

/** Vorticity, divergence and geopotential perturbation of some members: `[3 members, coefficients, 2]`. */
export type State = DeviceArray<'f32'>;

/** States of one step: from where to where, and what the stages keep between them. */
export interface StepStates {
  readonly source: State;
  readonly target: State;
  readonly one: State;
  readonly two: State;
  readonly first: State;
  readonly second: State;
  readonly middle: State;
}

/** The fields that a step sees at the points of the grid, in tiles that each hold whole groups of members. */
export interface GridState {
  readonly tiles: readonly Tile[];
  readonly members: number;
}

/** Lanes of one field of a grid state. */
export interface FieldLanes {
  readonly values: DeviceArray<'f32'>;
  /** Lanes of a point. */
  readonly stride: number;
  /** The first member's lane. */
  readonly at: number;
}

/** U, V (m/s times cos(lat)), vorticity and geopotential perturbation. */
export type GridFieldName = 'u' | 'v' | 'vorticity' | 'phi';
const gridFields: readonly GridFieldName[] = ['u', 'v', 'vorticity', 'phi'];

/** The shallow-water equations in vorticity and divergence, prepared for one grid and truncation. */
export interface Model {
  readonly problem: ModelProblem;
  readonly tables: ModelTables;
  /** Members that one state may hold, descending. */
  readonly memberCounts: readonly number[];
  /** The state at the points of the grid. */
  toGrid(pass: Pass, state: State, members: number): GridState;
  /** Records one step; `work` has a pass for every stage. */
  recordStep(work: () => Pass, states: StepStates, members: number): readonly Pass[];
  release(): void;
}

export async function prepareModel(engine: Engine, problem: ModelProblem): Promise<Model> {
  const { truncation, grid } = problem;
  const kept = new Kept();
  try {
    const synthesis = kept.keep(await prepareSynthesis(engine, truncation + 1, grid));
    const analysis = kept.keep(await prepareAnalysis(engine, grid, truncation + 1));
    return modelOf(engine, { problem, tables: kept.keep(await modelTables(engine, problem)), synthesis, analysis }, kept);
  } catch (error) {
    kept.release();
    throw error;
  }
}

function modelOf(engine: Engine, parts: Parts, kept: Kept): Model {
  const { problem, tables, synthesis, analysis } = parts;
  const { maxBindingBytes } = engine.info;
  const lanes = tileLayout(problem.grid.points, maxLanes, maxBindingBytes)[0]?.[1] ?? 1;
  // Members of one group have five products each, and four fields.
  const most = Math.min(lanes, synthesis.mostApart(maxBindingBytes) / 4, analysis.mostApart(maxBindingBytes) / 5);
  return {
    problem,
    tables,
    memberCounts: [8, 4, 2, 1].filter((count) => count <= Math.max(1, most)),
    toGrid: (pass, state, members) => toGrid(parts, pass, state, members),
    recordStep: (work, states, members) => recordStep(parts, work, states, members),
    release: () => kept.release(),
  };
}

interface Parts {
  readonly problem: ModelProblem;
  readonly tables: ModelTables;
  readonly synthesis: Synthesis;
  readonly analysis: Analysis;
}

/** Members are 1, 2, 4 or 8, so that those of one field lie in one tile. */
export function lanesOf({ tiles, members }: GridState, name: GridFieldName): FieldLanes {
  const layer = gridFields.indexOf(name) * members;
  const tile = tiles.find(({ firstLayer, lanes }) => layer >= firstLayer && layer < firstLayer + lanes) as Tile;
  return { values: tile.values, stride: tile.lanes, at: layer - tile.firstLayer };
}

function toGrid({ problem, tables, synthesis }: Parts, pass: Pass, state: State, members: number): GridState {
  const coefficients = coefficientCount(problem.truncation + 1);
  const component = pass.allocate('f32', 8 * members * coefficients);
  const mean = pass.allocate('f32', Math.ceil(members / 2) * 8);
  const sourceCoefficients = coefficientCount(problem.truncation);
  const { neighbour, windFactor: factor } = tables;
  pass.run(components, { coefficients, members, sourceCoefficients, neighbour, factor, state, component, mean });
  return { tiles: synthesis.applyApart(pass, { coefficients: component, mean, layers: 4 * members }), members };
}

/** Products of all members, five layers each. */
function toProducts({ problem, tables }: Parts, pass: Pass, source: GridState): Tile[] {
  const { grid, scheme, shallowWater } = problem;
  const [u, v, vorticity, phi] = gridFields.map((name) => lanesOf(source, name)) as [FieldLanes, FieldLanes, FieldLanes, FieldLanes];
  const isExplicit = scheme === 'explicit';
  return tileLayout(grid.points, 5 * source.members, pass.maxBindingBytes).map(([firstLayer, lanes]) => {
    const product = pass.allocate('f32', grid.points * lanes);
    pass.run(products, {
      ...{ points: grid.points, lanes, members: source.members, firstLayer, stride: u.stride },
      ...{ uAt: u.at, vAt: v.at, vorticityAt: vorticity.at, phiAt: phi.at },
      ...{ meanPhi: isExplicit ? shallowWater.meanPhi : 0, phiShare: isExplicit ? 1 : 0 },
      ...{ u: u.values, v: v.values, vorticity: vorticity.values, phi: phi.values, geometry: tables.geometry, product },
    });
    return { values: product, firstLayer, lanes };
  });
}

function recordStep(parts: Parts, work: () => Pass, states: StepStates, members: number): Pass[] {
  const { source, target, one, two, first, second, middle } = states;
  // What a stage has no use for has matrices of zeros: any array will do.
  const stages: readonly Stage[] = [
    { at: source, base: source, first: source, middle: source, tendency: first, advanced: one },
    { at: one, base: source, first: source, middle: source, tendency: second, advanced: two },
    { at: two, base: one, first, middle: second, middleShare: 1, tendency: middle, advanced: two },
    { at: two, base: source, first, middle, tendency: second, advanced: target },
  ];
  return stages.map((stage, index) => recordStage(parts, work(), stage, index, members));
}

/** Arrays of one dispatch of `advance`; the tendency is that of the state `at`. */
interface Stage {
  readonly at: State;
  readonly base: State;
  readonly first: State;
  readonly middle: State;
  readonly middleShare?: number;
  readonly tendency: State;
  readonly advanced: State;
}

function recordStage(parts: Parts, pass: Pass, { at, middleShare = 0, ...states }: Stage, index: number, members: number): Pass {
  const { problem, tables, analysis } = parts;
  const { truncation } = problem;
  const spectra = analysis.applyApart(pass, toProducts(parts, pass, toGrid(parts, pass, at, members)));
  pass.run(advance, {
    ...{ coefficients: coefficientCount(truncation), members, productCoefficients: coefficientCount(truncation + 1) },
    ...{ schemeAt: tables.schemeAt, middleShare, place: tables.place, factor: tables.stageFactors[index] as DeviceArray<'f32'> },
    ...{ product: spectra.coefficients, ...states },
  });
  return pass;
}
