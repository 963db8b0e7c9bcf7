// The models of the package on the engine's own device: fields in, fields out, nothing through the host.
import t from 'tap';
import { type Field, gridFromSpec, layerOf, releaseField, tileLayout } from '../../../src/atlas/index.js';
import type { DeviceArray, Engine } from '../../../src/compute/index.js';
import { type FieldLayer, layersOf, type Model, openModel, type Packer, preparePack, prepareUnpack } from '../../../src/infero/index.js';
import { cpuEngine, gpuEngine } from '../../support/engines.js';
import { seeded } from '../../support/random.js';

const found = await gpuEngine();
const skip = typeof found === 'string' ? found : false;
const gpu = found as Engine;
const cpu = await cpuEngine();
t.teardown(async () => {
  await cpu.close();
  if (skip === false) await gpu.close();
});

const grid = gridFromSpec('10/10'); // 19 x 36

async function fieldOf(engine: Engine, layers: number, valueAt: (layer: number, point: number) => number): Promise<Field<number>> {
  const tiles = [];
  for (const [firstLayer, lanes] of tileLayout(grid.points, layers, engine.info.maxBindingBytes)) {
    const values = Float32Array.from({ length: grid.points * lanes }, (_, at) =>
      valueAt(firstLayer + (at % lanes), Math.floor(at / lanes)),
    );
    tiles.push({ firstLayer, lanes, values: await engine.upload('f32', values) });
  }
  return { grid, layers: Array.from({ length: layers }, (_, index) => index), tiles, mayBeMissing: false };
}

async function throughModel(
  engine: Engine,
  { model, inputs, output, channels }: { model: Model; inputs: readonly Input[]; output: string; channels: number },
): Promise<readonly Float32Array[]> {
  const unpacker = await prepareUnpack(engine, grid, {
    order: inputs[0]!.packer.shape(1).length === 2 ? 'points' : 'nchw',
    channels: Array.from({ length: channels }, () => ({})),
  });
  const before = engine.traffic;
  const packed = await engine.run((pass) => inputs.map(({ name, packer, layers }) => ({ name, ...packer.pack(pass, layers) })));
  const result = await model.infer(Object.fromEntries(packed.map(({ name, tensor, shape }) => [name, { values: tensor, shape }])), {
    place: 'device',
    only: [output],
  });
  const values = result[output]!.values as DeviceArray<'f32'>;
  const layers = Array.from({ length: values.length / grid.points }, (_, index) => index);
  const field = await engine.run((pass) => unpacker.unpack(pass, values, { layers }));
  t.same(engine.traffic, before, 'nothing is read or uploaded between the fields');
  const tiles = await engine.read(...field.tiles.map((tile) => tile.values));
  releaseField(field);
  for (const array of [values, ...packed.map(({ tensor }) => tensor)]) array.release();
  return layers.map((layer) => layerOf(field, tiles, layer) as Float32Array);
}

interface Input {
  readonly name: string;
  readonly packer: Packer;
  readonly layers: readonly FieldLayer[];
}

const farthest = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
  a.reduce((most, layer, index) => layer.reduce((worst, value, at) => Math.max(worst, Math.abs(value - b[index]![at]!)), most), 0);

t.test('vortex: members from vorticity to probabilities', { skip }, async (test) => {
  const random = seeded(3);
  const values = Array.from({ length: 2 * grid.points }, () => (random() - 0.5) * 6e-4);
  const results = await Promise.all(
    [cpu, gpu].map(async (engine) => {
      const field = await fieldOf(engine, 2, (layer, point) => values[layer * grid.points + point]!);
      const packer = await preparePack(engine, grid, { order: 'nchw', channels: [{}] });
      const model = await openModel(engine, { path: 'vortex' }, engine === gpu ? { engine: 'onnx', nonFinite: 'allow' } : {});
      const input = { name: 'vorticity', packer, layers: layersOf(field) };
      const made = await throughModel(engine, { model, inputs: [input], output: 'probability', channels: 2 });
      await model.close();
      return made;
    }),
  );
  test.equal(results[1]!.length, 4, 'two members of two senses');
  // Sums of 72 to 108 products of order 1 in f32, in another order.
  test.ok(farthest(results[0]!, results[1]!) < 1e-5, `processor and device are ${farthest(results[0]!, results[1]!)} apart`);
});

t.test('longwave: columns from temperature and humidity to heating', { skip }, async (test) => {
  const t0 = [290, 282, 274, 258, 232, 220, 205, 212];
  const q0 = [0.012, 0.008, 0.005, 0.0018, 0.0003, 4e-5, 3e-6, 3e-6];
  const results = await Promise.all(
    [cpu, gpu].map(async (engine) => {
      const warm = (point: number): number => 10 * Math.sin(point);
      const [temperature, humidity, surface] = await Promise.all([
        fieldOf(engine, 8, (layer, point) => t0[layer]! + warm(point)),
        fieldOf(engine, 8, (layer, point) => q0[layer]! * (1 + 0.3 * Math.sin(point))),
        fieldOf(engine, 1, (_, point) => 292 + warm(point)),
      ]);
      const packer = async (channels: number): Promise<Packer> =>
        preparePack(engine, grid, { order: 'points', channels: Array.from({ length: channels }, () => ({})) });
      const [levels, single] = [await packer(8), await packer(1)];
      const model = await openModel(engine, { path: 'longwave' }, engine === gpu ? { engine: 'onnx', nonFinite: 'allow' } : {});
      const inputs = [
        { name: 't', packer: levels, layers: layersOf(temperature!) },
        { name: 'q', packer: levels, layers: layersOf(humidity!) },
        { name: 'skt', packer: single, layers: layersOf(surface!) },
      ];
      const made = await throughModel(engine, { model, inputs, output: 'heating', channels: 8 });
      await model.close();
      return made;
    }),
  );
  test.equal(results[1]!.length, 8);
  // Scales are folded into the first layer: sums of order 10 lose the seventh digit, which heating of some K/day shows in the fifth.
  test.ok(farthest(results[0]!, results[1]!) < 1e-4, `processor and device are ${farthest(results[0]!, results[1]!)} K/day apart`);
  test.ok(results[0]!.every((layer) => layer.every((value) => Math.abs(value) < 15)));
});
