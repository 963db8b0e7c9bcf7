// The equations and their time steps, in f64: states that are known to stay or to move in a known way, order of convergence, conservation.
import t from 'tap';
import { gridFromSpec } from '../../src/atlas/index.js';
import type { Engine } from '../../src/compute/index.js';
import { coefficientIndex } from '../../src/spectral/index.js';
import { radius } from '../../src/twin/cases/index.js';
import { cases, createTwin, type ShallowWaterCase, type TwinOptions } from '../../src/twin/index.js';
import { cpuEngine } from '../support/engines.js';
import { greatestDifference, relativeDistance, valuesAfter, valuesOf } from './values.js';

let engine: Engine;
t.before(async () => {
  // Steps of these sizes are too short for threads.
  engine = await cpuEngine({ precision: 'f64', threads: 1 });
});
t.after(() => engine.close());

/** Adds a case for the length of a test. */
async function withCase(made: ShallowWaterCase, use: (name: string) => Promise<void>): Promise<void> {
  cases.set('of-a-test', { about: '', parameters: {}, make: () => made });
  try {
    await use('of-a-test');
  } finally {
    cases.delete('of-a-test');
  }
}

t.test('steady flow in any direction stays to the last digits: Williamson 2', async (test) => {
  for (const alphaDegrees of [45, 90]) {
    const options: TwinOptions = { case: 'williamson2', parameters: { alphaDegrees }, truncation: 10, stepSeconds: 3600 };
    const [before, after] = [await valuesAfter(engine, options, 0), await valuesAfter(engine, options, 24)];
    // The solution is of degree 2: nothing is cut off, and 24 steps of four stages round 1e-16 each.
    test.ok(relativeDistance(after.u[0], before.u[0]) < 1e-12, `alpha ${alphaDegrees}: wind`);
    test.ok(relativeDistance(after.z[0], before.z[0]) < 1e-13, `alpha ${alphaDegrees}: geopotential`);
    const divergence = greatestDifference(after.d[0], new Float64Array(after.d[0]?.length ?? 0));
    test.ok(divergence < 1e-17, `alpha ${alphaDegrees}: divergence ${divergence} /s`);
    // W = u0 / a: u = u0 (cos lat cos alpha + cos lon sin lat sin alpha).
    const { lat, lon } = gridFromSpec('F8').coordinates();
    const [alpha, degree] = [(alphaDegrees * Math.PI) / 180, Math.PI / 180];
    const speed = (2 * Math.PI * 6.37122e6) / (12 * 86_400);
    const u = lat.map((y, i) => {
      const x = lon[i] as number;
      return speed * (Math.cos(y * degree) * Math.cos(alpha) + Math.cos(x * degree) * Math.sin(y * degree) * Math.sin(alpha));
    });
    test.ok(greatestDifference(after.u[0], u) < 1e-11, `alpha ${alphaDegrees}: formula`);
  }
});

t.test('a gravity wave on a sphere at rest swings with its period', async (test) => {
  const meanPhi = 5e4;
  const [m, n, amplitude] = [0, 2, 1e-3];
  const legendre = (lat: number): number => (3 * Math.sin((lat * Math.PI) / 180) ** 2 - 1) / 2;
  const state: ShallowWaterCase = {
    meanPhi,
    coriolis: () => 0,
    initial: (lat) => ({ u: 0, v: 0, phi: meanPhi + amplitude * legendre(lat) }),
  };
  await withCase(state, async (name) => {
    const frequency = Math.sqrt((n * (n + 1) * meanPhi) / (radius * radius));
    const stepSeconds = Math.PI / 4 / frequency;
    for (const scheme of ['exponential', 'explicit'] as const) {
      const twin = await createTwin(engine, { case: name, truncation: 5, stepSeconds, scheme });
      const place = 2 * coefficientIndex(5, m, n);
      const begin = (await valuesOf(engine, twin)).spectralZ[0]?.[place] as number;
      await twin.step(4);
      const end = (await valuesOf(engine, twin)).spectralZ[0]?.[place] as number;
      twin.close();
      // Half a period turns it over. Nonlinear terms are 1e-3 / 5e4 of it, and four explicit steps of pi / 4 miss (pi / 4)^5 / 120 each.
      const off = Math.abs(end / begin + 1);
      test.ok(off < (scheme === 'exponential' ? 1e-7 : (4 * (Math.PI / 4) ** 5) / 72), `${scheme} is off by ${off}`);
    }
  });
});

