import { gridFromSpec, releaseField } from '../../src/atlas/index.js';
import type { AnyHostArray, DeviceArray, Engine, KernelProfile } from '../../src/compute/index.js';
import { encode, prepareDecode } from '../../src/grib/index.js';
import { prepareRegrid } from '../../src/regrid/index.js';
import { kernelCases, type KernelCase } from '../../test/compute/kernel-cases.js';
import { seeded } from '../../test/support/random.js';
import { type Bench, type ExecutorName, placeOf, type Setting } from '../support/bench.js';
import { messagesOf } from '../support/inputs.js';
import { spreadOf } from '../support/measure.js';
import { floorOf } from '../support/report.js';

/**
 * Every kernel by itself on the test's cases (random numbers, random gathers, five lanes: the worst that it meets), then the
 * kernels of the production path as the profile of decoding, regridding and encoding gives them. Octets are those of all bound
 * arrays, once each; what they take at the copy bandwidth is the floor.
 */
export const kernels: Bench = {
  name: 'compute/kernels',
  about: 'every kernel: time, GB/s and share of the copy bandwidth, alone and in the production path',
  async run(setting) {
    for (const executor of setting.executors) {
      await setting.withEngine(executor, { timing: true }, async (engine) => {
        for (const kernelCase of kernelCases) await kernelRow(setting, executor, engine, kernelCase);
        await pathRows(setting, executor, engine);
      });
    }
  },
};

async function kernelRow(setting: Setting, executor: ExecutorName, engine: Engine, { kernel, make }: KernelCase): Promise<void> {
  const { quick, runs, report } = setting;
  const size = quick ? 10_000 : 2_000_000;
  const { inputs, outputs } = make(size, seeded(1));
  const { lanes, strategy } = inputs;
  const arrays = new Map<string, DeviceArray>();
  for (const [name, type] of Object.entries(kernel.inputs)) arrays.set(name, await engine.upload(type, inputs[name] as AnyHostArray));
  const samples: number[] = [];
  let bytes = 0;
  const bandwidth = await setting.bandwidth(executor);
  for (let run = -2; run < runs; run++) {
    const before = sumOf(await engine.profile(), kernel.stem);
    await engine.run((pass) => {
      const args: Record<string, unknown> = { ...inputs, ...Object.fromEntries(arrays) };
      for (const [name, length] of Object.entries(outputs)) {
        const array = pass.allocate(kernel.outputs[name] ?? 'f32', length);
        args[name] = array;
        // Packed bits are set with OR.
        pass.clear(array);
      }
      pass.run(kernel, args as never);
    });
    const after = sumOf(await engine.profile(), kernel.stem);
    bytes = after.bytes - before.bytes;
    if (run >= 0) samples.push(after.milliseconds - before.milliseconds);
  }
  for (const array of arrays.values()) array.release();
  report({
    bench: kernels.name,
    work: kernel.stem,
    size: `${size} x ${typeof lanes === 'number' ? lanes : 1}${typeof strategy === 'number' ? `, strategy ${strategy}` : ''}, random`,
    ...placeOf(executor, engine),
    unit: 'ms',
    own: spreadOf(samples),
    amount: { count: bytes, unit: 'bytes' },
    floor: floorOf(bytes, bandwidth),
  });
}

async function pathRows(setting: Setting, executor: ExecutorName, engine: Engine): Promise<void> {
  const { context, inputs, quick, runs, report } = setting;
  const [source, target, fields] = quick ? ['O96', '1/1', 16] : ['O640', '0.25/0.25', 16];
  const grid = gridFromSpec(source);
  const messages = await messagesOf(context, await inputs.grib({ grid: source, fields, packing: 'ccsds' }));
  const regridder = await prepareRegrid(engine, grid, gridFromSpec(target));
  const samples = new Map<string, { readonly milliseconds: number[]; bytes: number }>();
  const bandwidth = await setting.bandwidth(executor);
  for (let run = -2; run < runs; run++) {
    const before = await engine.profile();
    await onePath(engine, messages, grid, regridder);
    for (const { stem } of await engine.profile()) {
      const [from, to] = [sumOf(before, stem), sumOf(await engine.profile(), stem)];
      if (run < 0 || to.milliseconds === from.milliseconds) continue;
      const sample = samples.get(stem) ?? { milliseconds: [], bytes: 0 };
      samples.set(stem, sample);
      sample.milliseconds.push(to.milliseconds - from.milliseconds);
      sample.bytes = to.bytes - from.bytes;
    }
  }
  regridder.release();
  for (const [stem, { milliseconds, bytes }] of samples) {
    report({
      bench: kernels.name,
      work: stem,
      size: `path: ${fields} fields ${source} -> ${target}`,
      ...placeOf(executor, engine),
      unit: 'ms',
      own: spreadOf(milliseconds),
      amount: { count: bytes, unit: 'bytes' },
      ...(stem.startsWith('regrid/csr-apply') && executor === 'gpu' ? { aim: { share: 0.6 } } : {}),
      floor: floorOf(bytes, bandwidth),
    });
  }
}

async function onePath(
  engine: Engine,
  messages: Parameters<typeof prepareDecode>[1],
  grid: Parameters<typeof prepareDecode>[2],
  regridder: Awaited<ReturnType<typeof prepareRegrid>>,
): Promise<void> {
  const prepared = await prepareDecode(engine, messages, grid);
  const field = await engine.run((pass) => regridder.apply(pass, prepared.decode(pass)));
  await encode(engine, field, { packing: 'simple' });
  releaseField(field);
}

function sumOf(profile: readonly KernelProfile[], stem: string): { readonly milliseconds: number; readonly bytes: number } {
  return profile.find((kernel) => kernel.stem === stem) ?? { milliseconds: 0, bytes: 0 };
}
