import { fileURLToPath } from 'node:url';
import { gridFromSpec } from '../../src/atlas/index.js';
import { type Context, DteError, type LogData } from '../../src/base/index.js';
import { nodeContext, packageRoot } from '../../src/base/node.js';
import { type Engine, missingValue } from '../../src/compute/index.js';
import { processLoader, workerLoader } from '../../src/plume/isolated/loaders.js';
import type { FieldHandle, OutputHandle, Plugin, PluginContext, PluginData, PluginSpec } from '../../src/plume/index.js';

export const pluginFolder = `${fileURLToPath(packageRoot())}test/plume/plugins/`;

export type Kind = 'worker' | 'process';

/** A context that keeps what is logged, and whose clock is moved by hand. */
export interface Watched {
  readonly context: Context;
  readonly logged: { readonly event: string; readonly data: LogData }[];
  readonly clock: { ms: number };
}

export function watched(): Watched {
  const logged: Watched['logged'] = [];
  const clock = { ms: 0 };
  const log = (event: string, data: LogData = {}): void => void logged.push({ event, data });
  const context = {
    ...nodeContext(),
    log: { debug: log, info: log, warn: log, error: log },
    clock: { now: () => 0, elapsedMs: () => clock.ms },
  };
  return { context, logged, clock };
}

export function specOf(kind: Kind, coreConfig: Readonly<Record<string, unknown>>, rest: Partial<PluginSpec> = {}): PluginSpec {
  return {
    name: 'p',
    kind,
    lib: 'behave.mjs',
    groups: [],
    coreConfig,
    timeoutMs: 20_000,
    onError: 'disable',
    failures: 3,
    every: 1,
    order: 0,
    after: [],
    memoryMiB: undefined,
    restarts: 0,
    folder: pluginFolder,
    where: {},
    ...rest,
  };
}

/** Two levels of five lanes each are two tiles; one value of `u` is missing. */
export const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const grid = gridFromSpec({ grid: [120, 60] });
export const points = grid.points;

export function uAt(step: number, layer: number, point: number): number {
  return layer === 1 && point === 2 ? missingValue : step + layer + point / 8;
}

/** A model of one field `u` and one number NSTEP, with a plugin beside it. */
export interface Stage {
  readonly plugin: Plugin;
  readonly notices: { readonly event: string; readonly data: LogData }[];
  readonly scalars: Map<string, unknown>;
  setup(): Promise<void>;
  /** New values of `u` for a step; without it they stay. */
  update(step: number): Promise<void>;
  run(step: number): Promise<void>;
  teardown(): Promise<void>;
  /** The output, `[layers][points]`. */
  twice(): Promise<readonly (readonly number[])[]>;
}

export async function stageOf(engine: Engine, context: Context, spec: PluginSpec): Promise<Stage> {
  const plugin = await (spec.kind === 'worker' ? workerLoader : processLoader).load(spec, { engine, context });
  const u = await newHandle(engine, 'u', (layer, point) => uAt(0, layer, point));
  const twice = { ...(await newHandle(engine, 'twice', () => missingValue)), plugin: 'p' };
  const [notices, scalars]: [Stage['notices'], Map<string, unknown>] = [[], new Map()];
  const contextOf = (step: number): PluginContext => ({
    engine,
    context,
    plugin: spec.name,
    step,
    coreConfig: spec.coreConfig,
    outputs: { twice },
    set: (name, value) => {
      if (name !== 'sum') throw new DteError('input.plugin', `'${name}' is none of its outputs`);
      scalars.set(name, value);
    },
    notify: (event, data) => void notices.push({ event, data }),
  });
  let current = 0;
  const data = (): PluginData => dataOf(u, () => current);
  return {
    plugin,
    notices,
    scalars,
    setup: async () => await plugin.setup?.(contextOf(0), data()),
    update: async (step) => {
      await fill(engine, u, (layer, point) => uAt(step, layer, point));
      u.version++;
    },
    run: async (step) => {
      current = step;
      await plugin.run?.(contextOf(step), data());
    },
    teardown: async () => await plugin.teardown?.(contextOf(current)),
    twice: async () => await layersOf(engine, twice),
  };
}

type Handle = { -readonly [K in keyof FieldHandle]: FieldHandle[K] };

async function newHandle(engine: Engine, name: string, value: (layer: number, point: number) => number): Promise<Handle> {
  const layers = levels.map((level) => ({ level }));
  const tiles = [5, 5].map((lanes, index) => ({ values: engine.allocate('f32', points * lanes), firstLayer: 5 * index, lanes }));
  const field = { grid, layers, tiles, mayBeMissing: true };
  const handle = { name, shortName: name, levtype: 'ml', levels, grid, field, version: 1, updated: true };
  await fill(engine, handle, value);
  return handle;
}

async function fill(engine: Engine, { field }: FieldHandle, value: (layer: number, point: number) => number): Promise<void> {
  await engine.run((pass) => {
    for (const { values, firstLayer, lanes } of field.tiles) {
      const data = Float64Array.from({ length: points * lanes }, (_, index) =>
        value(firstLayer + (index % lanes), Math.floor(index / lanes)),
      );
      pass.copy(pass.upload('f32', data), values, 0);
    }
  });
}

async function layersOf(engine: Engine, { field }: FieldHandle | OutputHandle): Promise<number[][]> {
  const parts = await engine.read(...field.tiles.map(({ values }) => values));
  return field.layers.map((_, layer) => {
    const lane = layer % 5;
    return Array.from({ length: points }, (_, point) => parts[Math.floor(layer / 5)]?.[point * 5 + lane] as number);
  });
}

function dataOf(u: FieldHandle, nstep: () => number): PluginData {
  const none = (): never => {
    throw new Error('not asked for');
  };
  return {
    params: [
      { name: 'u', type: 'ATLAS_FIELD', available: 'on-request' },
      { name: 'NSTEP', type: 'INT', available: 'always' },
    ],
    has: (name) => ['u', 'NSTEP'].includes(name),
    int: nstep,
    bool: none,
    float: none,
    double: none,
    string: none,
    field: () => u,
    isUpdated: () => true,
  };
}
