// The model `vortex`: a convolutional network that tells vortices from jets and filaments of the same vorticity.
import { seeded } from '../make/arithmetic.mjs';
import { forward, marginOf, newStack, train } from '../make/convolution.mjs';
import { onnxModel } from '../make/onnx.mjs';
import { randomPatch, unit } from './fields.mjs';

/** Filters of the three hidden layers, for one sense of rotation. */
const filters = [4, 6, 6];
const width = 52;
const patches = 800;
const training = { rounds: 1, rate: 0.02 };
export const seeds = { patches: 11, weights: 7, heldOut: 99 };
export const heldOutPatches = 60;
/** About one cell in twelve is in a vortex: the logit that a network starts from. */
const firstLogit = -2.5;
const greatest = '9223372036854775807'; // the end of an axis, for Slice

const shapes = [
  { from: 1, to: filters[0], size: 3, dilation: 1 },
  { from: filters[0], to: filters[1], size: 3, dilation: 2 },
  { from: filters[1], to: filters[2], size: 3, dilation: 4 },
  { from: filters[2], to: 1, size: 1, dilation: 1 },
];
/** Cells that the network looks at on every side. */
export const margin = marginOf(shapes);

export function make() {
  const layers = newStack(shapes, seeded(seeds.weights));
  layers.at(-1).bias.fill(firstLogit);
  train(layers, patchesFrom(seeds.patches, patches), training);
  const rounded = layers.map((layer) => ({ ...layer, weight: layer.weight.map(Math.fround), bias: layer.bias.map(Math.fround) }));
  return { bytes: onnxBytes(rounded), card: (file) => cardOf(file, rounded) };
}

export function patchesFrom(seed, count) {
  const source = seeded(seed);
  return Array.from({ length: count }, () => randomPatch(source, width, margin));
}

/**
 * The trained network finds one sense of rotation. Turning the sign of the first filters gives one for the other sense; both are put side by
 * side, with zeros between them: f(-x) is f(x) with its channels changed.
 */
function onnxBytes(layers) {
  const initializers = layers.flatMap((layer, index) => [
    { name: `weight_${index}`, type: 'f32', ...bothSenses(layer, index) },
    { name: `bias_${index}`, type: 'f32', shape: [2 * layer.to], values: [...layer.bias, ...layer.bias] },
  ]);
  const index = (name, ...values) => ({ name, type: 'i64', shape: [values.length], values });
  const convolution = (n, input, output) => ({
    op: 'Conv',
    inputs: [input, `weight_${n}`, `bias_${n}`],
    outputs: [output],
    attributes: {
      dilations: [layers[n].dilation, layers[n].dilation],
      kernel_shape: [layers[n].size, layers[n].size],
      // No vorticity beyond the poles: all of the network's margin at once, as its layers take it off.
      pads: n === 0 ? [margin, 0, margin, 0] : [0, 0, 0, 0],
    },
  });
  const part = (start, end, output) => ({ op: 'Slice', inputs: ['vorticity', start, end, 'columns'], outputs: [output] });
  const hidden = layers
    .slice(0, -1)
    .flatMap((_, n) => [
      convolution(n, n === 0 ? 'around' : `hidden_${n - 1}`, `sum_${n}`),
      { op: 'Relu', inputs: [`sum_${n}`], outputs: [`hidden_${n}`] },
    ]);
  return onnxModel({
    name: 'vortex',
    doc: 'Vortices in relative vorticity. See card.json.',
    inputs: [{ name: 'vorticity', type: 'f32', shape: ['N', 1, 'H', 'W'], doc: 's-1' }],
    outputs: [{ name: 'probability', type: 'f32', shape: ['N', 2, 'H', 'W'], doc: 'anticlockwise, clockwise' }],
    initializers: [
      ...initializers,
      index('zero', 0),
      index('margin', margin),
      index('last', -margin),
      index('end', greatest),
      index('columns', 3),
    ],
    nodes: [
      part('last', 'end', 'west'),
      part('zero', 'margin', 'east'),
      { op: 'Concat', inputs: ['west', 'vorticity', 'east'], outputs: ['around'], attributes: { axis: 3 } },
      ...hidden,
      convolution(3, 'hidden_2', 'logit'),
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['probability'] },
    ],
  });
}

