import type { DeviceArray, Engine } from '../../src/compute/index.js';
import { openModel, type TensorArgument } from '../../src/infero/index.js';
import { type Bench, placeOf } from '../support/bench.js';
import { interleaved } from '../support/measure.js';
import { beside, floorOf } from '../support/report.js';

interface Case {
  readonly name: string;
  readonly size: string;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

const cases: readonly Case[] = [
  { name: 'vortex', size: '181 x 360 points', shapes: { vorticity: [1, 1, 181, 360] } },
  { name: 'longwave', size: '100 000 columns of 8 levels', shapes: { t: [100_000, 8], q: [100_000, 8], skt: [100_000, 1] } },
];
const small: readonly Case[] = [
  { name: 'vortex', size: '19 x 36 points', shapes: { vorticity: [1, 1, 19, 36] } },
  { name: 'longwave', size: '100 columns of 8 levels', shapes: { t: [100, 8], q: [100, 8], skt: [100, 1] } },
];

/**
 * From arrays of the device to arrays of the device: the model as it is, and the same model reached through the host, as every inference
 * outside this process does. A run ends when the device has done it. The floor is the octets of inputs and outputs, moved once.
 */
export const shared: Bench = {
  name: 'infero/shared',
  about: 'inference from device to device, beside a round trip through the host',
  async run({ runs, quick, executors, report, withEngine, bandwidth }) {
    for (const executor of executors.filter((name) => name !== 'cpu')) {
      const gigabytesPerSecond = await bandwidth(executor);
      await withEngine(executor, {}, async (engine) => {
        for (const { name, size, shapes } of quick ? small : cases) {
          const model = await openModel(engine, { path: name }, { engine: 'onnx', nonFinite: 'allow' });
          const inputs: Record<string, TensorArgument & { readonly values: DeviceArray<'f32'> }> = {};
          let octets = 0;
          for (const [input, shape] of Object.entries(shapes)) {
            const values = valuesOf(shape);
            octets += values.byteLength;
            inputs[input] = { values: await engine.upload('f32', values), shape };
          }
          const direct = async (): Promise<readonly DeviceArray[]> =>
            Object.values(await model.infer(inputs, { place: 'device' })).map(({ values }) => values);
          const roundTrip = async (): Promise<readonly DeviceArray[]> => {
            const onHost: Record<string, TensorArgument> = {};
            for (const [input, { values, shape }] of Object.entries(inputs))
              onHost[input] = { values: (await engine.read(values))[0], shape };
            const results = Object.values(await model.infer(onHost, { place: 'host' }));
            return Promise.all(results.map(({ values }) => engine.upload('f32', values as Float32Array)));
          };
          const before = engine.traffic;
          for (const array of await direct()) {
            octets += 4 * array.length;
            array.release();
          }
          const crossed = engine.traffic.readBytes + engine.traffic.uploadBytes - before.readBytes - before.uploadBytes;
          const subjects = [direct, roundTrip].map((work) => ({ run: () => done(engine, work) }));
          const [own, peer] = await interleaved(subjects, runs);
          report({
            bench: shared.name,
            work: name,
            size,
            ...placeOf(executor, engine),
            unit: 'ms',
            own: own!,
            ...beside(own!, 'round trip by the host', peer!),
            floor: floorOf(octets, gigabytesPerSecond),
            note: `${crossed} octets by the host`,
          });
          for (const { values } of Object.values(inputs)) values.release();
          await model.close();
        }
      });
    }
  },
};

function valuesOf(shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: count }, (_, index) => 1e-4 * Math.sin(index));
}

async function done(engine: Engine, work: () => Promise<readonly DeviceArray[]>): Promise<void> {
  const arrays = await work();
  await engine.shared?.device.queue.onSubmittedWorkDone();
  for (const array of arrays) array.release();
}
