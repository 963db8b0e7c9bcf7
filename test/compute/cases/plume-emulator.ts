import { callKind, emulate } from '../../../src/plume/emulator/emulate.js';
import type { Kernel } from '../../../src/compute/index.js';
import type { KernelCase } from '../kernel-cases.js';

/** A lane for each kind of call; one without calls; one where a second call overwrites part of the first. */
const lanes = [[0], [1], [2], [3], [4], [5], [6], [], [0, 7], [8]];

const everywhere = [90, -180, -90, 360];
const calls: readonly (readonly [kind: number, modes: number, reals: readonly number[]])[] = [
  [callKind.constant, 0, [...everywhere, 2.5]],
  [callKind.vortex, 0, [...everywhere, 1.25, 0, 1]],
  [callKind.uniform, 0, [...everywhere, -2, 6]],
  [callKind.normal, 0, [...everywhere, 3, 2]],
  [callKind.chance, 0, [...everywhere, 4, 0.25]],
  [callKind.sinc, 3, [...everywhere, -1, 0.5]],
  [callKind.gaussian, 3, [...everywhere, 1, 2]],
  [callKind.constant, 0, [60.25, 170.25, -30.25, 40, -3]],
  [callKind.vortex, 0, [...everywhere, 0, 1, 0]],
];

const emulateCase: KernelCase['make'] = (points, random) => {
  const position = (range: number): number => Math.round(range * (random() - 0.5) * 8) / 8;
  const places = Array.from({ length: points }, () => {
    const [lat, lon] = [position(180), position(360)];
    const [latRad, lonRad] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
    return [lat, lon, Math.cos(latRad), Math.sin(latRad), Math.cos(lonRad), Math.sin(lonRad)].map(Math.fround);
  });
  const starts = [0];
  for (const { length } of lanes) starts.push((starts.at(-1) as number) + length);
  const listed = lanes.flat().map((call) => calls[call] as (typeof calls)[number]);
  const sincs = [0, 0, 1, 9, 0.6, 0, 0.8, 18, -1, 0, 0, 12];
  const gaussians = [10, 179, 1, 3, -20, -170, 30, 8, 89, 0, 5, 50];
  return {
    inputs: {
      points,
      lanes: lanes.length,
      places: Float64Array.from(places.flat()),
      laneStart: Uint32Array.from(starts),
      callWords: Uint32Array.from(listed.flatMap(([kind, modes], index) => [kind, 77 + index, kind === callKind.gaussian ? 3 : 0, modes])),
      callReals: Float64Array.from(listed.flatMap(([, , reals]) => Array.from({ length: 8 }, (_, at) => reals[at] ?? 0))),
      modes: Float64Array.from([...sincs, ...gaussians].map(Math.fround)),
    },
    outputs: { values: points * lanes.length },
  };
};

export const plumeEmulatorCases: readonly KernelCase[] = [{ kernel: emulate as unknown as Kernel, make: emulateCase }];
