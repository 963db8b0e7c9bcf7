import type { Tile } from '../../atlas/index.js';
import { DteError, isDteError } from '../../base/index.js';
import type { DeviceArray, Engine, Kernel, Pass } from '../../compute/index.js';
import { copyLanes } from '../copy-lanes.js';
import { coordinateOnDevice } from '../generated/coordinates.js';
import { accessOf, gatherLayers, type LayeredField, layersFor, membersOf } from '../generated/layers.js';
import { makeKernel } from '../generated/make-kernel.js';
import { type KernelCode, kernelCode, type PluginKernel } from './kernel-code.js';
import { lineOf } from './shader-text.js';

/** Where the values of a step come from and go to, by the names of the code. */
export interface KernelData {
  field(name: string): LayeredField;
  scalar(name: string): number;
  output(name: string): LayeredField;
}

/** A plugin's kernel, compiled; no field has been seen. */
export interface CompiledKernel {
  readonly plugin: PluginKernel;
  readonly code: KernelCode;
  readonly kernel: Kernel;
}

/** A kernel bound to fields. */
export interface PreparedKernel {
  record(pass: Pass, data: KernelData): void;
  release(): void;
}

/**
 * Compiles a plugin's kernel. `input.plugin` with the line of the plugin's own text where the device refuses it; `absent.device` when it has
 * no host twin and the engine is the CPU executor.
 */
export async function compileKernel(engine: Engine, plugin: PluginKernel): Promise<CompiledKernel> {
  const code = kernelCode(plugin);
  if (engine.info.executor === 'cpu' && plugin.cpu === undefined) {
    throw new DteError('absent.device', `${plugin.stem} has no host twin: it needs a GPU, and the engine is ${engine.info.name}`, {
      hint: "use --device gpu or software, or give the kernel its computation in JavaScript, too ('cpu:')",
    });
  }
  try {
    return { plugin, code, kernel: await makeKernel(engine, code.text) };
  } catch (error) {
    throw inOwnLines(error, plugin, code);
  }
}

/** The compiler's line is one of the whole shader. */
function inOwnLines(error: unknown, { wgsl, stem }: PluginKernel, { linesBefore }: KernelCode): unknown {
  if (!isDteError(error, 'fault.kernel') || error.where.line === undefined) return error;
  const line = error.where.line - linesBefore;
  const isOwn = error.where.file === stem && line > 0;
  // Dawn's first line says it; the others list every overload of an operator.
  const said = (error.reason.split('\n')[0] as string).trim();
  const reason = isOwn ? said : `${said}: a name of an input, output, scalar or constant may be a word of WGSL`;
  return new DteError('input.plugin', reason, { where: isOwn ? lineOf(wgsl, line) : lineOf(wgsl, 1), cause: error });
}

/** Coordinates and levels on the device for the fields that the kernel will meet. `input.field` when they do not go together. */
export async function prepareKernel(engine: Engine, compiled: CompiledKernel, data: KernelData): Promise<PreparedKernel> {
  const { plugin, code } = compiled;
  const first = data.output(plugin.outputs[0] as string);
  const constant: Record<string, DeviceArray<'f32'>> = {};
  for (const name of code.coordinates) constant[`${name}Of`] = await coordinateOnDevice(engine, first.grid, name);
  for (const name of code.levelInputs) {
    constant[`l${plugin.inputs.indexOf(name)}`] = await engine.upload('f32', Float32Array.from(data.field(name).levels));
  }
  const tileLevels: DeviceArray<'f32'>[] = [];
  if (code.readsLevel) for (const tile of first.field.tiles) tileLevels.push(await engine.upload('f32', levelsOf(first, tile)));
  checkOutputs(plugin, data);
  const record = plugin.over === 'values' ? recordValues : recordPoints;
  return {
    record: (pass, now) => record(pass, compiled, now, constant, tileLevels),
    release: () => {
      for (const array of [...Object.values(constant), ...tileLevels]) array.release();
    },
  };
}

function levelsOf({ levels }: LayeredField, { firstLayer, lanes }: Tile): Float32Array {
  return Float32Array.from({ length: lanes }, (_, lane) => levels[(firstLayer + lane) % levels.length] as number);
}

function checkOutputs({ outputs, over, stem }: PluginKernel, data: KernelData): void {
  const first = data.output(outputs[0] as string);
  for (const name of outputs.slice(1)) {
    const other = data.output(name);
    const isAlike = over === 'values' ? other.field.layers.length === first.field.layers.length : membersOf(other) === membersOf(first);
    if (other.grid.hash === first.grid.hash && isAlike) continue;
    throw new DteError(
      'input.plugin',
      `outputs '${first.name}' and '${name}' of ${stem} have different points or ${over === 'values' ? 'levels' : 'members'}`,
      {
        hint: over === 'values' ? 'over values one invocation sets them together; use two kernels, or over: points' : 'use two kernels',
      },
    );
  }
}

type Constant = Readonly<Record<string, DeviceArray<'f32'>>>;

