import { type CaseKind, coriolisOf, gravity, radius, rotation, type ShallowWaterCase } from './case.js';

const rate = 7.848e-6; // omega and K, 1/s
const wave = 4;
const depth = 8000; // m

/** A Rossby-Haurwitz wave of wavenumber 4, which moves eastward and all but keeps its form: test case 6 of Williamson et al. 1992 (141 to 148). */
export const rossbyHaurwitz: CaseKind = {
  about: 'Williamson et al. 1992, case 6: a Rossby-Haurwitz wave of wavenumber 4',
  parameters: {},
  make(): ShallowWaterCase {
    return {
      meanPhi: gravity * 9500,
      coriolis: (lat) => coriolisOf(lat),
      initial: (lat, lon) => {
        const [sine, cosine] = [Math.sin((lat * Math.PI) / 180), Math.cos((lat * Math.PI) / 180)];
        const angle = (wave * lon * Math.PI) / 180;
        const [a, b, c] = heightTerms(cosine);
        return {
          u: radius * rate * (cosine + cosine ** (wave - 1) * (wave * sine * sine - cosine * cosine) * Math.cos(angle)),
          v: -radius * rate * wave * cosine ** (wave - 1) * sine * Math.sin(angle),
          phi: gravity * depth + radius * radius * (a + b * Math.cos(angle) + c * Math.cos(2 * angle)),
        };
      },
    };
  },
};

function heightTerms(cosine: number): readonly [number, number, number] {
  const square = cosine * cosine;
  const R = wave;
  const a =
    (rate / 2) * (2 * rotation + rate) * square +
    (rate * rate * (cosine ** (2 * R) * ((R + 1) * square + (2 * R * R - R - 2)) - 2 * R * R * cosine ** (2 * R - 2))) / 4;
  const b = ((2 * (rotation + rate) * rate) / ((R + 1) * (R + 2))) * cosine ** R * (R * R + 2 * R + 2 - (R + 1) ** 2 * square);
  const c = (rate * rate * cosine ** (2 * R) * ((R + 1) * square - (R + 2))) / 4;
  return [a, b, c];
}
