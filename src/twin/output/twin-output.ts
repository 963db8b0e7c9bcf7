import { type Field, gridFromSpec, releaseField } from '../../atlas/index.js';
import { DteError } from '../../base/index.js';
import type { Engine, Pass } from '../../compute/index.js';
import { find, type GribTables, gribTables, type Message } from '../../grib/index.js';
import { createMir, type Mir, type MirOptions, type PreparedPlans } from '../../mir/index.js';
import { prepareWindow, type Span, type Statistic, type TimeWindow, windowAt } from '../../stats/index.js';
import type { FieldSink } from './field-sink.js';
import { messagesFor, type OutputField, type OutputLayer, type OutputTime, type RunHeader } from './headers.js';
import { checkReductions, type Reduction } from './reduction.js';

export interface TwinOutputOptions {
  readonly header: RunHeader;
  /** Time between calls of `take`. */
  readonly everySeconds: number;
  /** MIR's options: `grid`, `area`, `interpolation`, ... Default: fields stay on their own grid. */
  readonly post?: MirOptions;
  /** Write each field as it is at each time. Default true. */
  readonly instants?: boolean;
  /** Windows of time, whose samples are the times of `take`. */
  readonly reductions?: readonly Reduction[];
  /** Told of each stage of the work, with what it does, for measurements. */
  readonly time?: <R>(stage: 'reduce+regrid' | 'encode+write' | 'flush', work: Promise<R>) => Promise<R>;
}

/** What is written of one field at one time. */
interface Written {
  readonly source: OutputField;
  readonly field: Field<OutputLayer>;
  readonly time: OutputTime;
  /** False where it is the caller's own field. */
  readonly isOwn: boolean;
}

/** One parameter's windows of one reduction. */
interface OpenWindow {
  readonly reduction: Reduction;
  readonly window: TimeWindow;
}

/**
 * The output side of a run: fields at successive times -> statistics over windows of time -> another grid -> headers -> sink. Values stay
 * on the device until they are packed. Statistics are made on the grid of the field and brought to the other grid once a window.
 */
export class TwinOutput {
  readonly #engine: Engine;
  readonly #sink: FieldSink;
  readonly #options: TwinOutputOptions;
  readonly #tables: GribTables;
  readonly #mir: Mir | undefined;
  readonly #windows = new Map<string, readonly OpenWindow[]>();
  readonly #dropped: string[] = [];
  #lastSeconds = Number.NEGATIVE_INFINITY;

  constructor(
    engine: Engine,
    sink: FieldSink,
    options: TwinOutputOptions,
    parts: { readonly tables: GribTables; readonly mir: Mir | undefined },
  ) {
    this.#engine = engine;
    this.#sink = sink;
    this.#options = options;
    this.#tables = parts.tables;
    this.#mir = parts.mir;
  }

