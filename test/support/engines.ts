import { nodeContext } from '../../src/base/node.js';
import { isDteError } from '../../src/base/index.js';
import { type Engine, type EngineOptions, openEngine } from '../../src/compute/index.js';

/** True where every peer and device that tests can use must be there. */
export const peersRequired = process.env['DTE_PEERS'] === 'required';

/** A CPU engine for tests. */
export function cpuEngine(options: EngineOptions = {}): Promise<Engine> {
  return openEngine(nodeContext(), { device: 'cpu', ...options });
}

/**
 * An engine on a WebGPU adapter: the device that DTE_DEVICE names, else hardware, else Vulkan on the processor. Undefined,
 * with the reason, where there is none and none is required.
 */
export async function gpuEngine(options: EngineOptions = {}): Promise<Engine | string> {
  const named = process.env['DTE_DEVICE'];
  const devices = named === undefined || named === '' || named === 'auto' ? ['gpu', 'software'] : [named];
  if (devices[0] === 'cpu') return 'skipped: DTE_DEVICE=cpu leaves no adapter';
  let reason = '';
  for (const device of devices) {
    try {
      return await openEngine(nodeContext(), { device, ...options });
    } catch (error) {
      if (!isDteError(error, 'absent.device', 'absent.module')) throw error;
      reason = error.message;
    }
  }
  if (peersRequired) throw new Error(`an adapter is required: ${reason}`);
  return `skipped: ${reason}`;
}
