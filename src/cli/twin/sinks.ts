import type { Context } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import type { EncodeOptions } from '../../grib/index.js';
import { type FieldSink, folderSink, storeSink } from '../../twin/index.js';
import { isFdbInput } from '../message-source.js';
import { keysOf } from '../regrid-output.js';

export interface SinkChoice {
  /** `fdb`, `fdb:key=value,...`, a folder, or `none`. */
  readonly to: string;
  /** Configuration of the store. */
  readonly config?: string | undefined;
  readonly encode: EncodeOptions;
}

/** Where fields go; undefined for `none`. */
export async function openSink(context: Context, engine: Engine, { to, config, encode }: SinkChoice): Promise<FieldSink | undefined> {
  if (to === 'none') return undefined;
  if (to !== 'fdb' && !isFdbInput(to)) return folderSink(context, engine, to, encode);
  const { openFdb } = await import('../../fdb/index.js');
  const keys = await keysOf(to === 'fdb' ? 'fdb:' : to);
  return storeSink(engine, await openFdb(context, config === undefined ? {} : { config }), { ...encode, keys });
}
