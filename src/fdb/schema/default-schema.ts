import type { Context } from '../../base/index.js';
import { parseSchema } from './parse-schema.js';
import type { Schema } from './schema.js';

const file = 'src/fdb/tables/default.schema';
let read: Promise<Schema> | undefined;

/** The schema that is used where none is configured; read once per process. */
export function defaultSchema(context: Pick<Context, 'asset'>): Promise<Schema> {
  read ??= context.asset(file).then((bytes) => parseSchema(new TextDecoder().decode(bytes), 'default.schema'));
  return read;
}
