import { type Context, DteError, isDteError, ordered, Recycler } from '../base/index.js';
import type { Engine, EngineInfo, KernelProfile } from '../compute/index.js';
import type { Message } from '../grib/index.js';
import { createMir, type ItemBatch, itemBatches, type Mir } from '../mir/index.js';
import { placed, type Placer } from './given-positions.js';
import { messageSource } from './message-source.js';
import { encodeOptions, type FieldOutput, fieldOutput } from './regrid-output.js';
import { joined, type Outgoing, regridItems } from './regrid-items.js';
import type { RegridTarget } from './regrid-targets.js';
import { Stopwatch } from './stopwatch.js';
import { type EngineChoice, warmEngine } from './warm-engine.js';

export interface RegridFilesOptions extends EngineChoice {
  /** At least one; each has an output of its own. */
  readonly targets: readonly RegridTarget[];
  /** Configuration of the fdb, for an input `fdb:REQUEST` or an output `fdb:`. */
  readonly config?: string;
  /** For messages on grids that state no positions. */
  readonly placer?: Placer;
  /** Skip damaged and unsupported messages instead of stopping at the first. */
  readonly keepGoing?: boolean;
}

export interface RegridSummary {
  /** Fields written, to all targets. */
  readonly fields: number;
  /** Messages that could not be read or decoded, with `keepGoing`. */
  readonly bad: readonly { readonly code: string; readonly message: string }[];
  readonly pointsIn: number;
  readonly pointsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly wallSeconds: number;
  /** Time spent in each stage; stages overlap, so they may sum to more than the wall time. */
  readonly stageSeconds: Readonly<Record<string, number>>;
  readonly engine: EngineInfo;
  readonly profile?: readonly KernelProfile[];
}

// One batch is decoded or encoded while another is on the device: more would only hold memory.
const batchesInFlight = 2;

/**
 * Regrids GRIB files, and what a store of fields has (`fdb:REQUEST`), into one file or store (`fdb:`) for each target, message by
 * message in the order of the input. It streams: memory depends on the grids, not on the length of the files. Outputs appear under
 * their names only when all are whole. `warm` is an engine that is starting already; it is closed at the end.
 */
export async function regridFiles(
  context: Context,
  inputs: readonly string[],
  options: RegridFilesOptions,
  warm: Promise<Engine> = warmEngine(context, options),
): Promise<RegridSummary> {
  const engine = await warm;
  const mir = createMir(
    engine,
    options.targets.map((target) => target.options),
  );
  try {
    await mir.check();
    return await regridOn(engine, mir, inputs, { ...options, context });
  } finally {
    mir.release();
    await engine.close();
  }
}

async function regridOn(
  engine: Engine,
  mir: Mir,
  inputs: readonly string[],
  options: RegridFilesOptions & { readonly context: Context },
): Promise<RegridSummary> {
  const { context } = options;
  const outputs: FieldOutput[] = [];
  let writing: Promise<void> = Promise.resolve();
  try {
    for (const { output, options: target } of options.targets)
      outputs.push(await fieldOutput(context, engine, output, { encode: encodeOptions(target), config: options.config }));
    const run = new RegridRun(engine, mir, outputs, options);
    const memory = new Recycler();
    const { onDamage } = run;
    const source = await messageSource(context, inputs, { onDamage, allocate: (octets) => memory.take(octets), config: options.config });
    const results = ordered(
      itemBatches(source.messages, mir.targets, {
        ...(onDamage === undefined ? {} : { onDamage }),
        progress: (bytes) => run.onRead(bytes, source.totalBytes),
      }),
      async (batch) => {
        const outgoing = await run.regridBatch(batch);
        // Headers are copied by now. A message of several fields may go on in another batch.
        for (const { bytes, fields } of messagesOf(batch)) if (fields === 1) memory.give(bytes);
        return outgoing;
      },
      batchesInFlight,
    );
    // One batch is written while the next ones are computed.
    for await (const outgoing of results) {
      await writing;
      writing = run.write(outgoing);
      writing.catch(() => {});
    }
    await writing;
    for (const output of outputs) await output.commit();
    return await run.summary();
  } catch (error) {
    await writing.catch(() => {});
    for (const output of outputs) await output.discard();
    throw context.signal?.aborted === true
      ? new DteError('fault.cancelled', 'regridding was cancelled; no output was written', { cause: error })
      : error;
  }
}

