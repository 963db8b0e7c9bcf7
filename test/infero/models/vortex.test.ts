// The vortex detector, run by ONNX Runtime: against its scores on held-out patches, its symmetries, and fields whose vortices are known.
import t from 'tap';
import { type Field, type Grid, gridFromSpec, layerOf, releaseField, tileLayout } from '../../../src/atlas/index.js';
import { nodeContext } from '../../../src/base/node.js';
import type { Engine } from '../../../src/compute/index.js';
import { layersOf, type Model, openModel, preparePack, prepareUnpack, shippedModel } from '../../../src/infero/index.js';
import { cpuEngine } from '../../support/engines.js';
import { modelScript } from '../../support/model-scripts.js';

type Reals = Float32Array | Float64Array;

const engine = await cpuEngine();
const model = await openModel(engine, { path: 'vortex' });
t.teardown(async () => {
  await model.close();
  await engine.close();
});

async function probabilities(values: Float32Array, rows: number, columns: number, samples = 1): Promise<Float32Array> {
  const { probability } = await model.infer({ vorticity: { values, shape: [samples, 1, rows, columns] } }, { place: 'host' });
  return probability!.values as Float32Array;
}

t.test('held-out patches are judged as well as the card says', async (test) => {
  const { patchesFrom, seeds, heldOutPatches, margin } = await modelScript('vortex/make.mjs');
  const { card } = await shippedModel(nodeContext(), 'vortex');
  const heldOut = (card as unknown as { heldOut: { f1: number; precision: number; recall: number; bestThreshold: { f1: number } } })
    .heldOut;
  const patches = patchesFrom(seeds.heldOut, heldOutPatches);
  const width = patches[0]!.width;
  const values = Float32Array.from(patches.flatMap((patch) => [...patch.values].map((value) => value * 1e-4)));
  const found = await probabilities(values, width, width, patches.length);
  let [hits, alarms, misses] = [0, 0, 0];
  const inner = width - 2 * margin;
  for (const [index, { mask }] of patches.entries()) {
    for (let at = 0; at < mask.length; at++) {
      const cell = (Math.floor(at / inner) + margin) * width + (at % inner) + margin;
      const isFound = found[2 * index * width * width + cell]! > 0.5;
      if (isFound && mask[at] === 1) hits++;
      else if (isFound) alarms++;
      else if (mask[at] === 1) misses++;
    }
  }
  // Rounding of f32 turns a cell in ten thousand.
  test.ok(Math.abs((2 * hits) / (2 * hits + alarms + misses) - heldOut.f1) < 1e-3, `F1 ${heldOut.f1}`);
  test.ok(Math.abs(hits / (hits + alarms) - heldOut.precision) < 1e-3, `precision ${heldOut.precision}`);
  test.ok(Math.abs(hits / (hits + misses) - heldOut.recall) < 1e-3, `recall ${heldOut.recall}`);
  test.ok(
    heldOut.f1 > heldOut.bestThreshold.f1 + 0.1,
    `better than any threshold on vorticity, whose best F1 is ${heldOut.bestThreshold.f1}`,
  );
});

/** Vorticity of a bell at a place, half width in degrees. */
function bell(grid: Grid, lat: number, lon: number, amplitude: number, degrees = 3): Float32Array {
  const { lat: lats, lon: lons } = grid.coordinates();
  return Float32Array.from({ length: grid.points }, (_, point) => {
    const east = ((((lons[point]! - lon + 180) % 360) + 360) % 360) - 180;
    const x = (east * Math.cos((lat * Math.PI) / 180)) / degrees;
    const y = (lats[point]! - lat) / degrees;
    return amplitude * Math.exp(-(x * x + y * y) / 2);
  });
}

/** In f32 sums may be taken in another order. */
const apart = (a: Reals, b: Reals): number => [...a].reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);
const largest = (a: Reals): number => [...a].reduce((most, value) => Math.max(most, value), 0);
const sum = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, at) => value + b[at]!);
const grid = gridFromSpec('1/1');
const [rows, columns] = [181, 360];

t.test('turning the sense of rotation changes the channels, and longitudes may begin anywhere', async (test) => {
  const field = sum(bell(grid, 40, 20, 2e-4), bell(grid, -30, 355, -1.5e-4));
  const plain = await probabilities(field, rows, columns);
  const turned = await probabilities(
    field.map((value) => -value),
    rows,
    columns,
  );
  const size = rows * columns;
  test.ok(apart(turned.subarray(0, size), plain.subarray(size)) < 1e-6, 'anticlockwise is clockwise of the other sign');
  test.ok(apart(turned.subarray(size), plain.subarray(0, size)) < 1e-6, 'and the other way round');
  const shift = 100;
  const moved = (values: Float32Array): Float32Array =>
    values.map((_, at) => values[at - (at % columns) + (((at % columns) + shift) % columns)]!);
  const shifted = await probabilities(moved(field), rows, columns);
  const expected = new Float32Array(2 * size);
  expected.set(moved(plain.subarray(0, size)));
  expected.set(moved(plain.subarray(size)), size);
  test.ok(apart(shifted, expected) < 1e-6, 'f(moved x) is f(x) moved');
});

