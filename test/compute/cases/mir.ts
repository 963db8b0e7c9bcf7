import { missingValue } from '../../../src/compute/index.js';

type Made = {
  readonly inputs: Readonly<Record<string, number | Float64Array | Uint32Array>>;
  readonly outputs: Readonly<Record<string, number>>;
};

const lanes = 5;

const values = (count: number, random: () => number): Float64Array =>
  Float64Array.from({ length: count }, () => (random() < 0.2 ? missingValue : Math.round((random() - 0.5) * 2 ** 19) / 2 ** 10));

export function keepCase(points: number, random: () => number): Made {
  const mask = Uint32Array.from({ length: Math.ceil(points / 32) }, () => Math.floor(random() * 2 ** 32));
  return { inputs: { points, lanes, mask, source: values(points * lanes, random) }, outputs: { kept: points * lanes } };
}

export function limitCase(count: number, random: () => number): Made {
  return { inputs: { count, minimum: -100.5, maximum: 64.25, source: values(count, random) }, outputs: { limited: count } };
}
