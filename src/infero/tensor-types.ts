import type { ElementType } from '../compute/index.js';
import type { HostValues, TensorType } from './types.js';

/** Element type -> its typed array. */
export const hostTypes = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Element type -> what ONNX Runtime calls it. */
const onnxNames: Readonly<Record<TensorType, string>> = {
  f32: 'float32',
  f64: 'float64',
  i32: 'int32',
  u32: 'uint32',
  i64: 'int64',
  u64: 'uint64',
  i16: 'int16',
  u16: 'uint16',
  i8: 'int8',
  u8: 'uint8',
  bool: 'bool',
};

export function onnxNameOf(type: TensorType): string {
  return onnxNames[type];
}

export function typeOfOnnxName(name: string): TensorType | undefined {
  return (Object.keys(onnxNames) as TensorType[]).find((type) => onnxNames[type] === name);
}

/** The name of a typed array's element type, as messages have it. */
export function hostTypeName(values: HostValues): string {
  return (Object.keys(hostTypes) as TensorType[]).find((type) => values instanceof hostTypes[type]) ?? values.constructor.name;
}

/** Whether the engine has arrays of this element type. */
export function isDeviceType(type: TensorType): type is TensorType & ElementType {
  return type === 'f32' || type === 'i32' || type === 'u32';
}

export function newHostValues(type: TensorType, length: number): HostValues {
  return new hostTypes[type](length);
}

/** Copies values between arrays of one kind of numbers, which the compiler cannot see. */
export function assign(target: HostValues, values: HostValues): void {
  (target as Float64Array).set(values as Float64Array);
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function shapeText(shape: readonly (number | null)[], symbols: readonly (string | null)[] = []): string {
  return `(${shape.map((extent, index) => extent ?? symbols[index] ?? '?').join(', ')})`;
}
