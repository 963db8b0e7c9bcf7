import { kernel, type TwinArguments } from '../../compute/index.js';

const params = { points: 'u32', lanes: 'u32' } as const;
const inputs = { places: 'f32', laneStart: 'u32', callWords: 'u32', callReals: 'f32', modes: 'f32' } as const;
const outputs = { values: 'f32' } as const;

/** Numbers of a call's kind in `callWords`. */
export const callKind = { constant: 0, vortex: 1, uniform: 2, normal: 3, chance: 4, sinc: 5, gaussian: 6 } as const;

/**
 * values[point, lane] = the calls of the lane, one after the other, each of which sets the points inside its area; 0 where none does.
 *
 * - constant: a
 * - vortex: the rolled-up vortex of Nair and Jablonowski (2008) as atlas has it, at time a; b and c are cosine and sine of 2 pi a.
 *   With s = sin lat, c = cos lat cos(lon - 2 pi a): rho = 3 sqrt(s^2 + c^2), turn = (3 sqrt(3) pi) a sech^2(rho) tanh(rho) / rho,
 *   value = tanh(0.6 (c cos(turn) + s sin(turn))). Sums of squares in place of atlas's 1 - product keep the digits near the centre.
 * - uniform in [a, b), normal with mean a and deviation b, chance: a with probability b, else 0
 * - sinc: a + b sum of sin(pi d s) / (pi d s), d the angle to the centre of a mode (a unit vector), s its spread
 * - gaussian: a + b sum of exp(-(north^2 + east^2) / 2), north and east in deviations of a mode (degrees)
 *
 * Random draws are hashes of point and seed: the same on every machine and executor, in any order.
 * places [points, 6], laneStart [lanes + 1], callWords [calls, 4], callReals [calls, 8], modes [modes, 4], values [points, lanes].
 */
export const emulate = kernel('plume/emulator/emulate', {
  params,
  inputs,
  outputs,
  threads: ({ points, lanes }) => [points, lanes],
  cpu: emulateHost,
  // The turn of a vortex has some tens of radians, of which f32 keeps five digits behind the point.
  tolerance: 2e-5,
});

type Args = TwinArguments<typeof params, typeof inputs, typeof outputs>;

const slack = 1e-4;

function emulateHost(args: Args, start: number, end: number): void {
  const { lanes, places, laneStart, values } = args;
  for (let point = start; point < end; point++) {
    const place = placeAt(places, point);
    for (let lane = 0; lane < lanes; lane++) {
      let value = 0;
      for (let call = laneStart[lane] as number; call < (laneStart[lane + 1] as number); call++) {
        if (isInside(place, args, call)) value = valueAt(place, args, call, point);
      }
      values[point * lanes + lane] = value;
    }
  }
}

interface Place {
  readonly lat: number;
  readonly lon: number;
  readonly cosLat: number;
  readonly sinLat: number;
  readonly cosLon: number;
  readonly sinLon: number;
}

function placeAt(places: Args['places'], point: number): Place {
  const at = (index: number): number => places[6 * point + index] as number;
  return { lat: at(0), lon: at(1), cosLat: at(2), sinLat: at(3), cosLon: at(4), sinLon: at(5) };
}

function eastwards(lon: number, west: number): number {
  const degrees = lon - west;
  return degrees - 360 * Math.floor(degrees / 360);
}

function isInside({ lat, lon }: Place, { callReals }: Args, call: number): boolean {
  const real = (index: number): number => callReals[8 * call + index] as number;
  const degrees = eastwards(lon, real(1));
  const isBetween = degrees <= real(3) + slack || degrees >= 360 - slack;
  return isBetween && lat <= real(0) + slack && lat >= real(2) - slack;
}

function valueAt(place: Place, { callWords, callReals, modes }: Args, call: number, point: number): number {
  const word = (index: number): number => callWords[4 * call + index] as number;
  const [a, b, c] = [callReals[8 * call + 4] as number, callReals[8 * call + 5] as number, callReals[8 * call + 6] as number];
  const bits = (): number => mixed(mixed(Math.imul(point, 0x9e3779b1)) ^ word(1));
  switch (word(0)) {
    case callKind.constant:
      return a;
    case callKind.vortex:
      return vortex(place, a, b, c);
    case callKind.uniform:
      return a + (b - a) * uniformOf(bits());
    case callKind.normal:
      return a + b * normalOf(bits());
    case callKind.chance:
      return uniformOf(bits()) < b ? a : 0;
    case callKind.sinc:
      return a + b * sumOfSincs(place, modes, word(2), word(3));
    default:
      return a + b * sumOfGaussians(place, modes, word(2), word(3));
  }
}

/** The finaliser of MurmurHash3: every bit of the input changes half of the bits of the result. */
export function mixed(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function uniformOf(bits: number): number {
  return ((bits >>> 9) * 2 + 1) * 2 ** -24;
}

function normalOf(bits: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniformOf(bits)));
  return -radius * Math.cos(2 * Math.PI * (uniformOf(mixed(bits ^ 0x5bd1e995)) - 0.5));
}

function vortex({ cosLat, sinLat, cosLon, sinLon }: Place, time: number, cosTurn: number, sinTurn: number): number {
  const across = cosLat * (cosLon * cosTurn + sinLon * sinTurn);
  const distance = Math.sqrt(sinLat * sinLat + across * across);
  if (distance === 0) return 0;
  const rho = 3 * distance;
  const tangent = Math.tanh(rho);
  const turn = (3 * Math.sqrt(3) * Math.PI * time * (1 - tangent * tangent) * tangent) / rho;
  return Math.tanh(0.6 * (across * Math.cos(turn) + sinLat * Math.sin(turn)));
}

function sumOfSincs({ cosLat, sinLat, cosLon, sinLon }: Place, modes: Args['modes'], first: number, count: number): number {
  let sum = 0;
  for (let mode = first; mode < first + count; mode++) {
    const x = cosLat * cosLon - (modes[4 * mode] as number);
    const y = cosLat * sinLon - (modes[4 * mode + 1] as number);
    const z = sinLat - (modes[4 * mode + 2] as number);
    const angle = 2 * Math.asin(Math.min(1, 0.5 * Math.sqrt(x * x + y * y + z * z)));
    const turns = angle * (modes[4 * mode + 3] as number);
    sum += turns < 1e-6 ? 1 : Math.sin(Math.PI * turns) / (Math.PI * turns);
  }
  return sum;
}

function sumOfGaussians({ lat, lon }: Place, modes: Args['modes'], first: number, count: number): number {
  let sum = 0;
  for (let mode = first; mode < first + count; mode++) {
    const north = (lat - (modes[4 * mode] as number)) / (modes[4 * mode + 2] as number);
    const east = (eastwards(lon + 180, modes[4 * mode + 1] as number) - 180) / (modes[4 * mode + 3] as number);
    sum += Math.exp(-0.5 * (north * north + east * east));
  }
  return sum;
}
