// The model `longwave`: a perceptron that computes longwave heating and outgoing radiation of columns, learnt from gray-radiation.mjs.
import { seeded } from '../make/arithmetic.mjs';
import { evaluator, newPerceptron, train } from '../make/mlp.mjs';
import { onnxModel } from '../make/onnx.mjs';
import { grayRadiation, levels } from './gray-radiation.mjs';
import { randomColumn } from './profiles.mjs';

const count = levels.length;
const hidden = 32;
const samples = 20_000;
const training = { batches: 7000, batchSize: 16, rate: 0.006 };
export const seeds = { samples: 1, weights: 2, heldOut: 4 };
export const heldOutSamples = 4000;

const table = (values) => values.map((value) => Math.fround(value));

/** A column and its radiation, as flat lists in the order of the model's inputs and outputs. */
export function drawColumn(source) {
  const { t, q, skt } = randomColumn(source);
  const { heating, olr } = grayRadiation(t, q, skt);
  return { x: [...t, ...q, skt], y: [...heating, olr] };
}

export function make() {
  const layers = folded(trainedLayers());
  return { bytes: onnxBytes(layers), card: (file) => cardOf(file, layers) };
}

/** Layers between standardised inputs and outputs, with the scales of both. */
function trainedLayers() {
  const source = seeded(seeds.samples);
  const columns = Array.from({ length: samples }, () => drawColumn(source));
  const [inputs, outputs] = [scalesOf(columns.map(({ x }) => x)), scalesOf(columns.map(({ y }) => y))];
  const standard = (values, scales) => Float64Array.from(values, (value, at) => (value - scales[at].mean) / scales[at].deviation);
  const layers = newPerceptron([inputs.length, hidden, hidden, outputs.length], seeded(seeds.weights));
  train(
    layers,
    columns.map(({ x, y }) => ({ x: standard(x, inputs), y: standard(y, outputs) })),
    training,
  );
  return { layers, inputs, outputs };
}

function scalesOf(rows) {
  return rows[0].map((_, at) => {
    const mean = rows.reduce((sum, row) => sum + row[at], 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[at] - mean) * (row[at] - mean), 0) / rows.length;
    return { mean, deviation: Math.sqrt(variance) };
  });
}

/** The same function from SI units to SI units: the scales go into the first and the last layer. Rounded to f32, as the file has it. */
function folded({ layers, inputs, outputs }) {
  const [first, middle, last] = layers;
  const firstBias = first.bias.map(
    (bias, o) => bias - inputs.reduce((sum, { mean, deviation }, i) => sum + (first.weight[i * first.outputs + o] * mean) / deviation, 0),
  );
  return [
    { ...first, weight: table(first.weight.map((w, at) => w / inputs[Math.floor(at / first.outputs)].deviation)), bias: table(firstBias) },
    { ...middle, weight: table(middle.weight), bias: table(middle.bias) },
    {
      ...last,
      weight: table(last.weight.map((w, at) => w * outputs[at % last.outputs].deviation)),
      bias: table(last.bias.map((bias, o) => bias * outputs[o].deviation + outputs[o].mean)),
    },
  ];
}

function onnxBytes([first, middle, last]) {
  const plain = ({ inputs, outputs, weight, bias }, name) => [
    { name: `${name}_weight`, type: 'f32', shape: [inputs, outputs], values: weight },
    { name: `${name}_bias`, type: 'f32', shape: [outputs], values: bias },
  ];
  const part = (from, to) => ({
    inputs: last.inputs,
    outputs: to - from,
    weight: [...last.weight].filter((_, at) => at % last.outputs >= from && at % last.outputs < to),
    bias: last.bias.slice(from, to),
  });
  const dense = (input, name, output) => ({ op: 'Gemm', inputs: [input, `${name}_weight`, `${name}_bias`], outputs: [output] });
  const value = (name, extent, doc) => ({ name, type: 'f32', shape: ['N', extent], doc });
  return onnxModel({
    name: 'longwave',
    doc: 'Longwave heating of a column. See card.json.',
    inputs: [value('t', count, 'K'), value('q', count, 'kg kg-1'), value('skt', 1, 'K')],
    outputs: [value('heating', count, 'K day-1'), value('olr', 1, 'W m-2')],
    initializers: [
      ...plain(first, 'first'),
      ...plain(middle, 'middle'),
      ...plain(part(0, count), 'heating'),
      ...plain(part(count, count + 1), 'olr'),
    ],
    nodes: [
      { op: 'Concat', inputs: ['t', 'q', 'skt'], outputs: ['column'], attributes: { axis: 1 } },
      dense('column', 'first', 'sum_1'),
      { op: 'Tanh', inputs: ['sum_1'], outputs: ['hidden_1'] },
      dense('hidden_1', 'middle', 'sum_2'),
      { op: 'Tanh', inputs: ['sum_2'], outputs: ['hidden_2'] },
      dense('hidden_2', 'heating', 'heating'),
      dense('hidden_2', 'olr', 'olr'),
    ],
  });
}

