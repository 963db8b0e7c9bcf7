/** The optimiser of Kingma and Ba (2015) over a list of arrays of parameters; `step(gradients, rate)` changes them in place. */
export function adam(parameters, { decay1 = 0.9, decay2 = 0.999, epsilon = 1e-8 } = {}) {
  const means = parameters.map(({ length }) => new Float64Array(length));
  const squares = parameters.map(({ length }) => new Float64Array(length));
  let [power1, power2] = [1, 1];
  return (gradients, rate) => {
    power1 *= decay1;
    power2 *= decay2;
    for (const [index, values] of parameters.entries()) {
      const [gradient, mean, square] = [gradients[index], means[index], squares[index]];
      for (let at = 0; at < values.length; at++) {
        mean[at] = decay1 * mean[at] + (1 - decay1) * gradient[at];
        square[at] = decay2 * square[at] + (1 - decay2) * gradient[at] * gradient[at];
        values[at] -= (rate * (mean[at] / (1 - power1))) / (Math.sqrt(square[at] / (1 - power2)) + epsilon);
      }
    }
  };
}
