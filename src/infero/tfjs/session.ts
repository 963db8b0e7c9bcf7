import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { DteError } from '../../base/index.js';
import { DeviceArray, type Engine, type SharedDevice } from '../../compute/index.js';
import type { Session, SessionRun, SessionTensor } from '../backend.js';
import { exclusively } from '../turns.js';
import { watched } from '../watched.js';
import { assign, countOf, isDeviceType, newHostValues } from '../tensor-types.js';
import type { HostValues, TensorInfo } from '../types.js';
import { type Converter, onBackendOf, type Tfjs } from './runtime.js';
import { dtypeOf, type Signature, tfjsTensorInfo, withSignature } from './tensors.js';

type GraphModel = ReturnType<Converter['loadGraphModelSync']>;

export interface TfjsRecipe {
  readonly tfjs: Tfjs;
  readonly engine: Engine;
  readonly shared: SharedDevice;
}

/**
 * A graph model of TensorFlow.js on the engine's device. Inputs are bound where they lie; the library owns its outputs, from which the
 * device copies them.
 */
export class TfjsSession implements Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly place = 'device';
  readonly detail: string;
  readonly #recipe: TfjsRecipe;
  readonly #model: GraphModel;

  constructor(recipe: TfjsRecipe, model: GraphModel, signature: Signature) {
    this.#recipe = recipe;
    this.#model = model;
    this.detail = recipe.engine.info.name;
    this.inputs = model.inputs.map((info) => tfjsTensorInfo('input', withSignature(info, signature.inputs)));
    this.outputs = model.outputs.map((info) => tfjsTensorInfo('output', withSignature(info, signature.outputs)));
  }

  run(feeds: ReadonlyMap<string, SessionTensor>, fetches: ReadonlyMap<string, SessionTensor | undefined>): Promise<SessionRun> {
    const { tfjs, shared, engine } = this.#recipe;
    const work = (): Promise<SessionRun> => onBackendOf(tfjs, shared, () => this.#run(feeds, fetches));
    return exclusively(() => watched(shared.device, work)).catch((cause: Error) => {
      throw runFailure(cause, engine.info.name);
    });
  }

  close(): Promise<void> {
    const { tfjs, shared } = this.#recipe;
    return exclusively(() => onBackendOf(tfjs, shared, () => this.#model.dispose()));
  }

  async #run(feeds: ReadonlyMap<string, SessionTensor>, fetches: ReadonlyMap<string, SessionTensor | undefined>): Promise<SessionRun> {
    const tensors: Tensor[] = [];
    const made: DeviceArray[] = [];
    try {
      for (const info of this.inputs) tensors.push(this.#bind(info, feeds.get(info.name) as SessionTensor));
      const given = Object.fromEntries(this.#model.inputs.map(({ name }, index) => [name, tensors[index] as Tensor]));
      const names = [...fetches.keys()];
      const results = await this.#execute(given, names);
      tensors.push(...results);
      const outputs = new Map<string, SessionTensor>();
      for (const [index, name] of names.entries()) {
        outputs.set(name, await this.#taken(name, results[index] as Tensor, fetches.get(name), made));
      }
      return { outputs };
    } catch (error) {
      for (const array of made) array.release();
      throw error;
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  }

  async #execute(given: Record<string, Tensor>, names: string[]): Promise<readonly Tensor[]> {
    try {
      return [this.#model.execute(given, names)].flat();
    } catch (error) {
      // Only graphs with control flow need the other form, which complains about all others.
      if (!/executeAsync/.test((error as Error).message)) throw error;
      return [await this.#model.executeAsync(given, names)].flat();
    }
  }

  #bind({ type }: TensorInfo, { values, shape }: SessionTensor): Tensor {
    const { tfjs, shared } = this.#recipe;
    const data = values instanceof DeviceArray ? { buffer: shared.bufferOf(values), zeroCopy: true } : (values as TensorLike);
    return tfjs.core.tensor(data, [...shape], dtypeOf(type));
  }

  async #taken(name: string, tensor: Tensor, memory: SessionTensor | undefined, made: DeviceArray[]): Promise<SessionTensor> {
    const { type } = this.outputs.find((info) => info.name === name) as TensorInfo;
    const { shape } = tensor;
    if (memory !== undefined && memory.shape.join() !== shape.join()) {
      throw new DteError(
        'input.tensor',
        `output '${name}' has the shape (${shape.join(', ')}), and memory was given for (${memory.shape.join(', ')})`,
        {
          hint: 'give memory of that shape, or none',
        },
      );
    }
    if (!isDeviceType(type)) return { values: await hostValues(tensor, memory, type), shape };
    const { engine } = this.#recipe;
    const values = (memory?.values ?? engine.allocate(type, countOf(shape))) as DeviceArray;
    if (memory === undefined) made.push(values);
    await this.#copy(tensor, values);
    return { values, shape };
  }

  async #copy(tensor: Tensor, target: DeviceArray): Promise<void> {
    const { device, bufferOf } = this.#recipe.shared;
    let found: ReturnType<Tensor['dataToGPU']>;
    try {
      found = tensor.dataToGPU();
    } catch (error) {
      // What the library computed from constants alone lies in host memory.
      if (!/on CPU/.test((error as Error).message)) throw error;
      device.queue.writeBuffer(bufferOf(target), 0, (await tensor.data()) as Float32Array<ArrayBuffer>);
      return;
    }
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(found.buffer as GPUBuffer, 0, bufferOf(target), 0, 4 * target.length);
    device.queue.submit([encoder.finish()]);
    found.tensorRef.dispose();
  }
}

async function hostValues(tensor: Tensor, memory: SessionTensor | undefined, type: TensorInfo['type']): Promise<HostValues> {
  const values = (memory?.values ?? newHostValues(type, tensor.size)) as HostValues;
  assign(values, (await tensor.data()) as HostValues);
  return values;
}

function runFailure(cause: Error, device: string): DteError {
  if (cause instanceof DteError) return cause;
  const { message } = cause;
  // The library looks at operators only when it meets them.
  if (/Unknown op|not registered|not supported/i.test(message)) {
    return new DteError('data.model', `TensorFlow.js cannot run the model on ${device}: ${message}`, { cause, hint: 'convert it to ONNX' });
  }
  return new DteError('input.tensor', `the model cannot be run on these tensors on ${device}: ${message}`, {
    cause,
    hint: 'extents that the model leaves open may have to fit each other',
  });
}
