import { type Grid, gridFromSpec, gridFromText } from '../atlas/index.js';
import { atPlace, type Context, DteError, isDteError, ordered, Recycler } from '../base/index.js';
import type { Engine, EngineInfo, KernelProfile } from '../compute/index.js';
import { type Batch, batchesOf, type Message, prepareDecode } from '../grib/index.js';
import { prepareRegrid, type Regridder } from '../regrid/index.js';
import { messageSource } from './message-source.js';
import { type FieldOutput, fieldOutput, type OutgoingFields } from './regrid-output.js';
import { Stopwatch } from './stopwatch.js';
import { type EngineChoice, warmEngine } from './warm-engine.js';

export interface RegridFilesOptions extends EngineChoice {
  readonly output: string;
  /** Target grid: name, `dlon/dlat`, or a gridspec. */
  readonly grid: string;
  /** N/W/S/E in degrees. */
  readonly area?: string;
  readonly method?: string;
  readonly missing?: string;
  readonly packing?: string;
  readonly bits?: number;
  /** Configuration of the fdb, for an input `fdb:REQUEST` or an output `fdb:`. */
  readonly config?: string;
  /** Skip damaged and unsupported messages instead of stopping at the first. */
  readonly keepGoing?: boolean;
}

export interface RegridSummary {
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
 * Regrids GRIB files, and what a store of fields has (`fdb:REQUEST`), into one file or into a store (`fdb:`), message by message in the order of the input. It streams: memory depends on the grids, not on
 * the length of the files. The output appears under its name only when it is whole. `warm` is an engine that is starting already;
 * it is closed at the end.
 */
export async function regridFiles(
  context: Context,
  inputs: readonly string[],
  options: RegridFilesOptions,
  warm: Promise<Engine> = warmEngine(context, options),
): Promise<RegridSummary> {
  const engine = await warm;
  try {
    return await regridOn(engine, context, inputs, options);
  } finally {
    await engine.close();
  }
}

async function regridOn(engine: Engine, context: Context, inputs: readonly string[], options: RegridFilesOptions): Promise<RegridSummary> {
  const target = await targetGrid(options);
  const encode = { ...packingOption(options.packing), ...(options.bits === undefined ? {} : { bits: checkedBits(options.bits) }) };
  const output = await fieldOutput(context, engine, options.output, { encode, config: options.config });
  const run = new RegridRun(context, engine, target, { ...options, to: output });
  const memory = new Recycler();
  let writing: Promise<void> = Promise.resolve();
  try {
    const { onDamage } = run;
    const source = await messageSource(context, inputs, { onDamage, allocate: (octets) => memory.take(octets), config: options.config });
    const results = ordered(
      batchesOf(source.messages, {
        ...(onDamage === undefined ? {} : { onDamage }),
        progress: (bytes) => run.onRead(bytes, source.totalBytes),
      }),
      async (batch) => {
        const outgoing = await run.regridBatch(batch);
        // Headers are copied by now. A message of several fields may go on in another batch.
        for (const { bytes, fields } of batch.messages) if (fields === 1) memory.give(bytes);
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
    await output.commit();
    return await run.summary();
  } catch (error) {
    await writing.catch(() => {});
    await output.discard();
    throw context.signal?.aborted === true
      ? new DteError('fault.cancelled', 'regridding was cancelled; no output was written', { cause: error })
      : error;
  } finally {
    run.release();
  }
}

class RegridRun {
  readonly onDamage: ((error: DteError) => void) | undefined;
  readonly #context: Context;
  readonly #engine: Engine;
  readonly #target: Grid;
  readonly #options: RegridFilesOptions;
  readonly #output: FieldOutput;
  readonly #regridders = new Map<string, Promise<Regridder>>();
  readonly #watch: Stopwatch;
  readonly #bad: { code: string; message: string }[] = [];
  #fields = 0;
  #pointsIn = 0;
  #pointsOut = 0;
  #bytesIn = 0;
  #bytesTotal: number | undefined;

  constructor(context: Context, engine: Engine, target: Grid, options: RegridFilesOptions & { readonly to: FieldOutput }) {
    this.#context = context;
    this.#engine = engine;
    this.#target = target;
    this.#options = options;
    this.#output = options.to;
    this.#watch = new Stopwatch(context.clock);
    this.onDamage = options.keepGoing === true ? (error) => this.#countBad(error) : undefined;
  }

  onRead(bytes: number, total: number | undefined): void {
    this.#bytesIn = bytes;
    this.#bytesTotal = total;
  }

  /** With `keepGoing`, a batch that fails is done again one message at a time, so that only the bad ones are lost. */
  async regridBatch(batch: Batch): Promise<OutgoingFields> {
    try {
      return await this.#regridMessages(batch.messages, batch.grid);
    } catch (error) {
      if (
        this.#options.keepGoing !== true ||
        !isDteError(error) ||
        error.code.startsWith('fault.') ||
        error.code.startsWith('limit.memory')
      )
        throw error;
      if (batch.messages.length === 1) {
        this.#countBad(error);
        return { fields: 0, messages: [], release: () => {} };
      }
      const parts: OutgoingFields[] = [];
      for (const message of batch.messages) parts.push(await this.regridBatch({ ...batch, messages: [message] }));
      return {
        fields: parts.reduce((sum, { fields }) => sum + fields, 0),
        messages: parts.flatMap(({ messages }) => messages),
        release: () => {
          for (const part of parts) part.release();
        },
      };
    }
  }

  async write({ fields, messages, release }: OutgoingFields): Promise<void> {
    try {
      for (const bytes of messages.flat()) await this.#watch.time('write', this.#output.write(bytes));
    } finally {
      release();
    }
    this.#fields += fields;
    this.#context.progress({ task: 'regrid', done: this.#bytesIn, total: this.#bytesTotal, unit: 'bytes', fields: this.#fields });
  }

  async summary(): Promise<RegridSummary> {
    return {
      fields: this.#fields,
      bad: this.#bad,
      pointsIn: this.#pointsIn,
      pointsOut: this.#pointsOut,
      bytesIn: this.#bytesIn,
      bytesOut: this.#output.bytes,
      wallSeconds: this.#watch.elapsedSeconds,
      stageSeconds: this.#watch.seconds,
      engine: this.#engine.info,
      ...(this.#options.profile === true ? { profile: await this.#engine.profile() } : {}),
    };
  }

  release(): void {
    for (const regridder of this.#regridders.values()) void regridder.then((made) => made.release()).catch(() => {});
  }

  async #regridMessages(messages: readonly Message[], grid: Grid): Promise<OutgoingFields> {
    const engine = this.#engine;
    const watch = this.#watch;
    const first = messages[0] as Message;
    // Weights and entropy decoding have nothing to do with each other.
    const [prepared, regridder] = await Promise.allSettled([
      watch.time('decode', prepareDecode(engine, messages, grid)),
      watch.time('weights', this.#regridderFor(grid, first)),
    ]);
    if (prepared.status === 'rejected') throw prepared.reason;
    if (regridder.status === 'rejected') {
      prepared.value.discard();
      throw regridder.reason;
    }
    const field = await watch.time(
      'regrid',
      engine.run((pass) => regridder.value.apply(pass, prepared.value.decode(pass))),
    );
    try {
      const outgoing = await watch.time('encode', this.#output.take(field));
      this.#pointsIn += grid.points * messages.length;
      this.#pointsOut += this.#target.points * messages.length;
      return outgoing;
    } finally {
      for (const { values } of field.tiles) values.release();
    }
  }

  #regridderFor(grid: Grid, message: Message): Promise<Regridder> {
    let regridder = this.#regridders.get(grid.hash);
    if (regridder === undefined) {
      const { method, missing } = this.#options;
      regridder = prepareRegrid(this.#engine, grid, this.#target, {
        ...(method === undefined ? {} : { method }),
        ...(missing === undefined ? {} : { missing }),
      }).catch((error) => {
        throw atPlace(error, message.where);
      });
      this.#regridders.set(grid.hash, regridder);
    }
    return regridder;
  }

  #countBad(error: DteError): void {
    this.#bad.push({ code: error.code, message: error.message });
    // At debug: the caller is told of each by the summary.
    this.#context.log.debug('regrid.skipped', { code: error.code, message: error.message });
  }
}

/** The grid that `--grid` and `--area` describe together. */
async function targetGrid({ grid, area }: Pick<RegridFilesOptions, 'grid' | 'area'>): Promise<Grid> {
  if (area === undefined) return await gridFromText(grid);
  if (/^\s*\{/.test(grid))
    throw new DteError('input.option', '--area beside a gridspec', { hint: 'put the area into the gridspec', where: { option: 'area' } });
  return gridFromSpec({ grid, area });
}

function packingOption(packing: string | undefined): { readonly packing?: 'simple' | 'ccsds' | 'keep' } {
  if (packing === undefined) return {};
  if (packing === 'simple' || packing === 'ccsds' || packing === 'keep') return { packing };
  throw new DteError('input.option', `packing '${packing}' is not known`, {
    hint: 'accepted are simple, ccsds and keep',
    where: { option: 'packing' },
  });
}

function checkedBits(bits: number): number {
  if (Number.isInteger(bits) && bits >= 1 && bits <= 32) return bits;
  throw new DteError('input.option', `${bits} bits per value`, { hint: 'accepted are 1 to 32', where: { option: 'accuracy' } });
}
