import { missingValue } from '../../../src/compute/index.js';
import { fromTensor } from '../../../src/infero/pack/from-tensor.js';
import { nowhere, toTensor } from '../../../src/infero/pack/to-tensor.js';
import type { Kernel } from '../../../src/compute/index.js';
import type { KernelCase } from '../kernel-cases.js';

type Made = ReturnType<KernelCase['make']>;

const lanes = 5;
const count = 3;
const channels = 4;

/** Multiples of 2^-10 within +-256. */
const reals = (size: number, random: () => number, missingShare = 0): Float64Array =>
  Float64Array.from({ length: size }, () => (random() < missingShare ? missingValue : Math.round((random() - 0.5) * 2 ** 19) / 2 ** 10));

/** Any order, with some places that hold no point. */
const order = (size: number, random: () => number): Uint32Array =>
  Uint32Array.from({ length: size }, () => (random() < 0.1 ? nowhere : Math.floor(random() * size)));

/** Three of five lanes; as channels of a tensor with points side by side, or as samples of one with channels side by side. */
function place(points: number, asSamples: boolean): Readonly<Record<string, number>> {
  const run = { points, lanes, firstLane: 1, count, pointStart: 0, marks: 1, markStart: points };
  return asSamples
    ? { ...run, pointStride: channels, start: channels * points + 2, step: channels * points, channel: 2, channelStep: 0, markStep: points }
    : { ...run, pointStride: 1, start: channels * points + points, step: points, channel: 1, channelStep: 1, markStep: 0 };
}

function toCase(points: number, random: () => number, asSamples: boolean, gathers: number): Made {
  const tables = { order: order(points, random), normal: reals(3 * channels, random) };
  return {
    inputs: { ...place(points, asSamples), gathers, field: reals(points * lanes, random, 0.2), ...tables },
    outputs: { tensor: 4 * channels * points, absent: 4 * points },
  };
}

function fromCase(points: number, random: () => number, asSamples: boolean, gathers: number): Made {
  const absent = Uint32Array.from({ length: 4 * points }, () => (random() < 0.2 ? 1 : 0));
  const tables = { order: order(points, random), normal: reals(3 * channels, random), absent };
  return {
    inputs: { ...place(points, asSamples), gathers, tensor: reals(4 * channels * points, random), ...tables },
    outputs: { field: points * lanes },
  };
}

const variants = [
  [false, 0],
  [false, 1],
  [true, 1],
] as const;

export const tensorPackCases: readonly KernelCase[] = variants.flatMap(([asSamples, gathers]) => [
  { kernel: toTensor as unknown as Kernel, make: (points, random) => toCase(points, random, asSamples, gathers) },
  { kernel: fromTensor as unknown as Kernel, make: (points, random) => fromCase(points, random, asSamples, gathers) },
]);
