import { DteError } from '../base/index.js';
import type { ElementType, HostArray } from './element.js';
import type { SimdTwin } from './simd.js';

export type Shape = Readonly<Record<string, ElementType>>;

export type ParamValues<P extends Shape> = { readonly [K in keyof P]: number };
export type HostArrays<B extends Shape> = { readonly [K in keyof B]: HostArray<B[K]> };

/** What a host twin is given: the parameters and a typed array for every binding, under the names of the declaration. */
export type TwinArguments<P extends Shape, I extends Shape, O extends Shape> = ParamValues<P> & HostArrays<I> & HostArrays<O>;

/** Computes outermost indices [start, end) of the kernel. Called with whole arrays; ranges never overlap between threads. */
export type Twin<P extends Shape, I extends Shape, O extends Shape> = (args: TwinArguments<P, I, O>, start: number, end: number) => void;

/**
 * How a dispatch may be cut along its outermost index when an array is larger than the device can bind: parameter `count` holds
 * the outermost extent, and outermost index k touches elements [k * stride, (k + 1) * stride + extra) of each binding named.
 * All other bindings are bound whole. The kernel needs no code for it.
 */
export interface Split<P extends Shape> {
  readonly count: keyof P & string;
  readonly bindings: Readonly<Record<string, { readonly stride: (params: ParamValues<P>) => number; readonly extra?: number }>>;
}

export interface KernelSpec<P extends Shape, I extends Shape, O extends Shape> {
  readonly params: P;
  readonly inputs: I;
  readonly outputs: O;
  /** Logical extents, slowest first; one invocation for each index of their product. */
  readonly threads: (params: ParamValues<P>) => readonly number[];
  readonly cpu: Twin<P, I, O>;
  /**
   * Arrays that the shader sees as vectors of four: `array<vec4<f32>>`. Their lengths are multiples of 4. One such access moves four
   * times the octets of a scalar one, which on a GPU is what decides how fast a kernel that only moves data is.
   */
  readonly quads?: readonly ((keyof I | keyof O) & string)[];
  /** Greatest difference between executors, relative to the largest magnitude in the f64 twin's output; 0 for exact. Integer outputs: absolute. */
  readonly tolerance: number;
  readonly split?: Split<P>;
  /** The twin compiled to WebAssembly, where plain TypeScript is too slow. */
  readonly simd?: SimdTwin<(keyof P | keyof I | keyof O) & string>;
  /**
   * Module that exports this kernel, for worker threads. By default the file of the stem: `<src>/<stem>.js`. A twin made at run time is
   * exported by a `data:` module, whose text then tells it apart.
   */
  readonly module?: string;
  /** The whole shader, for a kernel that was made at run time; by default it is `shaders/<stem>.wgsl`. */
  readonly wgsl?: string;
}

/** The declaration of one WGSL file: its interface, its host twin, and how they are run. */
export interface Kernel<P extends Shape = Shape, I extends Shape = Shape, O extends Shape = Shape> extends KernelSpec<P, I, O> {
  readonly stem: string;
}

/** Declares the kernel of `shaders/<stem>.wgsl`. The binding order is fixed: parameters, inputs, outputs, all in group 0. */
export function kernel<const P extends Shape, const I extends Shape, const O extends Shape>(
  stem: string,
  spec: KernelSpec<P, I, O>,
): Kernel<P, I, O> {
  const names = [...Object.keys(spec.params), ...Object.keys(spec.inputs), ...Object.keys(spec.outputs)];
  if (new Set(names).size !== names.length) {
    throw new DteError('fault.kernel', `kernel '${stem}' uses a name twice among ${names.join(', ')}`);
  }
  return { stem, ...spec };
}

/** The WGSL text of a kernel's interface: what its shader file must hold, letter by letter. */
export function declarations(of: Kernel): string {
  const fields = Object.entries(of.params).map(([name, type]) => `  ${snakeCase(name)}: ${type},`);
  const lines = ['struct Params {', ...fields, '}', '@group(0) @binding(0) var<uniform> params: Params;'];
  const quads = new Set<string>(of.quads);
  const elements = (name: string, type: ElementType): string => (quads.has(name) ? `vec4<${type}>` : type);
  let binding = 1;
  for (const [name, type] of Object.entries(of.inputs)) {
    lines.push(`@group(0) @binding(${binding++}) var<storage, read> ${snakeCase(name)}: array<${elements(name, type)}>;`);
  }
  for (const [name, type] of Object.entries(of.outputs)) {
    lines.push(`@group(0) @binding(${binding++}) var<storage, read_write> ${snakeCase(name)}: array<${elements(name, type)}>;`);
  }
  return `${lines.join('\n')}\n`;
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
