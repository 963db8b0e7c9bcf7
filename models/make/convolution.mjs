// A stack of convolutions without padding ("valid"), rectified between them, and its training against a mask of 0 and 1: the last layer
// gives the logit of a probability, and the loss is their cross entropy. Planes are [channels, rows, columns]; weights [to, from, k, k], k 1 or 3.
import { adam } from './adam.mjs';
import { sigmoid } from './arithmetic.mjs';

const presentWeight = 2.5;

/** `shapes`: `{ from, to, size, dilation }` of each layer, its kernel size x size. */
export function newStack(shapes, { normal }) {
  return shapes.map((shape) => {
    const { from, to, size } = shape;
    const spread = Math.sqrt(2 / (from * size * size));
    return {
      ...shape,
      weight: Float64Array.from({ length: to * from * size * size }, () => spread * normal()),
      bias: new Float64Array(to),
    };
  });
}

/** Rows and columns that the stack takes off each side. */
export const marginOf = (layers) => layers.reduce((sum, { size, dilation }) => sum + (dilation * (size - 1)) / 2, 0);

/** Planes after every layer for square input planes of `width`: `{ values, width }`, the input first, logits last. */
export function forward(layers, values, width) {
  const planes = [{ values, width }];
  for (const [index, layer] of layers.entries()) planes.push(convolve(layer, planes[index], index < layers.length - 1));
  return planes;
}

function convolve({ from, to, weight, bias, size, dilation }, { values, width }, rectified) {
  const wide = width - dilation * (size - 1);
  const result = new Float64Array(to * wide * wide);
  for (let output = 0; output < to; output++) {
    result.fill(bias[output], output * wide * wide, (output + 1) * wide * wide);
    for (let input = 0; input < from; input++) {
      for (let ky = 0; ky < size; ky++) {
        const source = input * width * width + ky * dilation * width;
        addRow(
          result,
          output * wide * wide,
          wide,
          values,
          source,
          width,
          weight,
          ((output * from + input) * size + ky) * size,
          size,
          dilation,
        );
      }
    }
  }
  if (rectified) for (let at = 0; at < result.length; at++) if (result[at] < 0) result[at] = 0;
  return { values: result, width: wide };
}

/** Adds what one row of a kernel of 1 or 3 columns does: most of the time of training is spent here. */
function addRow(result, resultStart, wide, values, valueStart, width, weight, weightStart, size, dilation) {
  const w0 = weight[weightStart];
  const w1 = size === 3 ? weight[weightStart + 1] : 0;
  const w2 = size === 3 ? weight[weightStart + 2] : 0;
  for (let row = 0; row < wide; row++) {
    const to = resultStart + row * wide;
    const from = valueStart + row * width;
    if (size === 1) for (let column = 0; column < wide; column++) result[to + column] += w0 * values[from + column];
    else {
      for (let column = 0; column < wide; column++) {
        const at = from + column;
        result[to + column] += w0 * values[at] + w1 * values[at + dilation] + w2 * values[at + 2 * dilation];
      }
    }
  }
}

/** Trains in place, one square sample `{ values, width, mask }` a step; the rate falls linearly to nothing. */
export function train(layers, samples, { rate, rounds }) {
  const parameters = layers.flatMap(({ weight, bias }) => [weight, bias]);
  const step = adam(parameters);
  const steps = rounds * samples.length;
  for (let n = 0; n < steps; n++) step(gradientsOf(layers, samples[n % samples.length]), rate * (1 - n / steps));
}

function gradientsOf(layers, { values, width, mask }) {
  const planes = forward(layers, values, width);
  // What the mask lacks most is vortices: a missed cell of one weighs more than a false one.
  let delta = planes.at(-1).values.map((logit, at) => ((sigmoid(logit) - mask[at]) * (mask[at] === 1 ? presentWeight : 1)) / mask.length);
  const gradients = [];
  for (let index = layers.length - 1; index >= 0; index--) {
    const { width: wide } = planes[index + 1];
    gradients.unshift(...weightGradients(layers[index], planes[index], wide, delta));
    if (index > 0) delta = passedBack(layers[index], planes[index], wide, delta);
  }
  return gradients;
}

function weightGradients({ from, to, size, dilation }, { values, width }, wide, delta) {
  const weight = new Float64Array(to * from * size * size);
  const bias = new Float64Array(to);
  for (let output = 0; output < to; output++) {
    const start = output * wide * wide;
    for (let at = start; at < start + wide * wide; at++) bias[output] += delta[at];
    for (let input = 0; input < from; input++) {
      for (let ky = 0; ky < size; ky++) {
        const source = input * width * width + ky * dilation * width;
        setRow(weight, ((output * from + input) * size + ky) * size, size, delta, start, wide, values, source, width, dilation);
      }
    }
  }
  return [weight, bias];
}

/** The derivatives by one row of a kernel: the counterpart of `addRow`. */
function setRow(weight, weightStart, size, delta, deltaStart, wide, values, valueStart, width, dilation) {
  const far = size === 3 ? dilation : 0;
  let [sum0, sum1, sum2] = [0, 0, 0];
  for (let row = 0; row < wide; row++) {
    const from = valueStart + row * width;
    for (let column = 0; column < wide; column++) {
      const value = delta[deltaStart + row * wide + column];
      const at = from + column;
      sum0 += value * values[at];
      sum1 += value * values[at + far];
      sum2 += value * values[at + 2 * far];
    }
  }
  weight[weightStart] = sum0;
  if (size !== 3) return;
  weight[weightStart + 1] = sum1;
  weight[weightStart + 2] = sum2;
}

/** The derivatives by a layer's inputs: a convolution of those by its outputs, widened by zeros, with its kernels turned around. */
function passedBack({ from, to, size, dilation, weight }, { values }, wide, delta) {
  const margin = dilation * (size - 1);
  const wider = wide + 2 * margin;
  const widened = new Float64Array(to * wider * wider);
  for (let row = 0; row < to * wide; row++) {
    const plane = Math.floor(row / wide);
    widened.set(delta.subarray(row * wide, (row + 1) * wide), (plane * wider + (row % wide) + margin) * wider + margin);
  }
  const turned = new Float64Array(weight.length);
  const taps = size * size;
  for (let output = 0; output < to; output++) {
    for (let input = 0; input < from; input++) {
      for (let tap = 0; tap < taps; tap++)
        turned[(input * to + output) * taps + tap] = weight[(output * from + input + 1) * taps - 1 - tap];
    }
  }
  const layer = { from: to, to: from, size, dilation, weight: turned, bias: new Float64Array(from) };
  const before = convolve(layer, { values: widened, width: wider }, false).values;
  // A rectified activation passes nothing back where it was cut off.
  for (let at = 0; at < before.length; at++) if (values[at] <= 0) before[at] = 0;
  return before;
}
