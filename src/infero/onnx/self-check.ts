import { DteError, isDteError } from '../../base/index.js';
import { DeviceArray, type Engine } from '../../compute/index.js';
import type { BackendModel, Session, SessionTensor } from '../backend.js';
import { backendOf } from '../engines.js';
import { countOf, isDeviceType, newHostValues } from '../tensor-types.js';
import type { HostValues, TensorInfo, TensorType } from '../types.js';
import { onHost } from './on-host.js';
import type { SessionRecipe } from './session.js';

/**
 * Greatest difference from the processor, relative to the largest magnitude of an output. f32 networks of twenty layers differ by 1e-6;
 * a kernel that is wrong differs by as much as there is.
 */
const tolerance = 1e-3;

/** Of outputs that are whole numbers (a class, an index), the part that may differ where two candidates were as good as equal. */
const toleratedFlips = 0.01;

/**
 * Compares a session on the device with the processor on seeded inputs. That a model runs is no proof: a convolution of the runtime was
 * wrong for some numbers of channels and said nothing. Open extents are 1 on the first axis (the batch) and `extent` on others.
 * Errors: `fault.device` when the device computes otherwise, `input.config` when the model does not take these inputs.
 */
export async function selfCheck(recipe: SessionRecipe, model: BackendModel, session: Session, extent: number): Promise<void> {
  const { engine } = recipe;
  const shapes = checkShapes(session.inputs, extent);
  const inputs = session.inputs.map((info, index) => {
    const shape = shapes[index] as readonly number[];
    return { info, shape, values: seededValues(info.type, countOf(shape), index) };
  });
  const feeds = new Map(inputs.map(({ info, shape, values }) => [info.name, { shape, values }]));
  const expected = await onProcessor(recipe, model, session.inputs, feeds);
  const found = await onDevice(engine, session, inputs);
  for (const [name, { values }] of expected) compare(engine, name, found.get(name) as HostValues, values as HostValues);
}

/** Equal names of open extents are equal extents. */
function checkShapes(inputs: readonly TensorInfo[], extent: number): readonly (readonly number[])[] {
  const named = new Map<string, number>();
  return inputs.map(({ shape, symbols }) =>
    shape.map((stated, axis) => {
      if (stated !== null) return stated;
      const symbol = symbols[axis] ?? undefined;
      const chosen = (symbol === undefined ? undefined : named.get(symbol)) ?? (axis === 0 ? 1 : extent);
      if (symbol !== undefined) named.set(symbol, chosen);
      return chosen;
    }),
  );
}

/** Reals in [-1, 1); whole numbers 0 and 1, which are indices into anything. */
function seededValues(type: TensorType, count: number, seed: number): HostValues {
  const values = newHostValues(type, count);
  let state = seed + 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const unit = state / 2 ** 32;
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) values[i] = unit < 0.5 ? 0n : 1n;
    else values[i] = values instanceof Float32Array || values instanceof Float64Array ? 2 * unit - 1 : Math.round(unit);
  }
  return values;
}

type Tensors = ReadonlyMap<string, SessionTensor>;

/** By ONNX Runtime for Node, else by the runtime's own kernels for the processor. */
async function onProcessor(recipe: SessionRecipe, model: BackendModel, infos: readonly TensorInfo[], feeds: Tensors): Promise<Tensors> {
  const reference = await referenceSession(recipe.engine, model);
  try {
    if (reference === undefined) return await onHost(recipe, infos, feeds);
    return (await reference.run(feeds, new Map(reference.outputs.map(({ name }) => [name, undefined])))).outputs;
  } catch (cause) {
    const shapes = [...feeds].map(([name, { shape }]) => `'${name}' (${shape.join(', ')})`).join(', ');
    throw uncheckable(`inputs ${shapes}: ${(cause as Error).message}`, cause);
  } finally {
    await reference?.close();
  }
}

async function referenceSession(engine: Engine, model: BackendModel): Promise<Session | undefined> {
  try {
    return await (await backendOf('onnx-cpu')).create(engine, model, { modelConfig: {}, selfCheck: false });
  } catch (error) {
    if (isDteError(error, 'absent.module')) return undefined;
    throw error;
  }
}

function uncheckable(what: string, cause?: unknown): DteError {
  return new DteError('input.config', `the model cannot be checked on ${what}`, {
    cause,
    hint: 'set selfCheckExtent of model_config to an extent that the model takes, or open it with selfCheck false',
  });
}

interface CheckInput extends SessionTensor {
  readonly info: TensorInfo;
  readonly values: HostValues;
}

async function onDevice(engine: Engine, session: Session, inputs: readonly CheckInput[]): Promise<ReadonlyMap<string, HostValues>> {
  const arrays: DeviceArray[] = [];
  try {
    const feeds = new Map<string, SessionTensor>();
    for (const { info, shape, values } of inputs) {
      if (!isDeviceType(info.type)) {
        feeds.set(info.name, { shape, values });
        continue;
      }
      const array = await engine.upload(info.type, values as Float32Array);
      arrays.push(array);
      feeds.set(info.name, { shape, values: array });
    }
    const { outputs } = await session.run(feeds, new Map(session.outputs.map(({ name }) => [name, undefined])));
    for (const { values } of outputs.values()) if (values instanceof DeviceArray) arrays.push(values);
    const found = new Map<string, HostValues>();
    for (const [name, { values }] of outputs) {
      found.set(name, values instanceof DeviceArray ? ((await engine.read(values))[0] as HostValues) : values);
    }
    return found;
  } finally {
    for (const array of arrays) array.release();
  }
}

function compare(engine: Engine, name: string, found: HostValues, expected: HostValues): void {
  const isReal = expected instanceof Float32Array || expected instanceof Float64Array;
  const { largest, magnitude, differing, finite } = differences(found, expected);
  if (finite === 0 && expected.length > 0) throw uncheckable(`inputs between -1 and 1: output '${name}' has no finite value`);
  if (found.length === expected.length) {
    if (isReal ? largest <= tolerance * magnitude : differing <= toleratedFlips * expected.length) return;
  }
  const difference = isReal ? `${largest} off where values reach ${magnitude}` : `${differing} of ${expected.length} values differ`;
  throw new DteError('fault.device', `${engine.info.name} computes output '${name}' otherwise than the processor: ${difference}`, {
    hint: 'use engine onnx-cpu',
  });
}

function differences(found: HostValues, expected: HostValues) {
  let largest = 0;
  let magnitude = 0;
  let differing = 0;
  let finite = 0;
  for (let i = 0; i < expected.length; i++) {
    const wanted = Number(expected[i]);
    // Where the processor itself overflows there is nothing to compare.
    if (!Number.isFinite(wanted)) continue;
    finite++;
    const difference = Math.abs(Number(found[i]) - wanted);
    if (difference !== 0) differing++;
    // Not finite where the processor is finite is as wrong as can be.
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    magnitude = Math.max(magnitude, Math.abs(wanted));
  }
  return { largest, magnitude, differing, finite };
}
