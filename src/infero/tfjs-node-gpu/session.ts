import { DteError } from '../../base/index.js';
import type { Session, SessionRun, SessionTensor } from '../backend.js';
import { assign, newHostValues } from '../tensor-types.js';
import { dtypeOf, tfjsTensorInfo } from '../tfjs/tensors.js';
import type { HostValues, TensorInfo } from '../types.js';
import type { NodeTensor, SavedModel, SavedModelInfo, SavedTensorInfo, TfjsNode } from './library.js';

/** A SavedModel in the library's own memory: tensors are copied there and back. Names are those of its signature. */
export class SavedModelSession implements Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly place = 'host';
  readonly detail = 'TensorFlow, in memory of its own';
  readonly #library: TfjsNode;
  readonly #model: SavedModel;

  constructor(library: TfjsNode, model: SavedModel, info: SavedModelInfo) {
    this.#library = library;
    this.#model = model;
    this.inputs = Object.entries(info.inputs).map(([name, tensor]) => tensorInfo('input', name, tensor));
    this.outputs = Object.entries(info.outputs).map(([name, tensor]) => tensorInfo('output', name, tensor));
  }

  async run(feeds: ReadonlyMap<string, SessionTensor>, fetches: ReadonlyMap<string, SessionTensor | undefined>): Promise<SessionRun> {
    const used: NodeTensor[] = [];
    try {
      const given: Record<string, NodeTensor> = {};
      for (const { name, type } of this.inputs) {
        const { values, shape } = feeds.get(name) as SessionTensor;
        used.push((given[name] = this.#library.tensor(values, shape, dtypeOf(type))));
      }
      const results = this.#named(this.#model.predict(given));
      used.push(...results.values());
      const outputs = new Map<string, SessionTensor>();
      for (const [name, memory] of fetches) outputs.set(name, await this.#taken(name, results.get(name), memory));
      return { outputs };
    } catch (cause) {
      if (cause instanceof DteError) throw cause;
      throw new DteError('input.tensor', `the model cannot be run on these tensors: ${(cause as Error).message}`, { cause });
    } finally {
      for (const tensor of used) tensor.dispose();
    }
  }

  async close(): Promise<void> {
    this.#model.dispose();
  }

  /** One tensor, or several in the order of the signature, or a map: by what the model was given. */
  #named(results: ReturnType<SavedModel['predict']>): Map<string, NodeTensor> {
    if (!isTensor(results) && !Array.isArray(results)) return new Map(Object.entries(results as Record<string, NodeTensor>));
    const list = isTensor(results) ? [results] : (results as readonly NodeTensor[]);
    return new Map(list.map((tensor, index) => [(this.outputs[index] as TensorInfo).name, tensor]));
  }

  async #taken(name: string, tensor: NodeTensor | undefined, memory: SessionTensor | undefined): Promise<SessionTensor> {
    const { type } = this.outputs.find((info) => info.name === name) as TensorInfo;
    if (tensor === undefined) throw new DteError('data.model', `the model gave no output '${name}', which its signature has`);
    const { shape } = tensor;
    if (memory !== undefined && memory.shape.join() !== shape.join()) {
      const wanted = memory.shape.join(', ');
      throw new DteError('input.tensor', `output '${name}' has the shape (${shape.join(', ')}), and memory was given for (${wanted})`);
    }
    const data = (await tensor.data()) as HostValues;
    const values = (memory?.values as HostValues | undefined) ?? newHostValues(type, data.length);
    assign(values, data);
    return { values, shape };
  }
}

function isTensor(value: unknown): value is NodeTensor {
  return typeof value === 'object' && value !== null && typeof (value as { data?: unknown }).data === 'function';
}

function tensorInfo(kind: 'input' | 'output', name: string, { dtype, shape }: SavedTensorInfo): TensorInfo {
  // The library hands extents on as the messages of the file, whose first field is the number; -1 is an open one.
  const extents = shape.map((extent) => (typeof extent === 'number' ? extent : (extent.array?.[0] ?? -1)));
  return tfjsTensorInfo(kind, { name, dtype, shape: extents });
}
