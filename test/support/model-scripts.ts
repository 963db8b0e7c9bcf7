// The scripts of models/, which are plain JavaScript, with the types of what the tests use of them.
import { packageRoot } from '../../src/base/package-root.js';

export interface OnnxValue {
  readonly name: string;
  readonly type: 'f32' | 'f64' | 'i32' | 'i64';
  /** A name for an extent that is left open. */
  readonly shape: readonly (number | string)[];
  readonly doc?: string;
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly opset?: number;
  readonly doc?: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers?: readonly {
    readonly name: string;
    readonly type: OnnxValue['type'];
    readonly shape: readonly number[];
    readonly values: ArrayLike<number>;
  }[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Draws {
  readonly random: () => number;
  readonly between: (low: number, high: number) => number;
  readonly normal: () => number;
}

export interface Patch {
  readonly values: Float64Array;
  readonly width: number;
  readonly mask: Float64Array;
}

interface Scripts {
  'make.mjs': {
    readonly names: readonly string[];
    readonly filesOf: (name: string) => Promise<ReadonlyMap<string, Uint8Array>>;
    readonly isSame: (path: string, bytes: Uint8Array) => boolean;
  };
  'make/onnx.mjs': { readonly onnxModel: (graph: OnnxGraph) => Uint8Array };
  'make/arithmetic.mjs': {
    readonly exp: (x: number) => number;
    readonly log: (x: number) => number;
    readonly tanh: (x: number) => number;
    readonly sigmoid: (x: number) => number;
    readonly cosTurns: (turns: number) => number;
    readonly sinTurns: (turns: number) => number;
    readonly seeded: (seed: number) => Draws;
  };
  'longwave/make.mjs': {
    readonly seeds: { readonly heldOut: number };
    readonly heldOutSamples: number;
    readonly drawColumn: (draws: Draws) => { readonly x: readonly number[]; readonly y: readonly number[] };
  };
  'longwave/gray-radiation.mjs': {
    readonly levels: readonly number[];
    readonly thickness: readonly number[];
    readonly grayRadiation: (
      t: readonly number[],
      q: readonly number[],
      skt: number,
    ) => { readonly heating: readonly number[]; readonly olr: number };
  };
  'vortex/make.mjs': {
    readonly seeds: { readonly heldOut: number };
    readonly heldOutPatches: number;
    readonly margin: number;
    readonly patchesFrom: (seed: number, count: number) => readonly Patch[];
  };
}

/** A module of `models/`, loaded as it lies there: it is not compiled. */
export async function modelScript<P extends keyof Scripts>(path: P): Promise<Scripts[P]> {
  return (await import(new URL(`models/${path}`, packageRoot()).href)) as Scripts[P];
}

/** The bytes of an ONNX model. */
export async function onnxBytes(graph: OnnxGraph): Promise<Uint8Array> {
  return (await modelScript('make/onnx.mjs')).onnxModel(graph);
}