/** Weights of both senses; those of the first layer take s-1. */
function bothSenses({ from, to, size, weight }, index) {
  const taps = size * size;
  if (index === 0) {
    const scaled = [...weight].map((value) => value / unit);
    return { shape: [2 * to, 1, size, size], values: [...scaled, ...scaled.map((value) => -value)] };
  }
  const values = new Array(4 * to * from * taps).fill(0);
  for (let sense = 0; sense < 2; sense++) {
    for (let output = 0; output < to; output++) {
      for (let input = 0; input < from * taps; input++) {
        values[((sense * to + output) * 2 + sense) * from * taps + input] = weight[output * from * taps + input];
      }
    }
  }
  return { shape: [2 * to, 2 * from, size, size], values };
}

function cardOf(file, layers) {
  return {
    name: 'vortex',
    title: 'Vortices in a field of relative vorticity, told from jets and filaments',
    ...file,
    licence: 'Apache-2.0',
    parameters: layers.reduce((sum, { weight, bias }) => sum + weight.length + bias.length, 0),
    grid: 'regular latitudes and longitudes all around the globe, rows from north to south; any number of rows, 7 columns or more. Vortices of 2 to 8 cells half width are told: 1 degree for cyclones, 2 or 3 degrees for planetary waves that roll up',
    inputs: [{ name: 'vorticity', shape: '[N, 1, H, W]', param: 'vo', unit: 's-1', meaning: 'relative vorticity' }],
    outputs: [
      {
        name: 'probability',
        shape: '[N, 2, H, W]',
        unit: '1',
        meaning:
          'probability that a cell lies inside the half-maximum contour of a vortex; channel 0: anticlockwise (cyclonic in the north), channel 1: clockwise',
      },
    ],
    training: {
      script: 'models/vortex/make.mjs',
      data: `${patches} made patches of ${width} x ${width} cells (fields.mjs): vortices of 0.4 to 3e-4 s-1 among meandering jets, filaments, waves and noise`,
      method: `convolutions 3 x 3 of ${filters.join(', ')} filters, dilation 1, 2, 4, and 1 x 1; Adam, ${training.rounds} rounds, cross entropy`,
      seeds,
    },
    heldOut: { patches: heldOutPatches, ...scores(layers) },
    limits: [
      'Trained on made fields only. Vortices are taken as up to twice as long from west to east as from south to north: round ones up to 60 degrees of latitude.',
      'Columns are taken to go around the globe. In a region, cells within 7 of its western and eastern edge see the other edge.',
      'A bend of a strong jet can look like a vortex: its probability is then about one half.',
    ],
    references: ['Kingma and Ba (2015), ICLR: Adam'],
  };
}

/**
 * Cells right and wrong at a probability of one half, and the best that a threshold on vorticity alone can do on the very same patches
 * (chosen with their answers known). F1 is 2 hits / (2 hits + false alarms + misses).
 */
function scores(layers) {
  const thresholds = Array.from({ length: 30 }, (_, at) => at / 10);
  const counts = thresholds.map(() => newCount());
  const found = newCount();
  for (const { values, mask } of patchesFrom(seeds.heldOut, heldOutPatches)) {
    const { values: logits, width: inner } = forward(layers, values, width).at(-1);
    for (let at = 0; at < logits.length; at++) {
      const vorticity = values[(Math.floor(at / inner) + margin) * width + (at % inner) + margin];
      add(found, logits[at] > 0, mask[at] === 1);
      for (const [n, threshold] of thresholds.entries()) add(counts[n], vorticity > threshold, mask[at] === 1);
    }
  }
  const best = counts.reduce((best, count) => (f1(count) > f1(best) ? count : best));
  const round = (value) => Number(value.toFixed(3));
  return {
    f1: round(f1(found)),
    precision: round(found.hits / (found.hits + found.alarms)),
    recall: round(found.hits / (found.hits + found.misses)),
    bestThreshold: { vorticity: thresholds[counts.indexOf(best)] * unit, f1: round(f1(best)) },
  };
}

const newCount = () => ({ hits: 0, alarms: 0, misses: 0 });
const f1 = ({ hits, alarms, misses }) => (2 * hits) / (2 * hits + alarms + misses);

function add(count, isFound, isThere) {
  if (isFound && isThere) count.hits++;
  else if (isFound) count.alarms++;
  else if (isThere) count.misses++;
}
