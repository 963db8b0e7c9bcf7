import { type CaseKind, coriolisOf, gravity, radius, rotation, type ShallowWaterCase } from './case.js';

const speed = 20; // m/s
const depth = 5960; // m
const height = 2000; // m
const extent = 20; // degrees
const [mountainLat, mountainLon] = [30, -90];

/** Zonal flow over an isolated mountain, test case 5 of Williamson et al. 1992 (equations 134 to 136): a cone, sharp at its top and its foot. */
export const williamson5: CaseKind = {
  about: 'Williamson et al. 1992, case 5: zonal flow over an isolated mountain',
  parameters: { flowSpeed: { about: 'speed at the equator, m/s; 0 for a layer at rest', default: speed } },
  make({ flowSpeed = speed }): ShallowWaterCase {
    const drop = radius * rotation * flowSpeed + (flowSpeed * flowSpeed) / 2;
    const highest = gravity * depth;
    return {
      meanPhi: highest - drop / 3,
      coriolis: (lat) => coriolisOf(lat),
      initial: (lat) => {
        const [sine, cosine] = [Math.sin((lat * Math.PI) / 180), Math.cos((lat * Math.PI) / 180)];
        return { u: flowSpeed * cosine, v: 0, phi: highest - drop * sine * sine };
      },
      ground: (lat, lon) => {
        const east = ((((lon - mountainLon + 180) % 360) + 360) % 360) - 180;
        return gravity * height * Math.max(0, 1 - Math.hypot(east, lat - mountainLat) / extent);
      },
    };
  },
};
