import type { Field, Grid } from '../atlas/index.js';
import { assert } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import { coefficientOperator, prepareSynthesis, prepareTruncation, windFromVorticity } from '../spectral/index.js';
import { eachField, type Operator } from './operators.js';
import type { SpectralStep } from './step.js';

/** The operator of a step on spectral coefficients. Errors: those of `spectral`. */
export async function prepareSpectralStep(engine: Engine, step: SpectralStep, grid: Grid): Promise<Operator> {
  const truncation = grid.truncation as number;
  switch (step.name) {
    case 'truncate':
      return operatorOf(await prepareTruncation(engine, truncation, step.to.truncation as number));
    case 'cesaro': {
      const factors = cesaroFactors(truncation, step);
      return operatorOf(await coefficientOperator(engine, truncation, truncation, (_, n) => ({ real: factors[n] as number })));
    }
    case 'bandpass': {
      const [leastM, mostM, leastN, mostN] = step.bounds as [number, number, number, number];
      const isKept = (m: number, n: number): boolean => m >= leastM && m <= mostM && n >= leastN && n <= mostN;
      return operatorOf(await coefficientOperator(engine, truncation, truncation, (m, n) => ({ real: isKept(m, n) ? 1 : 0 })));
    }
    case 'wind-from-vorticity':
      return await windOperator(engine, truncation, step.to.truncation as number);
    case 'transform':
      return operatorOf(await prepareSynthesis(engine, truncation, step.to, { perCosine: step.perCosine }));
  }
}

type OfField = Pick<Operator, 'release'> & { apply<Layer>(pass: Parameters<Operator['apply']>[0], field: Field<Layer>): Field<Layer> };

function operatorOf(made: OfField): Operator {
  return eachField((pass, field) => made.apply(pass, field), made.release);
}

async function windOperator(engine: Engine, from: number, to: number): Promise<Operator> {
  const wind = await windFromVorticity(engine, from, { target: to });
  return {
    apply(pass, [vorticity, divergence]) {
      assert(vorticity !== undefined && divergence !== undefined, 'wind is made of two fields');
      const { u, v } = wind.apply(pass, vorticity, divergence);
      return [u, v];
    },
    release: wind.release,
  };
}

/** Cesaro's (C, k) means from wavenumber `start` on: f(n) = f(n - 1) (T - n + 1) / (T - n + 1 + k), and 1 below. */
export function cesaroFactors(truncation: number, { k, start }: { readonly k: number; readonly start: number }): Float64Array {
  const factors = new Float64Array(truncation + 1).fill(1);
  for (let n = start; n <= truncation; n++) {
    const rest = truncation - n + 1;
    factors[n] = ((factors[n - 1] as number) * rest) / (rest + k);
  }
  return factors;
}
