import { DteError } from '../../base/index.js';
import type { DeviceArray } from '../device-array.js';
import type { Kernel, ParamValues, Shape } from '../kernel.js';

/** One dispatch as the device gets it: parameters, a byte range of each array, and workgroups. */
export interface Dispatch {
  readonly params: ParamValues<Shape>;
  readonly ranges: Readonly<Record<string, { readonly offset: number; readonly size: number }>>;
  readonly groups: readonly [number, number];
}

/** As `group_size` of shaders/lib/index.wgsl says; a test compares. */
export const workgroupSize = 256;
const maxGroups = 65535;

/**
 * Cuts one recorded dispatch into pieces whose bindings stay within the device's limit, and folds its invocations into two
 * dimensions of workgroups.
 */
export function dispatchesOf(
  kernel: Kernel,
  params: ParamValues<Shape>,
  arrays: Readonly<Record<string, DeviceArray>>,
  limits: { readonly bindingBytes: number; readonly alignment: number },
): readonly Dispatch[] {
  const { split } = kernel;
  let outerPerPiece = Number.POSITIVE_INFINITY;
  for (const [name, array] of Object.entries(arrays)) {
    if (4 * array.length <= limits.bindingBytes) continue;
    const cut = split?.bindings[name];
    if (cut === undefined) throw tooLarge(kernel, name, array, limits.bindingBytes);
    outerPerPiece = Math.min(outerPerPiece, Math.floor((limits.bindingBytes / 4 - (cut.extra ?? 0)) / cut.stride(params)));
  }
  if (outerPerPiece === Number.POSITIVE_INFINITY || split === undefined) {
    const ranges = Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [name, { offset: 0, size: Math.max(4, 4 * array.length) }]),
    );
    return foldedOrNone(kernel, params, ranges);
  }
  // Pieces start where every sliced binding is aligned: a whole number of `alignment / 4` outermost indices does for any stride.
  const step = limits.alignment / 4;
  const piece = Math.floor(outerPerPiece / step) * step;
  if (piece === 0)
    throw tooLarge(kernel, Object.keys(split.bindings).join(', '), Object.values(arrays)[0] as DeviceArray, limits.bindingBytes);
  const total = params[split.count] as number;
  const pieces: Dispatch[] = [];
  for (let start = 0; start < total; start += piece) {
    const count = Math.min(piece, total - start);
    const ranges: Record<string, { offset: number; size: number }> = {};
    for (const [name, array] of Object.entries(arrays)) {
      const cut = split.bindings[name];
      const stride = cut?.stride(params) ?? 0;
      ranges[name] =
        cut === undefined
          ? { offset: 0, size: 4 * array.length }
          : { offset: 4 * start * stride, size: 4 * (count * stride + (cut.extra ?? 0)) };
    }
    pieces.push(...foldedOrNone(kernel, { ...params, [split.count]: count }, ranges));
  }
  return pieces;
}

function foldedOrNone(kernel: Kernel, params: ParamValues<Shape>, ranges: Dispatch['ranges']): Dispatch[] {
  const invocations = kernel.threads(params).reduce((product, extent) => product * extent, 1);
  if (invocations === 0) return [];
  if (invocations >= 2 ** 32) {
    throw new DteError('limit.binding', `${invocations} invocations do not fit 32 bits`, {
      where: { kernel: kernel.stem },
      hint: 'process fewer layers at a time',
    });
  }
  const groups = Math.ceil(invocations / workgroupSize);
  const rows = Math.ceil(groups / maxGroups);
  return [{ params, ranges, groups: [Math.ceil(groups / rows), rows] }];
}

function tooLarge(kernel: Kernel, name: string, array: DeviceArray, limit: number): DteError {
  return new DteError(
    'limit.binding',
    `array '${name}' has ${4 * array.length} octets; this device binds at most ${limit} and the kernel cannot be split along it`,
    {
      where: { kernel: kernel.stem },
      hint: 'process fewer layers at a time, or use the CPU executor (--device cpu)',
    },
  );
}
