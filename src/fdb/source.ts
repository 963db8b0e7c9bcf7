import type { Context, DteError } from '../base/index.js';
import type { Message } from '../grib/index.js';
import { expandRequest, marsLanguage, parseKeywords } from '../mars/index.js';
import { readFdbConfig } from './config/index.js';
import { report } from './read/matched-databases.js';
import { checkExpected } from './read/shortfall.js';

export interface FdbSourceOptions {
  /** Configuration: path, or inline text; default: the environment's. */
  readonly config?: string;
  /** As they lie in files (faster), or in the order of the request (default). */
  readonly order?: 'request' | 'storage';
  /** Fields that must be there. Default: all that are asked for, since a pipeline over less than what was asked for would go unnoticed. */
  readonly expect?: 'all' | number;
  /** Told of what is missing (`absent.field`), locked or damaged, which is then gone past; without it the first is thrown. */
  readonly onDamage?: (error: DteError) => void;
  /** Memory for messages; that of long ones (256 KiB) is each one's own. */
  readonly allocate?: (octets: number) => Uint8Array;
}

/** What a pipeline reads: the messages of a request. */
export interface FdbSource {
  readonly totalBytes: number;
  readonly messages: AsyncIterable<Message>;
}

const prefix = 'fdb:';

/**
 * The messages of `fdb:REQUEST`, as `fdb:class=rd,expver=0001,...,step=0/to/24/by/6`: MARS keywords with their values, expanded by the
 * language and without its defaults. The search is done at once, the messages are read as they are taken. Errors: `input.syntax`,
 * `input.keyword`, `input.value`, `input.config`; `absent.field`, `absent.database`, `auth.locked` where something is missing.
 */
export async function fdbSource(context: Context, text: string, options: FdbSourceOptions = {}): Promise<FdbSource> {
  const { config, order = 'request', expect = 'all', onDamage, allocate } = options;
  const keywords = parseKeywords(text.startsWith(prefix) ? text.slice(prefix.length) : text);
  const language = await marsLanguage(context);
  const request = expandRequest(language, { verb: 'retrieve', keywords }, { inherit: false, today: context.clock.now() });
  const fdb = await readFdbConfig(context, config === undefined ? {} : { config });
  // Codecs are loaded when something is read.
  const { retrieve } = await import('./read/retrieve.js');
  const retrieval = retrieve(context, fdb, request.keywords, { order, ...(onDamage === undefined ? {} : { onDamage }) });
  const { entries, totalBytes, shortfall } = await retrieval.plan;
  try {
    checkExpected(expect, entries.length, shortfall);
  } catch (error) {
    report(error, onDamage);
  }
  return { totalBytes, messages: retrieval.gribMessages(allocate) };
}
