import { DteError } from '../base/index.js';
import { methodName } from '../regrid/index.js';
import type { MirOptions } from './options.js';
import type { MaskFile } from './step.js';

/** Where the land-sea mask of one side comes from. `input.option` when no option names a file. */
export function maskFile(options: MirOptions, side: 'input' | 'output', neededBy: string): MaskFile {
  const file = options[`lsm-file-${side}`] ?? options['lsm-file'];
  if (file === undefined) {
    throw new DteError('input.option', `${neededBy} without a land-sea mask of the ${side}`, {
      where: { option: neededBy },
      hint: `give lsm-file, or lsm-file-${side}: a GRIB file whose first field is the mask`,
    });
  }
  const method = options[`lsm-interpolation-${side}`] ?? options['lsm-interpolation'] ?? 'nearest-neighbour';
  const threshold = options[`lsm-value-threshold-${side}`] ?? options['lsm-value-threshold'] ?? 0.5;
  return { file, method: methodName(method), threshold };
}
