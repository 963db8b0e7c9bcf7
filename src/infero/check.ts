import { DteError, nearestWord } from '../base/index.js';
import type { Field } from '../atlas/index.js';
import { DeviceArray, type Engine } from '../compute/index.js';
import { axesOf, maxAxes } from './reorder.js';
import { countOf, hostTypeName, hostTypes, isDeviceType, shapeText } from './tensor-types.js';
import type { HostValues, InferOptions, TensorArgument, TensorInfo, TensorLayout } from './types.js';

type Arguments = Readonly<Record<string, TensorArgument>>;

/** Everything that a run is given, found to fit the model. */
export interface CheckedRun {
  readonly inputs: readonly CheckedTensor[];
  readonly outputs: readonly CheckedOutput[];
}

/** A tensor that was given: a GPU buffer has become an array of the engine. */
export interface GivenTensor {
  readonly values: DeviceArray | HostValues;
  readonly shape: readonly number[];
  readonly layout: TensorLayout;
}

export interface CheckedTensor {
  readonly info: TensorInfo;
  readonly given: GivenTensor;
}

export interface CheckedOutput {
  readonly info: TensorInfo;
  /** Memory for the output; undefined where it is to be made. */
  readonly given: GivenTensor | undefined;
}

/** Open extents of a run by name, each with the tensor that first had it. */
type Extents = Map<string, { readonly extent: number; readonly name: string }>;

/** A model's inputs and outputs, and the engine whose memory its tensors may lie in. */
export interface Checked {
  readonly engine: Engine;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** Holds a run's arguments against the model, before anything is computed. Errors: `input.tensor`, `input.state`. */
export function checkRun({ engine, inputs, outputs }: Checked, given: Arguments, options: InferOptions): CheckedRun {
  checkNames('input', inputs, Object.keys(given));
  for (const { name } of inputs) if (given[name] === undefined) refuse(`input '${name}' is not given`, wantedText(inputs));
  const extents: Extents = new Map();
  const checked = inputs.map((info) => checkTensor(engine, `input '${info.name}'`, info, given[info.name] as TensorArgument, extents));
  const asked = askedOutputs(outputs, options).map((info) => {
    const memory = options.outputs?.[info.name];
    if (memory === undefined) checkPlace(info, options);
    return { info, given: memory === undefined ? undefined : checkTensor(engine, `output '${info.name}'`, info, memory, extents).given };
  });
  checkApart(engine, checked, asked);
  return { inputs: checked, outputs: asked };
}

function askedOutputs(outputs: readonly TensorInfo[], { only, outputs: memory = {} }: InferOptions): readonly TensorInfo[] {
  const names = only ?? outputs.map(({ name }) => name);
  checkNames('output', outputs, names);
  checkNames('output', outputs, Object.keys(memory));
  for (const name of Object.keys(memory)) {
    if (!names.includes(name)) refuse(`memory is given for output '${name}', which is not asked for`, 'add it to the outputs asked for');
  }
  if (names.length === 0) refuse('no output is asked for', wantedText(outputs));
  return outputs.filter(({ name }) => names.includes(name));
}

/** Whether an output that is to be made can be had as it is wanted. */
function checkPlace({ name, type, shape }: TensorInfo, { place, layout }: InferOptions): void {
  if (place === 'device' && !isDeviceType(type))
    refuse(`output '${name}' is ${type}, which the device has no arrays of`, "ask for place 'host'");
  checkLayout(
    `output '${name}'`,
    layout,
    shape.map((extent) => extent ?? 2),
  );
}

function checkLayout(tensor: string, layout: TensorLayout | undefined, shape: readonly number[]): void {
  if (layout === undefined || layout === 'row-major') return;
  if (layout !== 'column-major') refuse(`${tensor} has the layout '${layout as string}'`, 'layouts are row-major and column-major');
  const axes = axesOf(shape).length;
  if (axes > maxAxes) {
    refuse(`${tensor} has ${axes} axes of more than one element in column-major layout`, `layouts of up to ${maxAxes} are changed`);
  }
}

function checkNames(kind: 'input' | 'output', infos: readonly TensorInfo[], names: readonly string[]): void {
  const known = infos.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (!known.includes(name)) {
      const near = nearestWord(name, known);
      refuse(`the model has no ${kind} '${name}'`, near === undefined ? wantedText(infos) : `did you mean '${near}'?`);
    }
    if (names.indexOf(name) !== index) refuse(`${kind} '${name}' is named twice`, 'name it once');
  }
}

function checkTensor(engine: Engine, tensor: string, info: TensorInfo, given: TensorArgument, extents: Extents): CheckedTensor {
  const { shape, layout = 'row-major' } = given;
  checkShape(tensor, info, shape, extents);
  checkLayout(tensor, layout, shape);
  const values = checkValues(engine, tensor, info, given);
  if (layout === 'column-major' && values instanceof DeviceArray && values.type !== 'f32') {
    refuse(`${tensor} is a device array of ${values.type} in column-major layout`, 'on the device the layout of f32 alone is changed');
  }
  return { info, given: { values, shape, layout } };
}

