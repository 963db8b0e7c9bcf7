import type { Context } from '../base/index.js';
import type { EngineOptions } from './choice.js';
import type { Engine } from './engine.js';

/**
 * Opens an engine on the device that the options ask for. Errors: `absent.device`, `fault.device` (self-check), `input.option`.
 *
 * The engine's modules are loaded here, at first use: worker threads load kernels, and kernels load this folder's index.
 */
export async function openEngine(context: Context, options: EngineOptions = {}): Promise<Engine> {
  const { startEngine } = await import('./engine.js');
  return startEngine(context, options);
}
