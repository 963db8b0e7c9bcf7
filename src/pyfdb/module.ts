import type { Context } from '../base/index.js';
import { combinedKey, type Fdb, type FdbOptions, openFdb } from '../fdb/index.js';
import { DataHandle } from './data-handle.js';
import { type MarsSelection, toSelection } from './selection.js';

/** A field in the listings of the older interface. */
export interface ListedField {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** With `keys: true`. */
  readonly keys?: Readonly<Record<string, string>>;
}

export interface OldListChoice {
  /** Fields that a later archive hides, too. */
  readonly duplicates?: boolean;
  readonly keys?: boolean;
  /** Values are brought to canonical text and ranges written out, unless false. */
  readonly expand?: boolean;
}

/** The functions of the module that pyfdb once was. */
export interface PyfdbModule {
  /** With a request, the messages must be exactly those that it names. */
  archive(data: Uint8Array, request?: MarsSelection): Promise<void>;
  list(request?: MarsSelection, choice?: OldListChoice): AsyncGenerator<ListedField>;
  /** An open file of the messages. */
  retrieve(request: MarsSelection, choice?: { readonly expand?: boolean }): Promise<DataHandle>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** One store for all functions, opened by the first that is called. */
export function pyfdbModule(context: Context, options: Pick<FdbOptions, 'config' | 'userConfig'> = {}): PyfdbModule {
  let opened: Promise<Fdb> | undefined;
  const store = (): Promise<Fdb> => (opened ??= openFdb(context, options));
  return {
    async archive(data, request) {
      const choice = request === undefined ? {} : { request: await toSelection(context, request) };
      await (await store()).archive(data, choice);
    },
    async *list(request = {}, { duplicates = false, keys = false, expand = true } = {}) {
      const selection = await toSelection(context, request, expand);
      for await (const entries of (await store()).list(selection, { masked: duplicates ? 'include' : 'hide' })) {
        for (const entry of entries) {
          const { file: path, offset, length } = entry.location;
          yield { path, offset, length, ...(keys ? { keys: Object.fromEntries(combinedKey(entry)) } : {}) };
        }
      }
    },
    async retrieve(request, { expand = true } = {}) {
      const handle = new DataHandle((await store()).retrieve(await toSelection(context, request, expand)), context.log);
      await handle.open();
      return handle;
    },
    async flush() {
      if (opened !== undefined) await (await opened).flush();
    },
    async close() {
      if (opened !== undefined) await (await opened).close();
    },
  };
}
