import { type Context, type Disk, DteError } from '../base/index.js';

/** The disk of a context. `unsupported.engine` where there is none, as in a page. */
export function diskOf(context: Pick<Context, 'disk'>): Disk {
  if (context.disk !== undefined) return context.disk;
  throw new DteError('unsupported.engine', 'this place has no disk on which a store can live', { hint: 'run it under Node' });
}
