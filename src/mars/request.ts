import type { Where } from '../base/index.js';

/** A request: what to do, and a list of values for each keyword. Verb and keywords are in lower case; values are texts. */
export interface MarsRequest {
  readonly verb: string;
  /** In the order of the text. */
  readonly keywords: ReadonlyMap<string, readonly string[]>;
  /** Where its verb stands. */
  readonly where?: Where;
  /** The line of each keyword, for messages. */
  readonly lines?: ReadonlyMap<string, number>;
}
