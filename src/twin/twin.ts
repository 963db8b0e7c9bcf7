import { type Field, type Grid, maxLanes } from '../atlas/index.js';
import { DteError } from '../base/index.js';
import type { DeviceArray, Engine, Pass } from '../compute/index.js';
import { fieldOfApart, prepareSynthesis, prepareWindSynthesis, type Synthesis, type WindSynthesis } from '../spectral/index.js';
import { type Diffusion, radius } from './cases/index.js';
import { type Diagnostics, diagnosticsOf, type RowTables, recordRowSums, rowTables } from './diagnostics.js';
import { initialState, memberStates } from './initial-state.js';
import { Kept } from './kept.js';
import { type Model, prepareModel, type State, type StepStates } from './model.js';
import { checkOptions, type TwinOptions } from './options.js';
import { stableSeconds } from './stable-step.js';
import type { SchemeName } from './time-scheme.js';
import { WorkMemory } from './work-memory.js';

/** A member of the ensemble as a layer of a field. */
export interface TwinLayer {
  /** 0: not perturbed; 1 and on: perturbed. */
  readonly number: number;
}

/** Fields of all members as layers. The caller gives them back with `releaseField`, or leaves them to the pass. */
export interface TwinFields {
  /** Relative vorticity and divergence, 1/s. */
  readonly vo: Field<TwinLayer>;
  readonly d: Field<TwinLayer>;
  /** Wind towards east and north, m/s. */
  readonly u: Field<TwinLayer>;
  readonly v: Field<TwinLayer>;
  /** Geopotential of the free surface, m^2/s^2. */
  readonly z: Field<TwinLayer>;
  /** Vorticity, divergence and geopotential as coefficients of spherical harmonics. */
  readonly spectral: { readonly vo: Field<TwinLayer>; readonly d: Field<TwinLayer>; readonly z: Field<TwinLayer> };
}

/** What a twin was made with. */
export interface TwinDescription {
  readonly case: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly truncation: number;
  readonly grid: Grid;
  readonly members: number;
  readonly seed: number;
  readonly perturbation: number;
  readonly stepSeconds: number;
  readonly scheme: SchemeName;
  readonly diffusion: Diffusion | undefined;
}

/** Members that step together. */
interface Group {
  readonly members: number;
  readonly firstNumber: number;
  readonly states: readonly [State, State];
  /** Recordings of a step from state 0 to 1 and back. */
  readonly steps: readonly [readonly Pass[], readonly Pass[]];
}

interface Prepared {
  readonly engine: Engine;
  readonly model: Model;
  readonly groups: readonly Group[];
  /** All that holds memory of the device. */
  readonly kept: Kept;
  readonly rows: RowTables;
  readonly synthesis: Synthesis;
  readonly wind: WindSynthesis;
  readonly mean: DeviceArray<'f32'>;
  readonly none: DeviceArray<'f32'>;
}

/** A shallow-water model on the sphere whose state lies on the device. `createTwin` makes it, `close` ends it. */
export class Twin {
  readonly description: TwinDescription;
  readonly #prepared: Prepared;
  #steps = 0;
  #closed = false;
  #stepping = false;

  constructor(description: TwinDescription, prepared: Prepared) {
    this.description = description;
    this.#prepared = prepared;
  }

  /** Steps done. */
  get steps(): number {
    return this.#steps;
  }

  /** Time since the initial state. */
  get timeSeconds(): number {
    return this.#steps * this.description.stepSeconds;
  }

