import type { Kernel } from '../../../src/compute/index.js';
import { copyLanes } from '../../../src/plume/copy-lanes.js';
import type { KernelCase } from '../kernel-cases.js';

/** Lanes 1 to 3 of five into lanes 2 to 4 of six. */
const copyLanesCase: KernelCase['make'] = (points, random) => {
  const source = Float64Array.from({ length: 5 * points }, () => Math.floor(random() * 1024) / 4);
  const inputs = { points, count: 3, sourceLanes: 5, sourceStart: 1, targetLanes: 6, targetStart: 2, source };
  return { inputs, outputs: { copied: 6 * points } };
};

export const plumePluginCases: readonly KernelCase[] = [{ kernel: copyLanes as unknown as Kernel, make: copyLanesCase }];
