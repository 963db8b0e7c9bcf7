import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { readNpy } from '../../src/base/index.js';
import type { DeviceArray, Engine } from '../../src/compute/index.js';
import { type Model, openModel, type TensorArgument } from '../../src/infero/index.js';
import { type Bench, placeOf } from '../support/bench.js';
import { interleaved, type Subject } from '../support/measure.js';
import { beside } from '../support/report.js';

const folder = join('..', 'shared', 'data', 'infero');

interface Case {
  readonly name: string;
  readonly model: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly aim?: { readonly ratio: number };
  /** Runs of one sample, for models that take less than the clock can tell. */
  readonly repeats: number;
}

const cases: readonly Case[] = [
  { name: 'cyclone', model: 'cyclone_model_200x200', inputs: { input_1: 'cyclone_input_200x200' }, aim: { ratio: 0.97 }, repeats: 1 },
  { name: 'mimo', model: 'mimo_model', inputs: { input_1: 'mimo_input_1', input_2: 'mimo_input_2' }, repeats: 200 },
];

/**
 * Upstream's models on the processor, beside ONNX Runtime called directly with the same threads on the same arrays. What is between the two
 * is checks, the search for values that are not finite, and, for arrays of the engine, the way out of and into shared memory.
 */
export const cpu: Bench = {
  name: 'infero/cpu',
  about: 'inference on the processor beside plain onnxruntime-node',
  async run({ runs, quick, report, withEngine }) {
    if (!existsSync(folder)) {
      process.stdout.write(`  not measured: upstream's models (${folder}) are not there\n`);
      return;
    }
    await withEngine('cpu', {}, async (engine) => {
      for (const item of quick ? cases.slice(1) : cases) {
        const { plain, host, device } = await subjectsOf(engine, item);
        const [peer, onHost, onDevice] = await interleaved([plain, host, device], quick ? runs : 4 * runs, 3);
        const row = {
          bench: cpu.name,
          size: item.repeats === 1 ? 'one run' : `${item.repeats} runs`,
          ...placeOf('cpu', engine),
          unit: 'ms' as const,
        };
        const aim = item.aim === undefined ? {} : { aim: item.aim };
        report({ ...row, work: `${item.name}, typed arrays`, own: onHost!, ...beside(onHost!, 'onnxruntime-node', peer!), ...aim });
        report({
          ...row,
          work: `${item.name}, arrays of the engine`,
          own: onDevice!,
          ...beside(onDevice!, 'onnxruntime-node', peer!),
          ...aim,
        });
      }
    });
  },
};

async function subjectsOf(
  engine: Engine,
  { model: name, inputs: files, repeats }: Case,
): Promise<Record<'plain' | 'host' | 'device', Subject>> {
  const path = join(folder, `${name}.onnx`);
  const runtime = await import('onnxruntime-node');
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    intraOpNumThreads: engine.info.threads,
    interOpNumThreads: 1,
  };
  const session = await runtime.InferenceSession.create(path, options);
  // A session for each subject: one that follows itself finds its threads awake.
  const open = (): Promise<Model> => openModel(engine, { path }, { engine: 'onnx-cpu' });
  const [hostModel, deviceModel] = [await open(), await open()];
  const onHost: Record<string, TensorArgument> = {};
  const onDevice: Record<string, TensorArgument> = {};
  const feeds: Record<string, InferenceSession.OnnxValueMapType[string]> = {};
  for (const [input, file] of Object.entries(files)) {
    const { values, shape } = readNpy(readFileSync(join(folder, `${file}.npy`)));
    onHost[input] = { values, shape };
    onDevice[input] = { values: await engine.upload('f32', values as Float32Array), shape };
    feeds[input] = new runtime.Tensor('float32', values as Float32Array, shape);
  }
  return {
    plain: { run: () => repeated(repeats, () => session.run(feeds)) },
    host: { run: () => repeated(repeats, () => hostModel.infer(onHost)) },
    device: { run: () => repeated(repeats, () => releasedRun(deviceModel, onDevice)) },
  };
}

/** Answers nothing: the wall time counts. */
async function repeated(times: number, run: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time++) await run();
}

async function releasedRun(model: Model, inputs: Readonly<Record<string, TensorArgument>>): Promise<void> {
  const results = await model.infer(inputs, { place: 'device' });
  for (const { values } of Object.values(results)) (values as DeviceArray).release();
}