t.test('both schemes are of order 4 and lead to the same state', async (test) => {
  const at = (scheme: 'exponential' | 'explicit', stepSeconds: number): ReturnType<typeof valuesAfter> =>
    valuesAfter(engine, { case: 'rossby-haurwitz', truncation: 10, scheme, stepSeconds, diffusion: 'none' }, 3);
  const reference = await at('exponential', 112.5);
  for (const [scheme, coarse] of [
    ['exponential', 1800],
    ['explicit', 900],
  ] as const) {
    const [one, two] = [await at(scheme, coarse), await at(scheme, coarse / 2)];
    for (const name of ['spectralVo', 'spectralZ'] as const) {
      const [large, small] = [relativeDistance(one[name][0], reference[name][0]), relativeDistance(two[name][0], reference[name][0])];
      const order = Math.log2(large / small);
      // 4 in the limit of short steps; the reference itself is 1e-4 of the error of the finer run.
      test.ok(
        order > 3.7 && order < 4.3,
        `${scheme} ${name}: ${large.toExponential(1)}, ${small.toExponential(1)}, order ${order.toFixed(2)}`,
      );
    }
  }
});

t.test('mass is conserved exactly; energy and potential enstrophy as far as the time step goes', async (test) => {
  for (const [name, parameters] of [
    ['rossby-haurwitz', {}],
    ['williamson5', {}],
  ] as const) {
    const twin = await createTwin(engine, { case: name, parameters, truncation: 15, diffusion: 'none', stepSeconds: 900 });
    const [before] = await twin.diagnostics();
    await twin.step(24);
    const [after] = await twin.diagnostics();
    twin.close();
    const change = (key: 'mass' | 'energy' | 'availableEnergy'): number =>
      Math.abs((after?.[key] as number) / (before?.[key] as number) - 1);
    test.ok(change('mass') < 1e-14, `${name}: mass ${change('mass')}`);
    // Products are free of aliasing, so the equations as truncated conserve energy up to its cubic part (h K), which is not a product of two.
    test.ok(change('energy') < 1e-7, `${name}: energy ${change('energy')}`);
    test.ok(change('availableEnergy') < 1e-4, `${name}: available energy ${change('availableEnergy')}`);
  }
});

t.test('a layer at rest over a mountain stays at rest', async (test) => {
  const options: TwinOptions = { case: 'williamson5', parameters: { flowSpeed: 0 }, truncation: 10 };
  const after = await valuesAfter(engine, options, 24);
  test.ok(greatestDifference(after.u[0], new Float64Array(after.u[0]?.length ?? 0)) < 1e-12);
  const twin = await createTwin(engine, options);
  const [found] = await twin.diagnostics();
  twin.close();
  // A cone of 20 degrees and 2000 m whose middle is at 30 N, in the plane of longitude and latitude: its volume by quadrature.
  const cone = coneMean();
  test.ok(Math.abs((found?.mass as number) - (5960 - cone)) < 2, `mean depth ${found?.mass}, of the formula ${5960 - cone}`);
});

/** Mean over the sphere of 2000 m (1 - r / 20 degrees): half the mean over longitude, weighted with the cosine. */
function coneMean(): number {
  let sum = 0;
  const step = 0.05;
  for (let y = 10 + step / 2; y < 50; y += step) {
    for (let x = -20 + step / 2; x < 20; x += step) {
      sum += Math.max(0, 1 - Math.hypot(x, y - 30) / 20) * Math.cos((y * Math.PI) / 180);
    }
  }
  return (2000 * sum * ((step * Math.PI) / 180) ** 2) / (4 * Math.PI);
}

t.test('a Rossby-Haurwitz wave goes round at the speed of its formula', async (test) => {
  const twin = await createTwin(engine, { case: 'rossby-haurwitz', truncation: 15, diffusion: 'none' });
  const place = 2 * coefficientIndex(15, 4, 5);
  const phase = async (): Promise<number> => {
    const { spectralVo } = await valuesOf(engine, twin);
    return Math.atan2(spectralVo[0]?.[place + 1] as number, spectralVo[0]?.[place] as number);
  };
  const begin = await phase();
  await twin.step(Math.round(86_400 / twin.description.stepSeconds));
  const turned = (((begin - (await phase())) / 4) * 180) / Math.PI;
  twin.close();
  // Haurwitz 1940, of a flow without divergence: (R (3 + R) omega - 2 Omega) / ((1 + R) (2 + R)) = 12.2 degrees a day. Divergence slows it
  // by a few percent (Williamson et al. 1992: the wave is no exact solution of the shallow-water equations).
  const expected = ((((4 * 7 * 7.848e-6 - 2 * 7.292e-5) / 30) * 180) / Math.PI) * 86_400;
  test.ok(Math.abs(turned / expected - 1) < 0.15, `${turned} degrees a day, ${expected} without divergence`);
});
