import { DteError } from '../../base/index.js';
import type { DeviceArray, Engine, Kernel, Pass } from '../../compute/index.js';
import { coordinateOnDevice } from '../generated/coordinates.js';
import { type Access, accessOf, gatherLayers, type LayeredField, layersFor, levelIndex } from '../generated/layers.js';
import { makeKernel } from '../generated/make-kernel.js';
import type { Formulas } from './compile.js';
import type { Reading } from './emit.js';
import { bindingsOf, formulaKernelText, type Group, groupOf, type Leaf, type LeafUse } from './formula-kernel.js';

/** Where the values of a step come from and go to, by the names of the formulas. */
export interface FormulaData {
  field(name: string): LayeredField;
  scalar(name: string): number;
  output(name: string): LayeredField;
}

/** Formulas compiled for fields as they lie on the device. */
export interface PreparedFormulas {
  /** Kernels that one step dispatches for each tile. */
  readonly kernels: number;
  record(pass: Pass, data: FormulaData): void;
  release(): void;
}

/** A group, with what was prepared for it. */
interface Ready {
  readonly group: Group;
  /** For each leaf and each layer of the result, the layer that is read. */
  readonly layers: readonly (readonly number[])[];
  /** By how the leaves lie. */
  readonly kernels: ReadonlyMap<string, Kernel>;
  readonly coordinates: Readonly<Record<string, DeviceArray<'f32'>>>;
  readonly levelOf: readonly (DeviceArray<'f32'> | undefined)[];
}

/** What the device binds in one kernel at most, where it says so; the least that WebGPU promises. */
const usualBindings = 8;

/**
 * Kernels for the formulas: results of the same points and levels are computed together, as many as the device can bind at once, and each
 * value is read once. Fields may be laid out otherwise later on, and lose or gain missing values, but not change grid or levels.
 * `input.field` for fields that do not go together.
 */
export async function prepareFormulas(engine: Engine, stem: string, formulas: Formulas, data: FormulaData): Promise<PreparedFormulas> {
  const leafOf = leafFinder(data);
  const ready: Ready[] = [];
  for (const group of groupsOf(engine, formulas, data, leafOf)) ready.push(await readyGroup(engine, stem, formulas, group, data, leafOf));
  return {
    kernels: ready.length,
    record: (pass, now) => {
      for (const group of ready) recordGroup(pass, group, now);
    },
    release: () => {
      for (const { coordinates, levelOf } of ready) for (const array of [...Object.values(coordinates), ...levelOf]) array?.release();
    },
  };
}

/** A field of one level is what it is at any level; of the others one level is read where one is asked for. */
function leafFinder(data: FormulaData): (reading: Reading) => Leaf {
  return ({ name, level, outerLevel }) => {
    const field = data.field(name);
    if (level !== undefined) levelIndex(field, level);
    const wanted = field.levels.length === 1 ? undefined : (level ?? outerLevel);
    return { name, level: wanted, key: wanted === undefined ? name : `${name}[${wanted}]` };
  };
}

function groupsOf(engine: Engine, formulas: Formulas, data: FormulaData, leafOf: (reading: Reading) => Leaf): readonly Group[] {
  const most = engine.shared?.device.limits.maxStorageBuffersPerShaderStage ?? (engine.info.executor === 'cpu' ? 64 : usualBindings);
  const groups: Group[] = [];
  for (const name of formulas.outputs) {
    const alike = groups.findLastIndex(({ outputs }) => isAlike(data.output(outputs[0] as string), data.output(name)));
    const joined = alike < 0 ? undefined : groupOf(formulas, [...(groups[alike] as Group).outputs, name], leafOf);
    if (joined !== undefined && bindingsOf(joined) <= most) {
      groups[alike] = joined;
      continue;
    }
    const alone = groupOf(formulas, [name], leafOf);
    if (bindingsOf(alone) > most) {
      throw new DteError('limit.binding', `'${name}' takes ${bindingsOf(alone)} arrays; this device binds ${most} in one kernel`, {
        hint: 'keep parts of it as outputs of an expression before it',
      });
    }
    groups.push(alone);
  }
  return groups;
}

