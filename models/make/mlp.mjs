// A multi-layer perceptron with tanh between its layers, and its training by gradient descent on the mean squared error.
import { adam } from './adam.mjs';
import { tanh } from './arithmetic.mjs';

/** `sizes`: numbers of features, from the first layer's inputs to the outputs. Weights [inputs, outputs], as MatMul takes them. */
export function newPerceptron(sizes, { normal }) {
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index];
    return {
      inputs,
      outputs,
      weight: Float64Array.from({ length: inputs * outputs }, () => normal() / Math.sqrt(inputs)),
      bias: new Float64Array(outputs),
    };
  });
}

/** A function from features to outputs; what it gives is overwritten by its next call. */
export function evaluator(layers) {
  const work = workspace(layers);
  return (x) => forward(layers, work, x);
}

/**
 * Trains in place on `samples` `{ x, y }`, `batchSize` at a time in their order, over and over until `batches` were taken; the rate falls
 * linearly to nothing.
 */
export function train(layers, samples, { batches, batchSize, rate }) {
  const parameters = layers.flatMap(({ weight, bias }) => [weight, bias]);
  const gradients = parameters.map(({ length }) => new Float64Array(length));
  const step = adam(parameters);
  const work = workspace(layers);
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (const gradient of gradients) gradient.fill(0);
    for (let n = 0; n < batchSize; n++, next = (next + 1) % samples.length) addGradient(layers, work, samples[next], gradients, batchSize);
    step(gradients, rate * (1 - batch / batches));
  }
}

/** Activations of every layer, and the loss's derivatives by them. */
function workspace(layers) {
  const sizes = [layers[0].inputs, ...layers.map(({ outputs }) => outputs)];
  return { activations: sizes.map((size) => new Float64Array(size)), deltas: sizes.map((size) => new Float64Array(size)) };
}

function forward(layers, { activations }, x) {
  activations[0].set(x);
  for (let index = 0; index < layers.length; index++) {
    const { inputs, outputs, weight, bias } = layers[index];
    const from = activations[index];
    const to = activations[index + 1];
    to.set(bias);
    for (let i = 0; i < inputs; i++) {
      const value = from[i];
      for (let o = 0, at = i * outputs; o < outputs; o++, at++) to[o] += value * weight[at];
    }
    if (index < layers.length - 1) for (let o = 0; o < outputs; o++) to[o] = tanh(to[o]);
  }
  return activations[layers.length];
}

function addGradient(layers, work, { x, y }, gradients, batchSize) {
  const { activations, deltas } = work;
  const result = forward(layers, work, x);
  const last = deltas[layers.length];
  for (let o = 0; o < last.length; o++) last[o] = (2 * (result[o] - y[o])) / (batchSize * last.length);
  for (let index = layers.length - 1; index >= 0; index--) {
    const { inputs, outputs, weight } = layers[index];
    const weightGradient = gradients[2 * index];
    const biasGradient = gradients[2 * index + 1];
    const [from, delta, before] = [activations[index], deltas[index + 1], deltas[index]];
    for (let o = 0; o < outputs; o++) biasGradient[o] += delta[o];
    for (let i = 0; i < inputs; i++) {
      const value = from[i];
      let sum = 0;
      for (let o = 0, at = i * outputs; o < outputs; o++, at++) {
        weightGradient[at] += value * delta[o];
        sum += weight[at] * delta[o];
      }
      before[i] = sum * (1 - value * value);
    }
  }
}
