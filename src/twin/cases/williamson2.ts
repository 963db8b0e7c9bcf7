import { type CaseKind, radius, rotation, type ShallowWaterCase } from './case.js';

const degree = Math.PI / 180;
const speed = (2 * Math.PI * radius) / (12 * 86_400); // once round in 12 days, m/s
const highest = 2.94e4; // m^2/s^2

/**
 * Steady nonlinear zonal geostrophic flow, test case 2 of Williamson et al. 1992 (equations 90 to 96): solid rotation about an axis that is
 * turned by alpha against that of the sphere, with the Coriolis parameter turned likewise.
 */
export const williamson2: CaseKind = {
  about: 'Williamson et al. 1992, case 2: steady zonal flow in geostrophic balance',
  parameters: { alphaDegrees: { about: 'angle between the axes of the flow and of the sphere', default: 0 } },
  make({ alphaDegrees = 0 }): ShallowWaterCase {
    const [sine, cosine] = [Math.sin(alphaDegrees * degree), Math.cos(alphaDegrees * degree)];
    const turned = (lat: number, lon: number): number =>
      -Math.cos(lon * degree) * Math.cos(lat * degree) * sine + Math.sin(lat * degree) * cosine;
    const drop = radius * rotation * speed + (speed * speed) / 2;
    return {
      // The mean of the square of a sine over the sphere is 1/3.
      meanPhi: highest - drop / 3,
      coriolis: (lat, lon) => 2 * rotation * turned(lat, lon),
      initial: (lat, lon) => ({
        u: speed * (Math.cos(lat * degree) * cosine + Math.cos(lon * degree) * Math.sin(lat * degree) * sine),
        v: -speed * Math.sin(lon * degree) * sine,
        phi: highest - drop * turned(lat, lon) ** 2,
      }),
    };
  },
};