function checkShape(tensor: string, info: TensorInfo, shape: readonly number[], extents: Extents): void {
  const wanted = (): string => `the model has ${shapeText(info.shape, info.symbols)}`;
  if (!Array.isArray(shape) || shape.some((extent) => !Number.isInteger(extent) || extent < 1)) {
    refuse(`${tensor} has the shape ${shapeText(shape)}`, 'extents are whole numbers from 1');
  }
  if (shape.length !== info.shape.length) refuse(`${tensor} has rank ${shape.length}, shape ${shapeText(shape)}`, wanted());
  for (const [index, extent] of info.shape.entries()) {
    const got = shape[index] as number;
    if (extent !== null && got !== extent) refuse(`${tensor} has the shape ${shapeText(shape)}`, wanted());
    const symbol = info.symbols[index];
    if (symbol == null) continue;
    const known = extents.get(symbol);
    if (known === undefined) extents.set(symbol, { extent: got, name: tensor });
    else if (known.extent !== got) refuse(`extent ${symbol} is ${known.extent} in ${known.name} and ${got} in ${tensor}`, wanted());
  }
}

function checkValues(engine: Engine, tensor: string, info: TensorInfo, given: TensorArgument): DeviceArray | HostValues {
  const { shape } = given;
  const values = isField(given.values) ? arrayOf(tensor, given.values) : given.values;
  const count = countOf(shape);
  const tooMany = (length: number): never =>
    refuse(`${tensor} holds ${length} values for the shape ${shapeText(shape)}`, `${count} are needed`);
  if (values instanceof DeviceArray) {
    if (values.released) throw new DteError('input.state', `${tensor} is an array that was released`, { hint: 'release it after the run' });
    if (values.type !== info.type) refuse(`${tensor} is a device array of ${values.type}`, `the model has ${info.type}`);
    return values.length === count ? values : tooMany(values.length);
  }
  if (ArrayBuffer.isView(values)) {
    if (!(values instanceof hostTypes[info.type])) refuse(`${tensor} holds ${hostTypeName(values)} values`, `the model has ${info.type}`);
    return values.length === count ? values : tooMany(values.length);
  }
  if (isGpuBuffer(values)) return adopted(engine, tensor, info, values, count);
  return refuse(`${tensor} has values of no accepted kind`, 'give a typed array, a device array or a GPU buffer');
}

function isField(values: TensorArgument['values']): values is Field {
  return typeof values === 'object' && values !== null && 'tiles' in values && 'grid' in values;
}

/** The array of a field that is a tensor as it lies: all layers in one tile, and nothing missing, of which no model knows. */
function arrayOf(tensor: string, { tiles, layers, mayBeMissing }: Field): DeviceArray {
  if (mayBeMissing) refuse(`${tensor} is a field with missing values`, 'preparePack makes a tensor with other values in their place');
  const [tile, ...others] = tiles;
  if (tile === undefined || others.length > 0) {
    refuse(`${tensor} is a field of ${layers.length} layers in ${tiles.length} tiles`, 'preparePack makes one tensor of them');
  }
  return tile.values;
}

function isGpuBuffer(values: unknown): values is GPUBuffer {
  // The class is not there before a device was asked for, and a page may have several.
  return typeof values === 'object' && values !== null && 'mapAsync' in values && 'usage' in values;
}

/** The caller's buffer as an array of the engine, whose release leaves the buffer alone. */
function adopted(engine: Engine, tensor: string, { type }: TensorInfo, buffer: GPUBuffer, count: number): DeviceArray {
  const { shared } = engine;
  if (shared === undefined) refuse(`${tensor} is a GPU buffer and the engine is '${engine.info.name}'`, 'open the engine on a device');
  if (!isDeviceType(type)) refuse(`${tensor} is ${type}, which the device has no arrays of`, 'give it as a typed array');
  if (buffer.size < 4 * count) refuse(`${tensor} is a buffer of ${buffer.size} octets`, `${4 * count} are needed`);
  return shared.adopt(type, count, buffer, () => {});
}

/** An output must not lie in the memory of another tensor: engines read inputs while they write. */
function checkApart(engine: Engine, inputs: readonly CheckedTensor[], outputs: readonly CheckedOutput[]): void {
  const seen: { readonly memory: Memory; readonly tensor: string }[] = inputs.map(({ info, given }) => ({
    memory: memoryOf(engine, given.values),
    tensor: `input '${info.name}'`,
  }));
  for (const { info, given } of outputs) {
    if (given === undefined) continue;
    const memory = memoryOf(engine, given.values);
    const other = seen.find((candidate) => overlap(candidate.memory, memory));
    if (other !== undefined) refuse(`output '${info.name}' lies in the memory of ${other.tensor}`, 'give each output memory of its own');
    seen.push({ memory, tensor: `output '${info.name}'` });
  }
}

interface Memory {
  readonly of: unknown;
  readonly start: number;
  readonly end: number;
}

function memoryOf(engine: Engine, values: DeviceArray | HostValues): Memory {
  if (values instanceof DeviceArray) return { of: engine.shared?.bufferOf(values) ?? values, start: 0, end: 1 };
  return { of: values.buffer, start: values.byteOffset, end: values.byteOffset + values.byteLength };
}

function overlap(a: Memory, b: Memory): boolean {
  return a.of === b.of && a.start < b.end && b.start < a.end;
}

function wantedText(infos: readonly TensorInfo[]): string {
  return `the model has ${infos.map(({ name, type, shape, symbols }) => `'${name}' ${type} ${shapeText(shape, symbols)}`).join(', ')}`;
}

function refuse(reason: string, hint: string): never {
  throw new DteError('input.tensor', reason, { hint });
}
