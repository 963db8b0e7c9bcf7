import { DeviceArray, type Engine } from '../compute/index.js';
import type { Session, SessionTensor } from './backend.js';
import type { CheckedRun } from './check.js';
import { deliver, directMemory } from './deliver.js';
import { feed } from './feed.js';
import type { Meter } from './meter.js';
import { applyPolicy } from './non-finite.js';
import { isDeviceType } from './tensor-types.js';
import type { InferOptions, NonFinitePolicy, Tensor } from './types.js';

/** What a run works with. */
export interface Running {
  readonly engine: Engine;
  readonly session: Session;
  /** By the place of each result when undefined. */
  readonly policy: NonFinitePolicy | undefined;
  readonly meter: Meter;
  /** Arrays that the run made; those that are no result end with it. */
  readonly made: Set<DeviceArray>;
}

/**
 * One run: inputs are brought to the memory and layout of the session, results to where they are wanted. What already lies right is
 * not touched, so that a tensor on the device goes through without a copy.
 */
export async function runSession(run: Running, checked: CheckedRun, options: InferOptions): Promise<Record<string, Tensor>> {
  try {
    const tensors = await computed(run, checked, options);
    for (const { values } of Object.values(tensors)) if (values instanceof DeviceArray) run.made.delete(values);
    return tensors;
  } finally {
    for (const array of run.made) array.release();
  }
}

async function computed(run: Running, { inputs, outputs }: CheckedRun, options: InferOptions): Promise<Record<string, Tensor>> {
  const { engine, session, meter, made } = run;
  const feeds = new Map<string, SessionTensor>();
  for (const input of inputs) feeds.set(input.info.name, await feed(run, input));
  const fetches = new Map(outputs.map((output) => [output.info.name, directMemory(run, output)]));
  const { outputs: results, gpuMs } = await meter.time('executeMs', () => session.run(feeds, fetches));
  meter.gpuMs = gpuMs;
  for (const [name, { values }] of results) {
    if (values instanceof DeviceArray && values !== fetches.get(name)?.values) made.add(values);
  }
  const place = options.place ?? (inputs.some(({ given }) => given.values instanceof DeviceArray) ? 'device' : 'host');
  const tensors: Record<string, Tensor> = {};
  for (const output of outputs) {
    const { name, type } = output.info;
    const wanted = { place: isDeviceType(type) ? place : ('host' as const), layout: options.layout ?? ('row-major' as const) };
    const tensor = await deliver(run, output, results.get(name) as SessionTensor, wanted);
    const policy = run.policy ?? (tensor.values instanceof DeviceArray ? 'missing' : 'refuse');
    await meter.time('checkMs', () => applyPolicy(engine, name, tensor, policy));
    tensors[name] = tensor;
  }
  return tensors;
}