function isAlike(a: LayeredField, b: LayeredField): boolean {
  return (
    a.levels.length === b.levels.length &&
    a.field.layers.length === b.field.layers.length &&
    a.levels.every((level, index) => level === b.levels[index])
  );
}

async function readyGroup(
  engine: Engine,
  stem: string,
  formulas: Formulas,
  group: Group,
  data: FormulaData,
  leafOf: (reading: Reading) => Leaf,
): Promise<Ready> {
  const output = data.output(group.outputs[0] as string);
  const layers = group.leaves.map(({ name, level }) => layersFor(data.field(name), output, level));
  const kernels = new Map<string, Kernel>();
  const general: readonly LeafUse[] = group.leaves.map(() => ({ kind: 'own', mayBeMissing: true }));
  const asTheyLie = output.field.tiles.map((tile) =>
    group.leaves.map((leaf, index) => useOf(data.field(leaf.name), layers[index] as readonly number[], tile)),
  );
  for (const uses of [...asTheyLie, general]) {
    const key = keyOf(uses);
    if (!kernels.has(key)) kernels.set(key, await makeKernel(engine, formulaKernelText(stem, formulas, group, leafOf, uses)));
  }
  const coordinates: Record<string, DeviceArray<'f32'>> = {};
  for (const name of group.coordinates) coordinates[name] = await coordinateOnDevice(engine, output.grid, name);
  const levelOf: (DeviceArray<'f32'> | undefined)[] = [];
  for (const { firstLayer, lanes } of output.field.tiles) {
    const levels = Float32Array.from({ length: lanes }, (_, lane) => output.levels[(firstLayer + lane) % output.levels.length] as number);
    levelOf.push(group.readsLevel ? await engine.upload('f32', levels) : undefined);
  }
  return { group, layers, kernels, coordinates, levelOf };
}

type TilePlace = { readonly firstLayer: number; readonly lanes: number };

function accessIn(field: LayeredField, layers: readonly number[], { firstLayer, lanes }: TilePlace): Access | undefined {
  return accessOf(field, layers.slice(firstLayer, firstLayer + lanes));
}

/** Layers that no tile holds side by side are brought together first. */
function useOf(field: LayeredField, layers: readonly number[], tile: TilePlace): LeafUse {
  return { kind: accessIn(field, layers, tile)?.kind ?? 'own', mayBeMissing: field.field.mayBeMissing };
}

function keyOf(uses: readonly LeafUse[]): string {
  return uses.map(({ kind, mayBeMissing }) => `${kind}${mayBeMissing ? '?' : ''}`).join(' ');
}

function recordGroup(pass: Pass, { group, layers, kernels, coordinates, levelOf }: Ready, data: FormulaData): void {
  const first = data.output(group.outputs[0] as string);
  for (const [index, tile] of first.field.tiles.entries()) {
    const { lanes, firstLayer } = tile;
    const args: Record<string, unknown> = { points: first.grid.points, lanes, ...coordinates, levelOf: levelOf[index] };
    const fields = group.leaves.map(({ name }) => data.field(name));
    const uses = fields.map((field, leaf) => useOf(field, layers[leaf] as readonly number[], tile));
    const kernel = kernels.get(keyOf(uses)) ?? (kernels.get(keyOf(uses.map(() => ({ kind: 'own', mayBeMissing: true })))) as Kernel);
    for (const [leaf, field] of fields.entries()) {
      const wanted = layers[leaf] as readonly number[];
      const access = accessIn(field, wanted, tile);
      const isLane = `x${leaf}Lanes` in kernel.params;
      if (access?.kind === 'lane' && isLane)
        Object.assign(args, { [`x${leaf}`]: access.values, [`x${leaf}Lanes`]: access.lanes, [`x${leaf}Lane`]: access.lane });
      else
        args[`x${leaf}`] = access?.kind === 'own' ? access.values : gatherLayers(pass, field, wanted.slice(firstLayer, firstLayer + lanes));
    }
    for (const [scalar, name] of group.scalars.entries()) args[`s${scalar}`] = data.scalar(name);
    for (const [output, name] of group.outputs.entries()) args[`y${output}`] = data.output(name).field.tiles[index]?.values;
    pass.run(kernel, args as never);
  }
}
