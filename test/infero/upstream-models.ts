// The three regression models of ecmwf/infero with their inputs and references.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpy } from '../../src/base/index.js';
import type { HostTensor } from '../../src/infero/index.js';

export const upstreamFolder = join('..', 'shared', 'data', 'infero');

export const noUpstreamModels = existsSync(upstreamFolder) ? false : `${upstreamFolder} is not there`;

export interface UpstreamModel {
  readonly name: string;
  readonly path: string;
  /** Input name -> file. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly output: string;
  readonly reference: string;
  /** Upstream's, absolute. */
  readonly tolerance: number;
}

const at = (file: string): string => join(upstreamFolder, file);

export const upstreamModels: readonly UpstreamModel[] = [
  {
    name: 'cyclone',
    path: at('cyclone_model_200x200.onnx'),
    inputs: { input_1: at('cyclone_input_200x200.npy') },
    output: 'conv2d_17',
    reference: at('cyclone_output_200x200.npy'),
    tolerance: 1e-3,
  },
  {
    name: 'orographic drag',
    path: at('orographic_drag_model.onnx'),
    inputs: { dense_21_input: at('orographic_drag_input.npy') },
    output: 'activation_26',
    reference: at('orographic_drag_output.npy'),
    tolerance: 1e-3,
  },
  {
    name: 'mimo',
    path: at('mimo_model.onnx'),
    inputs: { input_1: at('mimo_input_1.npy'), input_2: at('mimo_input_2.npy') },
    output: 'dense_6',
    reference: at('mimo_output.npy'),
    tolerance: 1e-2,
  },
];

/** A file's array as a tensor in host memory. */
export function tensorOf(path: string): HostTensor & { readonly values: Float32Array } {
  const { values, shape } = readNpy(readFileSync(path), path);
  return { values: values as Float32Array, shape, layout: 'row-major' };
}

export function inputsOf(model: UpstreamModel): Record<string, HostTensor & { readonly values: Float32Array }> {
  return Object.fromEntries(Object.entries(model.inputs).map(([name, path]) => [name, tensorOf(path)]));
}

export function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs((got[i] as number) - (expected[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
