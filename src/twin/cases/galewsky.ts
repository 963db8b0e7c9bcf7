import { type CaseKind, coriolisOf, gravity, radius, type ShallowWaterCase } from './case.js';
import { cumulativeIntegral } from './quadrature.js';

const south = Math.PI / 7;
const north = Math.PI / 2 - south;
const steepness = Math.exp(-4 / (north - south) ** 2);
const meanDepth = 10_000; // m

/**
 * A mid-latitude jet that breaks up by barotropic instability (Galewsky, Scott & Polvani 2004, Tellus 56A, 429-440, equations 2 to 4): a zonal
 * jet of compact support, the depth in balance with it, and a bump of the depth that sets it off.
 */
export const galewsky: CaseKind = {
  about: 'Galewsky et al. 2004: a barotropically unstable jet',
  parameters: {
    jetSpeed: { about: 'greatest speed of the jet, m/s', default: 80 },
    bumpHeight: { about: 'height of the bump that sets the instability off, m; 0 for the balanced jet', default: 120 },
  },
  make({ jetSpeed = 80, bumpHeight = 120 }): ShallowWaterCase {
    const speedAt = (lat: number): number => jetOf(lat, jetSpeed);
    // g h = g h0 - integral of a u (f + u tan(lat) / a): balance of the momentum equation across the jet.
    const fall = cumulativeIntegral(
      (lat) => speedAt(lat) * (radius * coriolisOf((lat * 180) / Math.PI) + speedAt(lat) * Math.tan(lat)),
      south,
      north,
    );
    // Mean over the sphere of the fall, by parts: half the integral of fall'(lat) (1 - sin(lat)).
    const meanFall = cumulativeIntegral(
      (lat) => 0.5 * (1 - Math.sin(lat)) * speedAt(lat) * (radius * coriolisOf((lat * 180) / Math.PI) + speedAt(lat) * Math.tan(lat)),
      south,
      north,
    )(north);
    const meanPhi = gravity * meanDepth;
    return {
      meanPhi,
      diffusion: { order: 1, coefficient: 1e5 },
      coriolis: (lat) => coriolisOf(lat),
      initial: (lat, lon) => {
        const latRad = (lat * Math.PI) / 180;
        return { u: speedAt(latRad), v: 0, phi: meanPhi + meanFall - fall(latRad) + gravity * bumpHeight * bumpOf(latRad, lon) };
      },
    };
  },
};

function jetOf(latRad: number, jetSpeed: number): number {
  return latRad <= south || latRad >= north ? 0 : (jetSpeed / steepness) * Math.exp(1 / ((latRad - south) * (latRad - north)));
}

function bumpOf(latRad: number, lon: number): number {
  const lonRad = ((((lon + 180) % 360) + 360) % 360) - 180;
  return Math.cos(latRad) * Math.exp(-(((lonRad * Math.PI) / 60) ** 2)) * Math.exp(-((15 * (Math.PI / 4 - latRad)) ** 2));
}