function messagesOf({ items }: ItemBatch): readonly Message[] {
  return items.flatMap(({ messages }) => messages);
}

class RegridRun {
  readonly onDamage: ((error: DteError) => void) | undefined;
  readonly #context: Context;
  readonly #engine: Engine;
  readonly #mir: Mir;
  readonly #options: RegridFilesOptions;
  readonly #outputs: readonly FieldOutput[];
  readonly #watch: Stopwatch;
  readonly #placer: Placer | undefined;
  readonly #bad: { code: string; message: string }[] = [];
  #fields = 0;
  #pointsIn = 0;
  #pointsOut = 0;
  #bytesIn = 0;
  #bytesTotal: number | undefined;

  constructor(engine: Engine, mir: Mir, outputs: readonly FieldOutput[], options: RegridFilesOptions & { readonly context: Context }) {
    this.#context = options.context;
    this.#engine = engine;
    this.#mir = mir;
    this.#options = options;
    this.#outputs = outputs;
    this.#placer = options.placer;
    this.#watch = new Stopwatch(options.context.clock);
    this.onDamage = options.keepGoing === true ? (error) => this.#countBad(error) : undefined;
  }

  onRead(bytes: number, total: number | undefined): void {
    this.#bytesIn = bytes;
    this.#bytesTotal = total;
  }

  /** With `keepGoing`, a batch that fails is done again one message, or pair, at a time, so that only the bad ones are lost. */
  async regridBatch(batch: ItemBatch): Promise<Outgoing> {
    try {
      const outgoing = await regridItems(this.#engine, this.#mir, placed(batch, this.#placer), {
        outputs: this.#outputs,
        watch: this.#watch,
      });
      this.#pointsIn += batch.grid.points * messagesOf(batch).length;
      for (const { points } of outgoing) this.#pointsOut += points;
      return outgoing;
    } catch (error) {
      if (
        this.#options.keepGoing !== true ||
        !isDteError(error) ||
        error.code.startsWith('fault.') ||
        error.code.startsWith('limit.memory')
      )
        throw error;
      if (batch.items.length === 1) {
        this.#countBad(error);
        return [];
      }
      const parts: Outgoing[] = [];
      for (const item of batch.items) parts.push(await this.regridBatch({ ...batch, items: [item] }));
      return this.#outputs.map((_, output) => joined(parts.flatMap((part) => part[output] ?? [])));
    }
  }

  async write(outgoing: Outgoing): Promise<void> {
    try {
      for (const [index, { messages, fields }] of outgoing.entries()) {
        const output = this.#outputs[index] as FieldOutput;
        for (const bytes of messages.flat()) await this.#watch.time('write', output.write(bytes));
        this.#fields += fields;
      }
    } finally {
      for (const { release } of outgoing) release();
    }
    this.#context.progress({ task: 'regrid', done: this.#bytesIn, total: this.#bytesTotal, unit: 'bytes', fields: this.#fields });
  }

  async summary(): Promise<RegridSummary> {
    return {
      fields: this.#fields,
      bad: this.#bad,
      pointsIn: this.#pointsIn,
      pointsOut: this.#pointsOut,
      bytesIn: this.#bytesIn,
      bytesOut: this.#outputs.reduce((sum, { bytes }) => sum + bytes, 0),
      wallSeconds: this.#watch.elapsedSeconds,
      stageSeconds: this.#watch.seconds,
      engine: this.#engine.info,
      ...(this.#options.profile === true ? { profile: await this.#engine.profile() } : {}),
    };
  }

  #countBad(error: DteError): void {
    this.#bad.push({ code: error.code, message: error.message });
    // At debug: the caller is told of each by the summary.
    this.#context.log.debug('regrid.skipped', { code: error.code, message: error.message });
  }
}
