import { DteError } from '../../base/index.js';

/** The part of `@tensorflow/tfjs-node-gpu` that is used here. It is never installed with this package: it downloads TensorFlow and needs CUDA. */
export interface TfjsNode {
  tensor(values: unknown, shape: readonly number[], dtype: string): NodeTensor;
  readonly node: {
    getMetaGraphsFromSavedModel(path: string): Promise<readonly MetaGraph[]>;
    loadSavedModel(path: string, tags: readonly string[], signature: string): Promise<SavedModel>;
  };
}

export interface NodeTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

export interface MetaGraph {
  readonly tags: readonly string[];
  readonly signatureDefs: Readonly<Record<string, SavedModelInfo>>;
}

/** Name in the signature -> tensor of the graph. */
export interface SavedModelInfo {
  readonly inputs: Readonly<Record<string, SavedTensorInfo>>;
  readonly outputs: Readonly<Record<string, SavedTensorInfo>>;
}

export interface SavedTensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | { readonly array?: readonly number[] })[];
}

export interface SavedModel {
  predict(inputs: Readonly<Record<string, NodeTensor>>): Readonly<Record<string, NodeTensor>> | NodeTensor | readonly NodeTensor[];
  dispose(): void;
}

// By name alone, so that neither the compiler nor a bundler looks for it.
const packageName = '@tensorflow/tfjs-node-gpu';

export async function loadTfjsNodeGpu(): Promise<TfjsNode> {
  let loaded: { readonly default?: TfjsNode } & TfjsNode;
  try {
    loaded = await import(packageName);
  } catch (cause) {
    throw new DteError(
      'absent.module',
      `the optional package ${packageName} cannot be loaded: ${(cause as Error).message.split('\n')[0]}`,
      {
        cause,
        hint: `npm install ${packageName} (it downloads TensorFlow and needs CUDA), or convert the model to ONNX`,
      },
    );
  }
  return loaded.default ?? loaded;
}
