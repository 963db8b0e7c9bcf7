import { type Context, DteError } from '../base/index.js';
import {
  type ArchivedMessages,
  type Control,
  type DatabaseStats,
  type DatabaseStatus,
  type Fdb,
  type FdbConfig,
  type FdbOptions,
  openFdb,
  type PurgeReport,
  type Purpose,
  type WipeReport,
} from '../fdb/index.js';
import { DataHandle } from './data-handle.js';
import { type ListElement, listElement } from './list-element.js';
import { type MarsSelection, toKey, toSelection } from './selection.js';

export interface ListChoice {
  /** Fields that a later archive hides, too. */
  readonly includeMasked?: boolean;
  /** 1 databases, 2 their groups, 3 fields (default). */
  readonly level?: 1 | 2 | 3;
}

export interface RetrieveChoice {
  /** Fields that must be there: all that are asked for, or so many; otherwise `absent.field`. Default: what is there. */
  readonly expect?: 'all' | number;
  readonly order?: 'request' | 'storage';
}

export interface WipeChoice {
  /** Without it only what would go is told. */
  readonly doit?: boolean;
  /** Files that are not of the database go as well. */
  readonly unsafeWipeAll?: boolean;
}

/**
 * A store with the verbs of pyfdb's class of the same name. Selections are dictionaries; `{}` is everything, except where fields
 * are retrieved. Generators act as they are iterated: a `control` or a `wipe` that nobody iterates does nothing.
 */
export class FDB {
  readonly #context: Context;
  readonly #fdb: Fdb;

  private constructor(context: Context, fdb: Fdb) {
    this.#context = context;
    this.#fdb = fdb;
  }

  /** The store that a configuration describes: a path, inline YAML or JSON, an object; or that of the environment. */
  static async open(context: Context, config?: FdbOptions['config'], userConfig?: FdbOptions['userConfig']): Promise<FDB> {
    const options = { ...(config === undefined ? {} : { config }), ...(userConfig === undefined ? {} : { userConfig }) };
    return new FDB(context, await openFdb(context, options));
  }

  /** Archives GRIB messages under their own keys, or octets of any kind under `identifier`. Visible after `flush`. */
  async archive(data: Uint8Array, identifier?: MarsSelection): Promise<ArchivedMessages> {
    if (identifier === undefined) return await this.#fdb.archive(data);
    await this.#fdb.archiveKey(await toKey(this.#context, identifier), [data]);
    return { messages: 1, sizeBytes: data.length, filtered: 0, multiField: 0 };
  }

  /** Makes visible what was archived: number of fields. */
  async flush(): Promise<number> {
    return await this.#fdb.flush();
  }

  /** The messages that a selection asks for. Nothing is read yet, and what is missing is told by `handle.shortfall`, by the log, or as an error with `expect`. */
  async retrieve(selection: MarsSelection, choice: RetrieveChoice = {}): Promise<DataHandle> {
    const request = await toSelection(this.#context, selection);
    if (request.size === 0)
      throw new DteError('input.option', 'nothing is selected', { hint: 'a retrieve needs the keywords of the fields; list takes {}' });
    return new DataHandle(this.#fdb.retrieve(request, choice), this.#context.log);
  }

  async *list(selection: MarsSelection, { includeMasked = false, level = 3 }: ListChoice = {}): AsyncGenerator<ListElement> {
    const batches = this.#fdb.list(await toSelection(this.#context, selection), {
      depth: level,
      masked: includeMasked ? 'include' : 'hide',
    });
    for await (const entries of batches) for (const entry of entries) yield listElement(entry, level);
  }

  /** Where the fields of a complete selection lie. */
  async *inspect(selection: MarsSelection): AsyncGenerator<ListElement> {
    for (const entry of await this.#fdb.inspect(await toSelection(this.#context, selection))) yield listElement(entry, 3);
  }

  async *status(selection: MarsSelection): AsyncGenerator<DatabaseStatus> {
    yield* this.#fdb.status(await toSelection(this.#context, selection), { ignoreNoData: true });
  }

  async *wipe(selection: MarsSelection, { doit = false, unsafeWipeAll = false }: WipeChoice = {}): AsyncGenerator<WipeReport> {
    yield* this.#fdb.wipe(await toSelection(this.#context, selection), { doit, unsafeAll: unsafeWipeAll, ignoreNoData: true });
  }

  async *purge(selection: MarsSelection, { doit = false }: Pick<WipeChoice, 'doit'> = {}): AsyncGenerator<PurgeReport> {
    yield* this.#fdb.purge(await toSelection(this.#context, selection), { doit, ignoreNoData: true });
  }

  async *stats(selection: MarsSelection): AsyncGenerator<DatabaseStats> {
    yield* this.#fdb.stats(await toSelection(this.#context, selection), { ignoreNoData: true });
  }

  /** `disable` locks the databases for operations, `enable` unlocks them. */
  async *control(selection: MarsSelection, action: 'enable' | 'disable', identifiers: readonly Control[]): AsyncGenerator<DatabaseStatus> {
    const change = { action: action === 'disable' ? 'lock' : 'unlock', controls: identifiers } as const;
    yield* this.#fdb.control(await toSelection(this.#context, selection), change, { ignoreNoData: true });
  }

  /** The values of each keyword among the fields that fit: `axes.get('step')`. */
  async axes(selection: MarsSelection, level: 1 | 2 | 3 = 3): Promise<ReadonlyMap<string, readonly string[]>> {
    return await this.#fdb.axes(await toSelection(this.#context, selection), level);
  }

  /** Whether the configuration allows it. */
  enabled(identifier: Purpose): boolean {
    return this.#fdb.enabled(identifier);
  }

  /** Something was archived and not flushed. */
  dirty(): boolean {
    return this.#fdb.dirty;
  }

  get config(): FdbConfig {
    return this.#fdb.config;
  }

  /** Flushes, and lets go of files. */
  async close(): Promise<void> {
    await this.#fdb.close();
  }

  toString(): string {
    return `FDB(config=${this.config.source})`;
  }
}
