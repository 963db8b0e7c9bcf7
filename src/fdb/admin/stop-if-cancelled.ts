import { type Context, DteError } from '../../base/index.js';

/** `fault.cancelled` once the caller has cancelled. Work that must not stop half-way does not ask. */
export function stopIfCancelled(context: Context): void {
  if (context.signal?.aborted === true) throw new DteError('fault.cancelled', 'the call was cancelled by its signal');
}
