import { DteError } from '../../base/index.js';
import type { TensorInfo, TensorType } from '../types.js';

/** What the library says of a model's input or output. */
export interface TfjsTensorInfo {
  readonly name: string;
  readonly dtype?: string | undefined;
  readonly shape?: readonly (number | null)[] | undefined;
}

/** Type of the library, and of TensorFlow's graphs -> ours. The library has no other numbers. */
const types: Readonly<Record<string, TensorType>> = {
  float32: 'f32',
  int32: 'i32',
  bool: 'bool',
  DT_FLOAT: 'f32',
  DT_INT32: 'i32',
  DT_BOOL: 'bool',
};

export type Dtype = 'float32' | 'int32' | 'bool';

export function dtypeOf(type: TensorType): Dtype {
  return Object.keys(types).find((name) => types[name] === type) as Dtype;
}

/** `data.model` for what tensors here cannot hold. Open extents have no names. */
export function tfjsTensorInfo(kind: 'input' | 'output', { name, dtype = 'unknown', shape }: TfjsTensorInfo): TensorInfo {
  const type = types[dtype];
  if (type === undefined || shape === undefined) {
    throw new DteError('data.model', `${kind} '${name}' of the model is ${type === undefined ? dtype : 'without a shape'}`, {
      hint: 'inputs and outputs are tensors of float32, int32 or bool with a known rank: export the model with a signature',
    });
  }
  const extents = shape.map((extent) => (extent === null || extent < 0 ? null : extent));
  return { name, type, shape: extents, symbols: extents.map(() => null) };
}

interface SignatureTensor {
  readonly name?: string;
  readonly dtype?: string;
  readonly tensorShape?: { readonly dim?: readonly { readonly size?: string | number }[] };
}

type SignatureTensors = Readonly<Record<string, SignatureTensor>>;

/** What `model.json` says of its inputs and outputs, where it does. */
export interface Signature {
  readonly inputs?: SignatureTensors;
  readonly outputs?: SignatureTensors;
}

/** The same with what the signature adds: the library tells no shapes of outputs. */
export function withSignature(info: TfjsTensorInfo, tensors: SignatureTensors = {}): TfjsTensorInfo {
  const name = info.name.replace(/:0$/, '');
  const stated = Object.values(tensors).find((tensor) => tensor.name?.replace(/:0$/, '') === name);
  const shape = stated?.tensorShape?.dim?.map(({ size }) => Number(size ?? -1));
  return { name, dtype: stated?.dtype ?? info.dtype, shape: shape ?? info.shape };
}
