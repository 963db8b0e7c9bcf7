import type { AnyHostArray } from './element.js';

/** A compiled module's functions. */
export type SimdExports = Readonly<Record<string, (...args: number[]) => void>>;

/** Parameters as they are, arrays as byte offsets in the arena's memory. */
export type SimdArguments<Names extends string = string> = { readonly [Name in Names]: number };

/**
 * The WebAssembly form of a hot twin, for f32 arrays in the arena: the same results as the plain twin within the kernel's
 * tolerance, the same for any split into ranges. Its source is `wasm/<stem>.ts`; `wasm/build.mjs` makes the module.
 */
export interface SimdTwin<Names extends string = string> {
  /** The module, base64. It imports `env.memory` and holds no data of its own. */
  readonly module: string;
  readonly run: (exports: SimdExports, args: SimdArguments<Names>, start: number, end: number, scratch: number) => void;
  /** Octets of work space that a thread needs while it computes a range; `run` is given where it lies in the arena. */
  readonly scratchBytes?: (params: { readonly [Name in Names]: number }) => number;
  /** False when the plain twin must do these arguments; arrays are given as the plain twin sees them. */
  readonly applies?: (args: Readonly<Record<string, number | AnyHostArray>>) => boolean;
}

const instances = new WeakMap<WebAssembly.Memory, Map<string, SimdExports>>();

/** The module's functions over this memory; compiled once a thread. */
export function simdExports(module: string, memory: WebAssembly.Memory): SimdExports {
  let known = instances.get(memory);
  if (known === undefined) instances.set(memory, (known = new Map()));
  let exports = known.get(module);
  if (exports === undefined) {
    const bytes = Uint8Array.from(atob(module), (character) => character.charCodeAt(0));
    exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as unknown as SimdExports;
    known.set(module, exports);
  }
  return exports;
}

/** The arena's memory, and where in it a thread's own work space starts. */
export interface SimdPlace {
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
}

/** The function that computes ranges of a kernel: its compiled twin where that applies and there is a place for it, else the plain one. */
export function rangeFunction(
  plain: (args: Readonly<Record<string, number | AnyHostArray>>, start: number, end: number) => void,
  simd: SimdTwin | undefined,
  place: SimdPlace | undefined,
): typeof plain {
  if (simd === undefined || place === undefined) return plain;
  return (args, start, end) => {
    if (simd.applies?.(args) === false) {
      plain(args, start, end);
      return;
    }
    const offsets: Record<string, number> = {};
    for (const name in args) {
      const value = args[name] as number | AnyHostArray;
      offsets[name] = typeof value === 'number' ? value : value.byteOffset;
    }
    simd.run(simdExports(simd.module, place.memory), offsets, start, end, place.scratch);
  };
}
