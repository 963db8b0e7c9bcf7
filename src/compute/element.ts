/** Element types of device arrays. `f32` means "a real number": f32 on a GPU, f32 or f64 on the CPU executor by its precision. */
export type ElementType = 'f32' | 'u32' | 'i32';

export type Precision = 'f32' | 'f64';

/** What a host twin sees of a device array. */
export type HostArray<T extends ElementType> = T extends 'f32'
  ? Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>
  : T extends 'u32'
    ? Uint32Array<ArrayBufferLike>
    : Int32Array<ArrayBufferLike>;

export type AnyHostArray = HostArray<'f32'> | HostArray<'u32'> | HostArray<'i32'>;

/** Octets of one element in an executor's memory. */
export function elementBytes(type: ElementType, precision: Precision): number {
  return type === 'f32' && precision === 'f64' ? 8 : 4;
}

/** A typed view of `length` elements at `byteOffset` of `buffer`. */
export function viewOf(type: ElementType, precision: Precision, buffer: ArrayBufferLike, byteOffset: number, length: number): AnyHostArray {
  if (type === 'u32') return new Uint32Array(buffer, byteOffset, length);
  if (type === 'i32') return new Int32Array(buffer, byteOffset, length);
  return precision === 'f64' ? new Float64Array(buffer, byteOffset, length) : new Float32Array(buffer, byteOffset, length);
}
