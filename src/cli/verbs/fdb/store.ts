import type { DteError } from '../../../base/index.js';
import { type Fdb, openFdb } from '../../../fdb/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { RequestOptions } from './requests.js';

/** Opens the store that the options and the environment describe, for one verb, and closes it. */
export async function withStore<T>(
  terminal: Terminal,
  tool: string,
  { config }: Pick<RequestOptions, 'config'>,
  work: (store: Fdb) => Promise<T>,
): Promise<T> {
  const store = await openFdb(terminal.context, { tool: `fdb-${tool}`, ...(config === undefined ? {} : { config }) });
  let result: T;
  try {
    result = await work(store);
  } catch (error) {
    // What was archived and not flushed stays unseen.
    await store.close({ flush: false }).catch(() => {});
    throw error;
  }
  await store.close();
  return result;
}

/** Damage is gone past and told; it shows in the exit code, unless errors are to be ignored. */
export function damageReporter(terminal: Terminal, { ignoreErrors }: Pick<RequestOptions, 'ignoreErrors'>): (error: DteError) => void {
  const told = new Set<string>();
  return (error) => {
    // Several readings of one database meet the same damage.
    if (told.has(error.message)) return;
    told.add(error.message);
    // What a stopped writer left behind was never part of the store: nothing is lost, and the exit code stays.
    if (ignoreErrors === true || error.code === 'data.torn') terminal.note(`dte: ${error.message}`);
    else terminal.damage(error);
  };
}

/** For calls of the administration. */
export function visiting(
  terminal: Terminal,
  options: Pick<RequestOptions, 'ignoreErrors'> & { readonly ignoreNoData?: true },
): { readonly onDamage: (error: DteError) => void; readonly ignoreNoData: boolean } {
  return { onDamage: damageReporter(terminal, options), ignoreNoData: options.ignoreNoData === true || options.ignoreErrors === true };
}
