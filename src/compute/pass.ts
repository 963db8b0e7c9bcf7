import { assert, DteError } from '../base/index.js';
import type { DeviceArray } from './device-array.js';
import type { AnyHostArray, ElementType } from './element.js';
import type { Kernel, ParamValues, Shape } from './kernel.js';

/** One step of a recording. */
export type Step =
  | { readonly kind: 'upload'; readonly array: DeviceArray; readonly data: AnyHostArray }
  | { readonly kind: 'clear'; readonly array: DeviceArray }
  | { readonly kind: 'copy'; readonly source: DeviceArray; readonly target: DeviceArray; readonly targetStart: number }
  | {
      readonly kind: 'dispatch';
      readonly kernel: Kernel;
      readonly params: ParamValues<Shape>;
      readonly arrays: Readonly<Record<string, DeviceArray>>;
    };

export type DispatchArguments<P extends Shape, I extends Shape, O extends Shape> = ParamValues<P> & {
  readonly [K in keyof I]: DeviceArray<I[K]>;
} & { readonly [K in keyof O]: DeviceArray<O[K]> };

/** How a pass gets memory; the engine's part in recording. */
export type Allocate = <T extends ElementType>(type: T, length: number) => DeviceArray<T>;

/**
 * A recording: uploads and dispatches in order, as data. Recording is synchronous and computes nothing; an executor runs the
 * steps later, each seeing the results of those before it.
 */
export class Pass {
  readonly steps: Step[] = [];
  readonly allocated: DeviceArray[] = [];
  readonly #allocate: Allocate;
  /** Largest number of octets that the executor can bind of one array. */
  readonly maxBindingBytes: number;

  constructor(allocate: Allocate, maxBindingBytes: number) {
    this.#allocate = allocate;
    this.maxBindingBytes = maxBindingBytes;
  }

  /** An array that lives until the pass ends, or longer when the pass returns it. Its contents are undefined. */
  allocate<T extends ElementType>(type: T, length: number): DeviceArray<T> {
    const array = this.#allocate(type, length);
    this.allocated.push(array);
    return array;
  }

  /** A copy of host data on the device. Reals may be given as f32 or f64. */
  upload<T extends ElementType>(type: T, data: AnyHostArray): DeviceArray<T> {
    const array = this.allocate(type, data.length);
    this.steps.push({ kind: 'upload', array, data });
    return array;
  }

  clear(array: DeviceArray): void {
    this.steps.push({ kind: 'clear', array });
  }

  /** Copies a whole array into a larger one of the same type, to elements from `targetStart`. */
  copy<T extends ElementType>(source: DeviceArray<T>, target: DeviceArray<NoInfer<T>>, targetStart: number): void {
    assert(targetStart >= 0 && targetStart + source.length <= target.length, 'a copy stays inside its target');
    this.steps.push({ kind: 'copy', source, target, targetStart });
  }

  /** Records one dispatch of a kernel. A missing, misspelt or wrongly typed argument does not compile. */
  run<P extends Shape, I extends Shape, O extends Shape>(kernel: Kernel<P, I, O>, args: DispatchArguments<P, I, O>): void {
    const given = args as Readonly<Record<string, unknown>>;
    const params: Record<string, number> = {};
    for (const [name, type] of Object.entries(kernel.params)) {
      params[name] = checkedParam(kernel.stem, name, type, given[name] as number);
    }
    const arrays: Record<string, DeviceArray> = {};
    for (const name of [...Object.keys(kernel.inputs), ...Object.keys(kernel.outputs)]) {
      arrays[name] = given[name] as DeviceArray;
    }
    for (const name of kernel.quads ?? []) {
      assert((arrays[name]?.length ?? 0) % 4 === 0, `${kernel.stem}: the length of '${name}' is a multiple of 4`);
    }
    this.steps.push({ kind: 'dispatch', kernel: kernel as unknown as Kernel, params, arrays });
  }
}

function checkedParam(stem: string, name: string, type: ElementType, value: number): number {
  const fits =
    type === 'f32'
      ? Number.isFinite(value)
      : Number.isInteger(value) && value >= (type === 'u32' ? 0 : -(2 ** 31)) && value < (type === 'u32' ? 2 ** 32 : 2 ** 31);
  if (!fits) {
    throw new DteError('fault.kernel', `parameter '${name}' is ${value}, which is not a ${type}`, { where: { kernel: stem } });
  }
  return value;
}
