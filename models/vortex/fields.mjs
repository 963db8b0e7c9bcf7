// Patches of relative vorticity on a grid of 1 degree, with vortices in them and with what is only as strong: jets, filaments, waves.
import { cosTurns, exp, sinTurns } from '../make/arithmetic.mjs';

/** Vorticity of 1 in the patches, s-1. */
export const unit = 1e-4;

/**
 * A square patch of `width` cells: `values` in units of `unit`, and the `mask` of its middle, `margin` cells within on every side: 1 inside
 * the half-maximum contour of an anticlockwise vortex.
 */
export function randomPatch(source, width, margin) {
  const values = new Float64Array(width * width);
  addJet(values, width, source);
  addWaves(values, width, source);
  for (let n = Math.floor(source.between(0, 4)); n > 0; n--) addRidge(values, width, source);
  const inner = width - 2 * margin;
  const mask = new Float64Array(inner * inner);
  for (let n = Math.floor(source.between(2, 8)); n > 0; n--) addVortex(values, width, source, mask, margin);
  // A calm day and a wild one: what counts is how a vortex stands out from what is around it.
  const strength = source.between(0.5, 1.2);
  for (let at = 0; at < values.length; at++) values[at] *= strength;
  for (let at = 0; at < values.length; at++) values[at] += 0.02 * source.normal();
  return { values, width, mask };
}

/** A jet that meanders: a band of either sign on each flank, as strong as vortices are. */
function addJet(values, width, { between, random }) {
  if (random() < 0.25) return;
  const amplitude = (random() < 0.5 ? -1 : 1) * between(0.3, 1.6);
  const half = between(1.8, 9);
  const middle = between(0, width);
  const [meander, length, phase] = [between(0, 5), between(20, 70), random()];
  for (let column = 0; column < width; column++) {
    const axis = middle + meander * sinTurns(column / length + phase);
    for (let row = 0; row < width; row++) {
      const y = (row - axis) / half;
      // The derivative of a bell-shaped wind, 1 at its extremes.
      if (y * y < 40) values[row * width + column] += amplitude * 1.6487212707001282 * y * exp((-y * y) / 2);
    }
  }
}

/** Large-scale waves in all directions, the longer the stronger. */
function addWaves(values, width, { between, random }) {
  for (let n = 0; n < 5; n++) {
    const length = between(8, 40);
    addWave(values, width, between(0, 0.008) * length, length, random(), random());
  }
}

/** `direction` and `phase` in turns; direction 0.25 varies from row to row. */
function addWave(values, width, amplitude, length, direction, phase) {
  const [x, y] = [cosTurns(direction) / length, sinTurns(direction) / length];
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) values[row * width + column] += amplitude * cosTurns(column * x + row * y + phase);
  }
}

/** A filament: at least four times as long as wide. */
function addRidge(values, width, source) {
  const across = source.between(0.9, 2.2);
  const amplitude = sign(source) * source.between(0.4, 1.6);
  addBell(values, width, amplitude, placeIn(width, source), across * source.between(4, 9), across, source.random());
}

/** Longer from west to east by up to 2: a round vortex is that at 60 degrees of latitude, where a degree of longitude is half as long. */
function addVortex(values, width, source, mask, margin) {
  const amplitude = sign(source) * source.between(0.8, 2.5);
  const minor = source.between(1.8, 4);
  const major = minor * source.between(1, 2);
  const [centreX, centreY] = placeIn(width, source);
  const direction = source.between(-0.07, 0.07);
  addBell(values, width, amplitude, [centreX, centreY], major, minor, direction);
  if (amplitude < 0) return;
  const inner = width - 2 * margin;
  eachCell(inner, [centreX - margin, centreY - margin], major, minor, direction, (at, distance) => {
    // exp(-d / 2) is one half at d = 2 ln 2
    if (distance < 1.3862943611198906) mask[at] = 1;
  });
}

function addBell(values, width, amplitude, centre, major, minor, direction) {
  eachCell(width, centre, major, minor, direction, (at, distance) => {
    if (distance < 40) values[at] += amplitude * exp(-distance / 2);
  });
}

/** Every cell with its squared distance from a centre, in half widths of an ellipse. */
function eachCell(width, [centreX, centreY], major, minor, direction, each) {
  const [cos, sin] = [cosTurns(direction), sinTurns(direction)];
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column - centreX, row - centreY];
      const along = (x * cos + y * sin) / major;
      const across = (y * cos - x * sin) / minor;
      each(row * width + column, along * along + across * across);
    }
  }
}

const sign = ({ random }) => (random() < 0.5 ? -1 : 1);
const placeIn = (width, { between }) => [between(0, width), between(0, width)];
