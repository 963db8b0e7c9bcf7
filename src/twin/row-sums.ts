import { kernel, type TwinArguments } from '../compute/index.js';

const params = {
  rows: 'u32',
  members: 'u32',
  stride: 'u32',
  uAt: 'u32',
  vAt: 'u32',
  vorticityAt: 'u32',
  phiAt: 'u32',
  meanPhi: 'f32',
} as const;
const inputs = { rowStart: 'u32', u: 'f32', v: 'f32', vorticity: 'f32', phi: 'f32', geometry: 'f32' } as const;
const outputs = { sums: 'f32', places: 'u32' } as const;

/** Reals and places of a row and member. */
export const rowReals = 6;
export const rowPlaces = 2;

/**
 * For every row and member: means of phi, of the energy meanPhi phi + phi^2 / 2 + h (u^2 + v^2) / 2 with h = meanPhi + phi - ground, and of the
 * potential enstrophy (vo + f)^2 / (2 h); the greatest u^2 + v^2; least and greatest vorticity, and the points that have them.
 * Energy and geopotential are counted from those of a layer at rest that fills up to meanPhi, so that f32 holds their changes. Reals that are not
 * finite show in the means.
 *
 * rowStart: [rows + 1] first point of each row; u, v (times cos(lat)), vorticity, phi: [points, stride], `members` lanes from ...At on;
 * geometry: [points, 3] Coriolis parameter, 1 / cos(lat)^2, ground; sums: [rows, members, 6]; places: [rows, members, 2] least, greatest.
 */
export const rowSums = kernel('twin/row-sums', {
  params,
  inputs,
  outputs,
  threads: ({ rows, members }) => [rows, members],
  cpu: rowSumsHost,
  // Rows of a few hundred points, summed in portions of 32.
  tolerance: 2e-6,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

const portionPoints = 32;

function rowSumsHost(args: Arguments, start: number, end: number): void {
  for (let row = start; row < end; row++) for (let member = 0; member < args.members; member++) sumRow(args, row, member);
}

function sumRow(args: Arguments, row: number, member: number): void {
  const { rowStart, members, sums, places } = args;
  const [first, last] = [rowStart[row] as number, rowStart[row + 1] as number];
  const total = [0, 0, 0];
  for (let point = first; point < last; point += portionPoints) {
    const portion = portionSums(args, member, point, Math.min(point + portionPoints, last));
    for (let i = 0; i < 3; i++) total[i] = (total[i] as number) + (portion[i] as number);
  }
  const { wind, least, greatest } = extremes(args, member, first, last);
  const at = row * members + member;
  const value = (point: number): number => args.vorticity[point * args.stride + args.vorticityAt + member] as number;
  const count = last - first;
  sums.set([...total.map((sum) => sum / count), wind, value(least), value(greatest)], rowReals * at);
  places.set([least, greatest], rowPlaces * at);
}

function portionSums(args: Arguments, member: number, first: number, last: number): [number, number, number] {
  const { stride, meanPhi, phi, vorticity, geometry } = args;
  let sumPhi = 0;
  let sumEnergy = 0;
  let sumEnstrophy = 0;
  for (let point = first; point < last; point++) {
    const at = point * stride + member;
    const deviation = phi[at + args.phiAt] as number;
    const depth = meanPhi - (geometry[3 * point + 2] as number) + deviation;
    const absolute = (vorticity[at + args.vorticityAt] as number) + (geometry[3 * point] as number);
    const kinetic = 0.5 * squaredWind(args, point, member);
    sumPhi += deviation;
    sumEnergy += deviation * (meanPhi + 0.5 * deviation) + depth * kinetic;
    sumEnstrophy += (0.5 * absolute * absolute) / depth;
  }
  return [sumPhi, sumEnergy, sumEnstrophy];
}

function squaredWind({ stride, u, v, uAt, vAt, geometry }: Arguments, point: number, member: number): number {
  const eastward = u[point * stride + uAt + member] as number;
  const northward = v[point * stride + vAt + member] as number;
  return (eastward * eastward + northward * northward) * (geometry[3 * point + 1] as number);
}

function extremes(
  args: Arguments,
  member: number,
  first: number,
  last: number,
): { readonly wind: number; readonly least: number; readonly greatest: number } {
  const { stride, vorticity, vorticityAt } = args;
  const value = (point: number): number => vorticity[point * stride + vorticityAt + member] as number;
  let wind = 0;
  let least = first;
  let greatest = first;
  for (let point = first; point < last; point++) {
    wind = Math.max(wind, squaredWind(args, point, member));
    if (value(point) < value(least)) least = point;
    if (value(point) > value(greatest)) greatest = point;
  }
  return { wind, least, greatest };
}
