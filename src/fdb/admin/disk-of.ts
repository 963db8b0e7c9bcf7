import { type Context, type Disk, DteError } from '../../base/index.js';

/** The disk of a context. `unsupported.engine` where there is none. */
export function diskOf(context: Context): Disk {
  if (context.disk === undefined)
    throw new DteError('unsupported.engine', 'this place has no disk on which a store can live', { hint: 'run it under Node' });
  return context.disk;
}

/** `fault.cancelled` once the caller has cancelled. Work that must not stop half-way does not ask. */
export function stopIfCancelled(context: Context): void {
  if (context.signal?.aborted === true) throw new DteError('fault.cancelled', 'the call was cancelled by its signal');
}