t.test('vortices are found where they are and with their sense, across the first longitude too; a jet as strong is none', async (test) => {
  const size = rows * columns;
  for (const [lat, lon, amplitude, channel] of [
    [45, 120, 1.8e-4, 0],
    [45, 0, 1.8e-4, 0],
    [-35, 300, -1.6e-4, 1],
    [10, 359, 2e-4, 0],
  ] as const) {
    const found = await probabilities(bell(grid, lat, lon, amplitude), rows, columns);
    const at = (90 - lat) * columns + lon;
    test.ok(found[channel * size + at]! > 0.9, `${lat}/${lon}: ${found[channel * size + at]}`);
    test.ok(found[(1 - channel) * size + at]! < 0.1, 'and not in the other sense');
    const cells = found.subarray(channel * size, (channel + 1) * size).filter((p) => p > 0.5).length;
    // The half-maximum contour of a bell of 3 degrees: 2 pi ln 2 9 square degrees, as many cells over cos(lat).
    const expected = (2 * Math.PI * Math.LN2 * 9) / Math.cos((lat * Math.PI) / 180);
    test.ok(cells > 0.4 * expected && cells < 1.8 * expected, `${cells} cells for ${expected.toFixed(0)}`);
  }
  const { lat } = grid.coordinates();
  const jet = Float32Array.from(lat, (phi) => 1.1e-4 * Math.sin(((phi - 45) / 9) * Math.PI) * Math.exp(-(((phi - 45) / 9) ** 2)));
  const found = await probabilities(jet, rows, columns);
  test.ok(largest(found) < 0.5, `a zonal jet: at most ${largest(found)}`);
  test.ok(largest(await probabilities(new Float32Array(size), rows, columns)) < 0.1, 'a state of rest');
});

t.test('members on the device are packed, run together and unpacked into fields', async (test) => {
  const members = [bell(grid, 30, 60, 2e-4), bell(grid, 50, 200, 2e-4), new Float32Array(grid.points)];
  const field = await upload(engine, grid, members);
  const found = await throughModel(engine, model, field);
  test.same(found.layers, ['0 anticlockwise', '0 clockwise', '1 anticlockwise', '1 clockwise', '2 anticlockwise', '2 clockwise']);
  const tiles = await engine.read(...found.tiles.map(({ values }) => values));
  for (const [member, values] of members.entries()) {
    const alone = await probabilities(values, rows, columns);
    for (const channel of [0, 1]) {
      const layer = layerOf(found, tiles, 2 * member + channel);
      const expected = alone.subarray(channel * grid.points, (channel + 1) * grid.points);
      test.ok(apart(layer, expected) < 1e-6, `member ${member}, channel ${channel}`);
    }
  }
  releaseField(found);
  releaseField(field);
});

async function upload(on: Engine, of: Grid, layers: readonly Float32Array[]): Promise<Field<number>> {
  const tiles = await Promise.all(
    tileLayout(of.points, layers.length, on.info.maxBindingBytes).map(async ([firstLayer, lanes]) => ({
      firstLayer,
      lanes,
      values: await on.upload(
        'f32',
        Float32Array.from({ length: of.points * lanes }, (_, at) => layers[firstLayer + (at % lanes)]![Math.floor(at / lanes)]!),
      ),
    })),
  );
  return { grid: of, layers: layers.map((_, index) => index), tiles, mayBeMissing: false };
}

async function throughModel(on: Engine, by: Model, field: Field<number>): Promise<Field<string>> {
  const packer = await preparePack(on, field.grid, { order: 'nchw', channels: [{}] });
  const unpacker = await prepareUnpack(on, field.grid, { order: 'nchw', channels: [{}, {}] });
  const { tensor, shape } = await on.run((pass) => packer.pack(pass, layersOf(field)));
  const { probability } = await by.infer({ vorticity: { values: tensor, shape } }, { place: 'device' });
  const layers = field.layers.flatMap((member) => [`${member} anticlockwise`, `${member} clockwise`]);
  const found = await on.run((pass) => unpacker.unpack(pass, probability!.values as typeof tensor, { layers }));
  for (const array of [tensor, probability!.values]) array.release();
  packer.release();
  unpacker.release();
  return found;
}
