import type { SharedDevice } from '../compute/index.js';

/**
 * Does work of a library that looks for a browser's `navigator.gpu` before it uses the device that it is given. Node has none; it is taken
 * away again, as other libraries take its presence for a browser. Calls must not overlap.
 */
export async function withNavigator<R>({ gpu }: SharedDevice, work: () => R | Promise<R>): Promise<R> {
  if ((globalThis.navigator as Navigator | undefined)?.gpu !== undefined) return work();
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'dte' }, configurable: true });
  try {
    return await work();
  } finally {
    if (before === undefined) delete (globalThis as { navigator?: unknown }).navigator;
    else Object.defineProperty(globalThis, 'navigator', before);
  }
}
