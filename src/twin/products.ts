import { kernel, type TwinArguments } from '../compute/index.js';
import { stepWasm } from './step-wasm.js';

const params = {
  points: 'u32',
  lanes: 'u32',
  members: 'u32',
  firstLayer: 'u32',
  stride: 'u32',
  uAt: 'u32',
  vAt: 'u32',
  vorticityAt: 'u32',
  phiAt: 'u32',
  meanPhi: 'f32',
  phiShare: 'f32',
} as const;
const inputs = { u: 'f32', v: 'f32', vorticity: 'f32', phi: 'f32', geometry: 'f32' } as const;
const outputs = { product: 'f32' } as const;

/**
 * The products of a step at the points of the grid: layers of all members of (vo + f) u / cos(lat), (vo + f) v / cos(lat),
 * h u / cos(lat), h v / cos(lat) with h = phi + meanPhi - ground, and (u^2 + v^2) / 2 + phiShare phi; of these, layers
 * `firstLayer` and the `lanes` - 1 after it.
 *
 * u, v (times cos(lat)), vorticity, phi: [points, stride], of which `members` lanes from ...At on; geometry: [points, 3] Coriolis parameter, 1/s,
 * 1 / cos(lat)^2, geopotential of the ground, m^2/s^2; product: [points, lanes].
 */
export const products = kernel('twin/products', {
  params,
  inputs,
  outputs,
  threads: ({ points, lanes }) => [points, lanes],
  cpu: productsHost,
  simd: {
    module: stepWasm,
    run: ({ products: compiled }, a, start, end) =>
      compiled?.(
        ...[start, end, a.lanes, a.members, a.firstLayer, a.stride, a.uAt, a.vAt, a.vorticityAt, a.phiAt, a.meanPhi, a.phiShare],
        ...[a.u, a.v, a.vorticity, a.phi, a.geometry, a.product],
      ),
  },
  tolerance: 3e-7,
});

type Arguments = TwinArguments<typeof params, typeof inputs, typeof outputs>;

function productsHost(args: Arguments, start: number, end: number): void {
  const { lanes, members, firstLayer } = args;
  for (let lane = 0; lane < lanes; lane++) {
    const kind = Math.floor((firstLayer + lane) / members);
    const member = (firstLayer + lane) % members;
    if (kind === 4) energyLane(args, start, end, lane, member);
    else fluxLane(args, start, end, lane, { member, ofVorticity: kind < 2, eastward: kind % 2 === 0 });
  }
}

function energyLane(args: Arguments, start: number, end: number, lane: number, member: number): void {
  const { lanes, stride, phiShare, u, v, phi, geometry, product } = args;
  const [uAt, vAt, phiAt] = [args.uAt + member, args.vAt + member, args.phiAt + member];
  for (let point = start; point < end; point++) {
    const at = point * stride;
    const eastward = u[at + uAt] as number;
    const northward = v[at + vAt] as number;
    const kinetic = 0.5 * (geometry[3 * point + 1] as number) * (eastward * eastward + northward * northward);
    product[point * lanes + lane] = kinetic + phiShare * (phi[at + phiAt] as number);
  }
}

interface Flux {
  readonly member: number;
  readonly ofVorticity: boolean;
  readonly eastward: boolean;
}

function fluxLane(args: Arguments, start: number, end: number, lane: number, { member, ofVorticity, eastward }: Flux): void {
  const { lanes, stride, geometry, product } = args;
  const carried = ofVorticity ? args.vorticity : args.phi;
  const carriedAt = member + (ofVorticity ? args.vorticityAt : args.phiAt);
  const wind = eastward ? args.u : args.v;
  const windAt = member + (eastward ? args.uAt : args.vAt);
  // Added to vorticity: the Coriolis parameter; to the geopotential: its mean less that of the ground.
  const [rest, share, column] = ofVorticity ? [0, 1, 0] : [args.meanPhi, -1, 2];
  for (let point = start; point < end; point++) {
    const at = point * stride;
    const sum = (carried[at + carriedAt] as number) + (rest + share * (geometry[3 * point + column] as number));
    product[point * lanes + lane] = sum * (wind[at + windAt] as number) * (geometry[3 * point + 1] as number);
  }
}