  /**
   * Takes the fields of one time, later than the one before; they stay the caller's. What is written can be seen by others afterwards.
   * Errors: `input.state` for a time that is not later; those of statistics, of MIR, of headers, and of the sink.
   */
  async take(fields: readonly OutputField[], seconds: number): Promise<void> {
    if (!(seconds > this.#lastSeconds)) {
      throw new DteError('input.state', `fields of ${seconds} s after those of ${this.#lastSeconds} s`, { hint: 'times rise' });
    }
    this.#lastSeconds = seconds;
    const time = this.#options.time ?? ((_stage, work) => work);
    const plans = await this.#plansFor(fields);
    const written = await time(
      'reduce+regrid',
      this.#engine.run((pass) => this.#record(pass, fields, seconds, plans)),
    );
    try {
      await time('encode+write', this.#write(written));
    } finally {
      for (const { field, isOwn } of written) if (isOwn) releaseField(field);
    }
    await time('flush', this.#sink.flush());
  }

  /** Windows that have samples and have not come to their end, in words: what is lost when the run ends here. */
  get unfinished(): readonly string[] {
    return [...this.#windows].flatMap(([key, windows]) =>
      windows
        .filter(({ window }) => window.samples > 0)
        .map(({ reduction, window }) => `${key}: ${window.samples} samples of a window of ${reduction.lengthSeconds / 3600} h`),
    );
  }

  /** Statistics that are not written, for the sink could not tell them from another field, in words. */
  get dropped(): readonly string[] {
    return this.#dropped;
  }

  /** Gives the device's memory back. The sink is the caller's. */
  release(): void {
    for (const { window } of [...this.#windows.values()].flat()) window.release();
    this.#windows.clear();
    this.#mir?.release();
  }

  async #plansFor(fields: readonly OutputField[]): Promise<ReadonlyMap<string, PreparedPlans>> {
    const plans = new Map<string, PreparedPlans>();
    if (this.#mir === undefined) return plans;
    for (const { field } of fields) {
      const { grid } = field;
      if (!plans.has(grid.hash)) plans.set(grid.hash, await this.#mir.plansFor({ grid, kind: 'scalar' }));
    }
    return plans;
  }

  #record(pass: Pass, fields: readonly OutputField[], seconds: number, plans: ReadonlyMap<string, PreparedPlans>): readonly Written[] {
    return fields.flatMap((source) => {
      const { field } = source;
      const regridded = (one: Field<OutputLayer>): Field<OutputLayer> => plans.get(field.grid.hash)?.apply(pass, one)[0]?.[0] ?? one;
      const finished = this.#reduce(pass, source, seconds).map(
        ({ statistic, result, span }): Written => ({
          ...{ source, field: regridded(result), isOwn: true },
          time: { seconds, range: { statistic, span, everySeconds: this.#options.everySeconds } },
        }),
      );
      if (this.#options.instants === false) return finished;
      const now = regridded(field);
      // Without a grid to go to the field is the caller's, tile by tile.
      const isOwn = now.tiles.every(({ values }, index) => values !== field.tiles[index]?.values);
      return [{ source, field: now, time: { seconds }, isOwn }, ...finished];
    });
  }

  /** Adds a sample to the windows of a parameter: the results of those that it closes. */
  #reduce(
    pass: Pass,
    source: OutputField,
    seconds: number,
  ): readonly { readonly statistic: Statistic; readonly result: Field<OutputLayer>; readonly span: Span }[] {
    return this.#windowsOf(source).flatMap(({ reduction, window }) => {
      const span = windowAt(seconds, reduction.lengthSeconds);
      if (span === undefined) return [];
      window.add(pass, source.field);
      if (seconds !== span.endSeconds) return [];
      const results = window.finish(pass, source.field.layers);
      return [...results].map(([statistic, result]) => ({ statistic, result, span }));
    });
  }

  #windowsOf(source: OutputField): readonly OpenWindow[] {
    const key = `${source.param} ${source.levtype}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const windows = (this.#options.reductions ?? [])
      .map((reduction) => ({ ...reduction, statistics: this.#tellable(source, reduction) }))
      .filter(({ statistics }) => statistics.length > 0)
      .map((reduction) => ({ reduction, window: prepareWindow(this.#engine, reduction.statistics) }));
    this.#windows.set(key, windows);
    return windows;
  }

  /** The statistics of a parameter that the sink can tell apart: many parameters have one of their own for each statistic, some have not. */
  #tellable(source: OutputField, { statistics, lengthSeconds }: Reduction): readonly Statistic[] {
    if (this.#sink.isKeyed !== true) return statistics;
    const { header, everySeconds, instants } = this.#options;
    const grid = gridFromSpec('F1');
    const span = { startSeconds: 0, endSeconds: lengthSeconds };
    const one = { ...source, field: { ...source.field, layers: source.field.layers.slice(0, 1) } };
    const idOf = (time: OutputTime): unknown =>
      find(messagesFor(one, { header, time, grid, tables: this.#tables })[0] as Message, 'paramId');
    const taken = new Set(instants === false ? [] : [idOf({ seconds: lengthSeconds })]);
    return statistics.filter((statistic) => {
      const id = idOf({ seconds: lengthSeconds, range: { statistic, span, everySeconds } });
      const isNew = !taken.has(id);
      taken.add(id);
      if (!isNew) this.#dropped.push(`${source.param}: its ${statistic} has no parameter of its own, so a store cannot tell it apart`);
      return isNew;
    });
  }

  async #write(written: readonly Written[]): Promise<void> {
    for (const { source, field, time } of written) {
      const { header } = this.#options;
      const layers = messagesFor({ ...source, field }, { header, time, grid: field.grid, tables: this.#tables });
      await this.#sink.write({ ...field, layers } satisfies Field<Message>);
    }
  }
}

/** Finds what is wrong with a header before there is a field. */
function checkHeader(header: RunHeader, tables: GribTables): void {
  const grid = gridFromSpec('F1');
  const field = { grid, layers: [{ level: 1 }], tiles: [], mayBeMissing: false };
  messagesFor({ param: 'u', levtype: 'ml', field }, { header, time: { seconds: 0 }, grid, tables });
}

/** Prepares the output of a run. Errors: `input.option` for windows that do not fit, `input.grid`, and others of MIR's options. */
export async function openTwinOutput(engine: Engine, sink: FieldSink, options: TwinOutputOptions): Promise<TwinOutput> {
  checkReductions(options.reductions ?? [], options.everySeconds, sink.isKeyed === true);
  const { post } = options;
  const mir = post === undefined || Object.keys(post).length === 0 ? undefined : createMir(engine, [post]);
  await mir?.check();
  const tables = await gribTables(engine.context);
  checkHeader(options.header, tables);
  return new TwinOutput(engine, sink, options, { tables, mir });
}
