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
 */
export { type Analysis, type AnalysisOptions, prepareAnalysis } from './analysis.js';
export { type CoefficientOperator, coefficientOperator, type Factors } from './coefficient-operator.js';
export { type Band, type CesaroOptions, prepareBandpass, prepareCesaro, prepareLaplacian, prepareTruncation } from './filters.js';
export { type GradientSynthesis, prepareGradient } from './gradient.js';
export { prepareSynthesis, type Synthesis, type SynthesisOptions } from './synthesis.js';
export { earthRadius, type Pair, type WindFromVorticity, windFromVorticity, type WindOptions } from './wind.js';
export { prepareWindAnalysis, type WindAnalysis } from './wind-analysis.js';
export { prepareWindSynthesis, type WindSynthesis, type WindSynthesisOptions } from './wind-synthesis.js';
