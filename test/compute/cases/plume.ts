import { type Kernel, missingValue } from '../../../src/compute/index.js';
import { relativeHumidity } from '../../../src/plume/derived/relative-humidity.js';
import { windAtHeight } from '../../../src/plume/derived/wind-at-height.js';
import { windDirection } from '../../../src/plume/derived/wind-direction.js';
import { windSpeed } from '../../../src/plume/derived/wind-speed.js';
import { fillMissing } from '../../../src/plume/fill-missing.js';
import type { KernelCase } from '../kernel-cases.js';

const lanes = 5;

type Make = KernelCase['make'];

const values = (count: number, make: (at: number) => number, random: () => number, missing = 0.1): Float64Array =>
  // Every value is one of f32, so that both executors begin with the same.
  Float64Array.from({ length: count }, (_, at) => (random() < missing ? missingValue : Math.fround(make(at))));

const wind = (count: number, random: () => number): Float64Array => values(count, () => Math.round(160 * (random() - 0.5)) / 2, random);

/** Levels 1000 apart from the ground up, the wanted one between two of them, or below or above all. */
const heights =
  (isLowest: 0 | 1): Make =>
  (points, random) => ({
    inputs: {
      points,
      lanes,
      laneStart: 1,
      laneEnd: 4,
      isLowest,
      wanted: 2500,
      windLanes: 3,
      windLane: 1,
      geopotential: values(points * lanes, (at) => 1000 * (lanes - (at % lanes)) - Math.floor(3000 * random()), random),
      component: wind(points * lanes, random),
    },
    outputs: { below: 3 * points, wind: 3 * points },
  });

const pairs =
  (output: string): Make =>
  (count, random) => ({ inputs: { count, u: wind(count, random), v: wind(count, random) }, outputs: { [output]: count } });

const humidities =
  (isByLane: 0 | 1): Make =>
  (points, random) => ({
    inputs: {
      points,
      lanes,
      isByLane,
      temperature: values(points * lanes, () => 220 + 90 * random(), random),
      humidity: values(points * lanes, () => 0.02 * random(), random),
      pressure: values(isByLane === 1 ? lanes : points * lanes, () => 20_000 + 80_000 * random(), random, 0),
    },
    outputs: { relative: points * lanes },
  });

const entry = (kernel: unknown, make: Make): KernelCase => ({ kernel: kernel as Kernel, make });

export const plumeCases: readonly KernelCase[] = [
  entry(windAtHeight, heights(1)),
  entry(windAtHeight, heights(0)),
  entry(windSpeed, pairs('speed')),
  entry(windDirection, pairs('direction')),
  entry(relativeHumidity, humidities(0)),
  entry(relativeHumidity, humidities(1)),
  entry(fillMissing, (count) => ({ inputs: { count }, outputs: { filled: count } })),
];