function cardOf(file, layers) {
  const errors = heldOutErrors(layers);
  const round = (value) => Number(value.toPrecision(3));
  const onLevels = `[N, ${count}]`;
  return {
    name: 'longwave',
    title: 'Longwave heating and outgoing longwave radiation of a column, learnt from gray radiation',
    ...file,
    licence: 'Apache-2.0',
    parameters: layers.reduce((sum, { weight, bias }) => sum + weight.length + bias.length, 0),
    levels: { levtype: 'pl', unit: 'hPa', values: levels },
    inputs: [
      { name: 't', shape: onLevels, param: 't', unit: 'K', meaning: 'temperature on the levels, upwards' },
      { name: 'q', shape: onLevels, param: 'q', unit: 'kg kg-1', meaning: 'specific humidity on the levels, upwards' },
      { name: 'skt', shape: '[N, 1]', param: 'skt', unit: 'K', meaning: 'temperature of the surface' },
    ],
    outputs: [
      { name: 'heating', shape: onLevels, unit: 'K day-1', meaning: 'heating by longwave radiation of the layer around each level' },
      { name: 'olr', shape: '[N, 1]', unit: 'W m-2', meaning: 'upward longwave flux at the top of the atmosphere' },
    ],
    training: {
      script: 'models/longwave/make.mjs',
      data: `${samples} made columns from the tropics to the poles (profiles.mjs), their radiation by gray-radiation.mjs`,
      method: `perceptron of two layers of ${hidden} tanh, Adam, ${training.batches} batches of ${training.batchSize}, mean squared error`,
      seeds,
    },
    heldOut: {
      samples: heldOutSamples,
      rmsError: { heating: errors.error.slice(0, count).map(round), olr: round(errors.error[count]) },
      deviation: { heating: errors.deviation.slice(0, count).map(round), olr: round(errors.deviation[count]) },
    },
    limits: [
      'Gray radiation without clouds, ozone or carbon dioxide bands: a stand-in for a radiation scheme, of its shape and size, and not one.',
      'The surface lies at 1013.25 hPa everywhere; levels below the ground are taken as they come.',
      'Columns unlike those of the training (surface colder than 225 K or warmer than 315 K) are extrapolated.',
    ],
    references: ["Byrne and O'Gorman (2013), J. Climate 26, 4000-4016", 'Bolton (1980), Mon. Wea. Rev. 108, 1046-1053'],
  };
}

/** Root mean squares over columns that training has not seen: of the error, and of the quantity about its mean. */
function heldOutErrors(layers) {
  const source = seeded(seeds.heldOut);
  const evaluate = evaluator(layers);
  const columns = Array.from({ length: heldOutSamples }, () => drawColumn(source));
  const squares = new Array(count + 1).fill(0);
  for (const { x, y } of columns) {
    const result = evaluate(x);
    for (let o = 0; o <= count; o++) squares[o] += (result[o] - y[o]) * (result[o] - y[o]);
  }
  return {
    error: squares.map((sum) => Math.sqrt(sum / heldOutSamples)),
    deviation: scalesOf(columns.map(({ y }) => y)).map(({ deviation }) => deviation),
  };
}