function scalarsOf({ scalars }: PluginKernel, data: KernelData): Record<string, unknown> {
  return Object.fromEntries([...scalars.keys()].map((name, index) => [`s${index}`, data.scalar(name)]));
}

function recordValues(
  pass: Pass,
  { plugin, kernel }: CompiledKernel,
  data: KernelData,
  constant: Constant,
  tileLevels: readonly DeviceArray<'f32'>[],
): void {
  const first = data.output(plugin.outputs[0] as string);
  const layers = plugin.inputs.map((name) => layersFor(data.field(name), first));
  for (const [tile, { firstLayer, lanes }] of first.field.tiles.entries()) {
    const args: Record<string, unknown> = {
      points: first.grid.points,
      lanes,
      ...constant,
      levelOf: tileLevels[tile],
      ...scalarsOf(plugin, data),
    };
    for (const [index, name] of plugin.inputs.entries()) {
      const field = data.field(name);
      const wanted = (layers[index] as readonly number[]).slice(firstLayer, firstLayer + lanes);
      const access = accessOf(field, wanted) ?? { kind: 'own', values: gatherLayers(pass, field, wanted) };
      const [width, lane, step] = access.kind === 'own' ? [lanes, 0, 1] : [access.lanes, access.lane, 0];
      Object.assign(args, { [`x${index}`]: access.values, [`x${index}Lanes`]: width, [`x${index}Lane`]: lane, [`x${index}Step`]: step });
    }
    for (const [index, name] of plugin.outputs.entries()) args[`y${index}`] = data.output(name).field.tiles[tile]?.values;
    pass.run(kernel, args as never);
  }
}

/** Member by member: the levels of one lie side by side, or are brought together. */
function recordPoints(pass: Pass, { plugin, kernel }: CompiledKernel, data: KernelData, constant: Constant): void {
  const first = data.output(plugin.outputs[0] as string);
  const { points } = first.grid;
  for (let member = 0; member < membersOf(first); member++) {
    const args: Record<string, unknown> = { points, ...constant, ...scalarsOf(plugin, data) };
    const place = (name: string, column: Column, levels: number): void => {
      Object.assign(args, {
        [name]: column.values,
        [`${name}Lanes`]: column.lanes,
        [`${name}Lane`]: column.lane,
        [`${name}Levels`]: levels,
      });
    };
    for (const [index, name] of plugin.inputs.entries()) {
      const field = data.field(name);
      checkGrid(field, first);
      const own = membersOf(field) === 1 ? 0 : member;
      place(`x${index}`, columnOf(field, own) ?? gatheredColumn(pass, field, own), field.levels.length);
    }
    const apart: (() => void)[] = [];
    for (const [index, name] of plugin.outputs.entries()) {
      const field = data.output(name);
      const levels = field.levels.length;
      const column = columnOf(field, member) ?? { values: pass.allocate('f32', points * levels), lanes: levels, lane: 0 };
      place(`y${index}`, column, levels);
      if (columnOf(field, member) === undefined) apart.push(() => scatterColumn(pass, column.values, field, member));
    }
    pass.run(kernel, args as never);
    for (const scatter of apart) scatter();
  }
}

/** The levels of one member of a field: `values[point * lanes + lane + level]`. */
interface Column {
  readonly values: DeviceArray<'f32'>;
  readonly lanes: number;
  readonly lane: number;
}

function columnOf({ field, levels }: LayeredField, member: number): Column | undefined {
  const start = member * levels.length;
  const tile = field.tiles.find(({ firstLayer, lanes }) => start >= firstLayer && start + levels.length <= firstLayer + lanes);
  return tile === undefined ? undefined : { values: tile.values, lanes: tile.lanes, lane: start - tile.firstLayer };
}

function gatheredColumn(pass: Pass, field: LayeredField, member: number): Column {
  const lanes = field.levels.length;
  const layers = Array.from({ length: lanes }, (_, level) => member * lanes + level);
  return { values: gatherLayers(pass, field, layers), lanes, lane: 0 };
}

function scatterColumn(pass: Pass, source: DeviceArray<'f32'>, { field, levels, grid }: LayeredField, member: number): void {
  const start = member * levels.length;
  for (const { values, firstLayer, lanes } of field.tiles) {
    const from = Math.max(start, firstLayer);
    const count = Math.min(start + levels.length, firstLayer + lanes) - from;
    if (count <= 0) continue;
    const places = { sourceLanes: levels.length, sourceStart: from - start, targetLanes: lanes, targetStart: from - firstLayer };
    pass.run(copyLanes, { points: grid.points, count, ...places, source, copied: values });
  }
}

function checkGrid(field: LayeredField, output: LayeredField): void {
  const members = membersOf(field);
  if (field.grid.hash === output.grid.hash && (members === 1 || members === membersOf(output))) return;
  throw new DteError(
    'input.field',
    `'${field.name}' and '${output.name}' have different ${field.grid.hash === output.grid.hash ? 'members' : 'grids'}`,
  );
}
