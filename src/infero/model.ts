import { type Context, DteError } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import type { Session } from './backend.js';
import { checkRun } from './check.js';
import { Meter, noTime, sumOf } from './meter.js';
import { runSession } from './run-session.js';
import type {
  ChosenEngine,
  DeviceTensor,
  HostTensor,
  InferOptions,
  ModelStatistics,
  NonFinitePolicy,
  Tensor,
  TensorArgument,
  TensorInfo,
  Timing,
} from './types.js';

/** An open model. Runs are done one after the other, in the order of the calls. */
export class Model {
  readonly engine: ChosenEngine;
  /** How the engine runs: provider, threads, adapter. */
  readonly detail: string | undefined;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #engine: Engine;
  readonly #session: Session;
  readonly #nonFinite: NonFinitePolicy | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #first: Timing | undefined;
  #later = noTime;
  #runs = 0;
  #gpuMs: number | undefined;
  #uploadedBytes = 0;
  #downloadedBytes = 0;
  #hasToldCopies = false;

  constructor(engine: Engine, chosen: ChosenEngine, session: Session, nonFinite: NonFinitePolicy | undefined) {
    this.engine = chosen;
    this.detail = session.detail;
    this.inputs = session.inputs;
    this.outputs = session.outputs;
    this.#engine = engine;
    this.#session = session;
    this.#nonFinite = nonFinite;
  }

  /**
   * Computes the model's outputs, by name. Names, shapes, types and layouts are checked before anything runs. Errors: `input.tensor`,
   * `input.state` after `close`, `fault.cancelled`, `limit.range` when outputs are not finite and the policy refuses them. Memory that was given for
   * outputs has no certain contents after a run that failed.
   */
  infer(
    inputs: Readonly<Record<string, TensorArgument>>,
    options: InferOptions & { readonly place: 'host' },
  ): Promise<Record<string, HostTensor>>;
  infer(
    inputs: Readonly<Record<string, TensorArgument>>,
    options: InferOptions & { readonly place: 'device' },
  ): Promise<Record<string, DeviceTensor>>;
  infer(inputs: Readonly<Record<string, TensorArgument>>, options?: InferOptions): Promise<Record<string, Tensor>>;
  async infer(inputs: Readonly<Record<string, TensorArgument>>, options: InferOptions = {}): Promise<Record<string, Tensor>> {
    if (this.#closing !== undefined) throw new DteError('input.state', 'the model was closed', { hint: 'open it again' });
    const checked = checkRun({ engine: this.#engine, inputs: this.inputs, outputs: this.outputs }, inputs, options);
    const run = this.#last.then(async () => {
      refuseCancelled(this.#engine.context);
      const meter = new Meter(this.#engine.context.clock);
      const running = { engine: this.#engine, session: this.#session, policy: this.#nonFinite, meter, made: new Set<never>() };
      const tensors = await runSession(running, checked, options);
      this.#count(meter);
      return tensors;
    });
    this.#last = run.catch(() => {});
    return run;
  }

  statistics(): ModelStatistics {
    return {
      engine: this.engine,
      runs: this.#runs,
      first: this.#first,
      later: this.#later,
      gpuMs: this.#gpuMs,
      uploadedBytes: this.#uploadedBytes,
      downloadedBytes: this.#downloadedBytes,
    };
  }

  /** Ends the model after the runs that were asked for. A second call does nothing. */
  async close(): Promise<void> {
    this.#closing ??= this.#last.then(() => this.#session.close());
    await this.#closing;
  }

  #count(meter: Meter): void {
    const { info, context } = this.#engine;
    const copies = this.#session.place === 'host' && info.executor === 'gpu' && meter.uploadedBytes + meter.downloadedBytes > 0;
    if (copies && !this.#hasToldCopies) {
      this.#hasToldCopies = true;
      context.log.warn('infero.copies', {
        engine: this.engine.name,
        reason: 'it computes in host memory: device arrays are copied there and back',
      });
    }
    this.#runs++;
    this.#uploadedBytes += meter.uploadedBytes;
    this.#downloadedBytes += meter.downloadedBytes;
    if (this.#first === undefined) {
      this.#first = meter.timing;
      return;
    }
    this.#later = sumOf(this.#later, meter.timing);
    if (meter.gpuMs !== undefined) this.#gpuMs = (this.#gpuMs ?? 0) + meter.gpuMs;
  }
}

/** A run that waited for others begins no more once the caller's signal is given; one that has begun ends by itself. */
function refuseCancelled({ signal }: Context): void {
  if (signal?.aborted === true) throw new DteError('fault.cancelled', 'the run was cancelled', { cause: signal.reason });
}