  /**
   * Goes on by `count` steps. Errors: `input.option` for the count, `input.state` after `close` or while another call is under way,
   * `fault.cancelled`; after an error the twin stands at the last whole portion of steps.
   */
  async step(count = 1): Promise<void> {
    if (!Number.isInteger(count) || count < 0) {
      throw new DteError('input.option', `count is ${count}`, { hint: 'give a number of steps, 0 or more', where: { option: 'count' } });
    }
    this.#checkOpen('step');
    if (this.#stepping) throw new DteError('input.state', 'step was called while an earlier step is under way', { hint: 'await it first' });
    this.#stepping = true;
    try {
      const { engine, groups } = this.#prepared;
      for (let left = count; left > 0; ) {
        const portion = Math.min(left, this.#stepsPerRun());
        await engine.run((pass) => {
          for (let step = 0; step < portion; step++) recordSteps(pass, groups, (this.#steps + step) % 2);
        });
        this.#steps += portion;
        left -= portion;
      }
    } finally {
      this.#stepping = false;
    }
  }

  /** Records the fields of the present time: `engine.run((pass) => twin.fields(pass))`. Errors: `input.state` after `close`. */
  fields(pass: Pass): TwinFields {
    this.#checkOpen('fields');
    const { synthesis, wind } = this.#prepared;
    const spectral = { vo: this.#spectral(pass, 0), d: this.#spectral(pass, 1), z: this.#spectral(pass, 2) };
    const { u, v } = wind.apply(pass, spectral.vo, spectral.d);
    const grid = (field: Field<TwinLayer>): Field<TwinLayer> => synthesis.apply(pass, field);
    return { vo: grid(spectral.vo), d: grid(spectral.d), u, v, z: grid(spectral.z), spectral };
  }

  /**
   * Integrals and extremes of every member; a few numbers of every row come back to the host. Errors: `limit.range` when the model has
   * become unstable, `input.state` after `close`.
   */
  async diagnostics(): Promise<readonly Diagnostics[]> {
    this.#checkOpen('diagnostics');
    const { engine, model, groups, rows } = this.#prepared;
    const now = this.#steps % 2;
    const timeSeconds = this.timeSeconds;
    const recorded = await engine.run((pass) =>
      groups.map(({ members, states }) => recordRowSums(pass, model, rows, model.toGrid(pass, states[now] as State, members))),
    );
    const read = await engine.read(...recorded.flatMap(({ sums, places }) => [sums, places]));
    for (const { sums, places } of recorded) for (const array of [sums, places]) array.release();
    return groups.flatMap(({ members, firstNumber }, index) => {
      const [sums, places] = [read[2 * index] as Float32Array, read[2 * index + 1] as Uint32Array];
      return diagnosticsOf(model, rows, { sums, places, members, firstNumber }, timeSeconds);
    });
  }

  /** Gives the device's memory back. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#prepared.kept.release();
  }

  #spectral(pass: Pass, index: 0 | 1 | 2): Field<TwinLayer> {
    const { groups, mean, none } = this.#prepared;
    const now = this.#steps % 2;
    const fields = groups.map(({ members, firstNumber, states }) =>
      fieldOfApart(
        pass,
        this.description.truncation,
        { coefficients: states[now] as State, mean: index === 2 ? mean : none, layers: 3 * members },
        { first: index * members, names: Array.from({ length: members }, (_, member) => ({ number: firstNumber + member })) },
      ),
    );
    return joined(fields);
  }

  #stepsPerRun(): number {
    const dispatches = this.#prepared.groups.reduce(
      (sum, { steps: [there] }) => sum + there.reduce((all, { steps }) => all + steps.length, 0),
      0,
    );
    return Math.max(1, Math.floor(dispatchesPerRun / dispatches));
  }

  #checkOpen(call: string): void {
    if (this.#closed)
      throw new DteError('input.state', `${call} was called after the twin was closed`, { hint: 'make a new one with createTwin' });
  }
}

/** Long submits block a device that others share, and a call that is to be cancelled. */
const dispatchesPerRun = 512;

function recordSteps(pass: Pass, groups: readonly Group[], from: number): void {
  for (const { steps } of groups) for (const stage of steps[from] as readonly Pass[]) pass.steps.push(...stage.steps);
}

/** Layers of several fields on one grid as one field. */
function joined<Layer>(fields: readonly Field<Layer>[]): Field<Layer> {
  const [first] = fields as [Field<Layer>];
  let firstLayer = 0;
  const tiles = fields.flatMap(({ tiles: own, layers }) => {
    const moved = own.map((tile) => ({ ...tile, firstLayer: tile.firstLayer + firstLayer }));
    firstLayer += layers.length;
    return moved;
  });
  return { grid: first.grid, layers: fields.flatMap(({ layers }) => layers), tiles, mayBeMissing: false };
}

/**
 * Makes a shallow-water model with its initial state on the engine's device. Errors: `input.option` for an option out of range,
 * `input.grid`, `unsupported.grid` for a grid that is not a global Gaussian one, `limit.memory` for more members than there is room for.
 */
export async function createTwin(engine: Engine, options: TwinOptions = {}): Promise<Twin> {
  const { kind, caseName, diffusion: given, stepSeconds, ...checked } = checkOptions(options);
  const { truncation, grid, members, scheme } = checked;
  const shallowWater = kind.make(checked.parameters);
  const diffusion = given === 'none' ? undefined : (given ?? shallowWater.diffusion);
  const state = await initialState(engine, shallowWater, grid, truncation);
  const perturbation = members > 1 ? checked.perturbation : 0;
  const seconds = stepSeconds ?? stableSeconds({ truncation, scheme, state, perturbation });
  const kept = new Kept();
  try {
    const model = kept.keep(await prepareModel(engine, { shallowWater, truncation, grid, seconds, scheme, diffusion }));
    const memories = { memory: kept.keep(new WorkMemory(engine)), kept: kept.keep(new WorkMemory(engine)) };
    const groups: Group[] = [];
    for (let first = 0; first < members; ) {
      const count = model.memberCounts.find((size) => size <= members - first) ?? 1;
      const values = memberStates(state, first, count, checked);
      const states = [kept.keep(await engine.upload('f32', values)), kept.keep(engine.allocate('f32', values.length))] as const;
      groups.push(recordGroup(model, memories, states, { firstNumber: first, members: count }));
      first += count;
    }
    const means = new Float64Array(3 * Math.max(members, maxLanes));
    const prepared: Prepared = {
      ...{ engine, model, groups, kept },
      rows: kept.keep(await rowTables(engine, model.problem)),
      synthesis: kept.keep(await prepareSynthesis(engine, truncation, grid)),
      wind: kept.keep(await prepareWindSynthesis(engine, truncation, grid, { radius })),
      mean: kept.keep(
        await engine.upload(
          'f32',
          means.map(() => shallowWater.meanPhi),
        ),
      ),
      none: kept.keep(await engine.upload('f32', means)),
    };
    return new Twin({ case: caseName, ...checked, stepSeconds: seconds, diffusion }, prepared);
  } catch (error) {
    kept.release();
    throw error;
  }
}

/** A group's states, and the recordings that step them there and back. */
function recordGroup(
  model: Model,
  { memory, kept }: { readonly memory: WorkMemory; readonly kept: WorkMemory },
  states: readonly [State, State],
  group: Pick<Group, 'firstNumber' | 'members'>,
): Group {
  const [source, target] = states;
  const pass = kept.nextPass();
  const array = (): State => pass.allocate('f32', source.length);
  const between = { one: array(), two: array(), first: array(), second: array(), middle: array() };
  const record = (ends: Pick<StepStates, 'source' | 'target'>): readonly Pass[] =>
    model.recordStep(() => memory.nextPass(), { ...ends, ...between }, group.members);
  return { ...group, states, steps: [record({ source, target }), record({ source: target, target: source })] };
}
