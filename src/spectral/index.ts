/**
 * Spectral transforms: coefficients of spherical harmonics to values at points, and operators on coefficients.
 *
 *     import { prepareSynthesis, prepareWindSynthesis } from 'dte-webgpu/spectral';
 *     const synthesis = await prepareSynthesis(engine, 639, gridFromSpec('O640'));
 *     const temperature = await engine.run((pass) => synthesis.apply(pass, coefficients));
 *     const wind = await prepareWindSynthesis(engine, 639, gridFromSpec('O640'));
 *     const { u, v } = await engine.run((pass) => wind.apply(pass, vorticity, divergence));
 *
 * Conventions. Coefficients as GRIB has them: for m = 0..T, n = m..T the real and the imaginary part; half the integral of P(n, m)^2
 * over mu is 1, no Condon-Shortley phase; a field is sum over m of (2 - [m = 0]) Re(f(m, n) P(n, m) e^(i m lon)), so its mean is
 * the first coefficient. Vector components are U = u cos(lat), V = v cos(lat).
 *
 * Design. A transform is two kernels. `legendre` sums over n for 16 pairs of parallels at a time, even and odd n - m apart, all layers
 * against one set of polynomials. These are run up in n inside the kernel: in f64 on the CPU executor, from starts that the host
 * finds with an exponent beside (`LegendreStarts`), so that nothing is tabled, whatever the truncation; a GPU has no f64 and
 * reads them, made in f64 by worker threads, all of them or, where memory is short, two of every eight. What is next to nothing near the poles
 * is left out. `fourier` then takes every row from waves to points: on the CPU executor by stages of any radix (rows of reduced
 * grids have prime factors in the hundreds; a prime costs a quarter of its square), on a GPU by the sum as it stands. Means are
 * kept out of f32 sums. Rejected: tables on the CPU executor (0.4 GB at T639, and their reading costs as much as the recurrence), and
 * recurrence in pairs of f32 in WGSL, whose compilers may reorder sums.
 *
 * Known limits. Waves above half a row's points are left out, as in ectrans (upstream: mir, atlas trans local); vectors
 * keep n = T + 1 where they go straight to points, which MIR and CDO drop; CDO also drops vorticity and divergence of n = T.
 * Within f32, winds on the row next to a pole lose a digit: U is divided by a small cosine.
 */
export { type Analysis, type AnalysisOptions, prepareAnalysis } from './analysis.js';
export { type CoefficientOperator, coefficientOperator, type Factors } from './coefficient-operator.js';
export { type Band, type CesaroOptions, prepareBandpass, prepareCesaro, prepareLaplacian, prepareTruncation } from './filters.js';
export { type GradientSynthesis, prepareGradient } from './gradient.js';
export { fieldOfApart, type LayersApart } from './layers-apart.js';
export { epsilon } from './recurrence.js';
export { prepareSynthesis, type Synthesis, type SynthesisOptions } from './synthesis.js';
export { earthRadius } from '../atlas/index.js';
export { type Pair, type WindFromVorticity, windFromVorticity, type WindOptions } from './wind.js';
export { coefficientCount, coefficientIndex } from './triangle.js';
export { prepareWindAnalysis, type WindAnalysis } from './wind-analysis.js';
export { prepareWindSynthesis, type WindSynthesis, type WindSynthesisOptions } from './wind-synthesis.js';
