import type { Kernel, ParamValues, Shape } from '../kernel.js';

/** Parameters of all dispatches of a pass, one slot each, for one buffer and one write: a small buffer for each costs more than a small dispatch. */
export interface PackedParams {
  readonly data: ArrayBuffer;
  readonly slots: readonly { readonly offset: number; readonly size: number }[];
}

export interface ParamsOf {
  readonly kernel: Kernel;
  readonly params: ParamValues<Shape>;
}

/** `alignment`: of offsets of uniform bindings, octets. */
export function packParams(dispatches: readonly ParamsOf[], alignment: number): PackedParams {
  const slots: { offset: number; size: number }[] = [];
  let offset = 0;
  for (const { kernel } of dispatches) {
    const size = Math.max(16, Math.ceil(Object.keys(kernel.params).length / 4) * 16);
    slots.push({ offset, size });
    offset += Math.ceil(size / alignment) * alignment;
  }
  const data = new ArrayBuffer(offset);
  const view = new DataView(data);
  for (const [index, { kernel, params }] of dispatches.entries()) write(view, slots[index]?.offset ?? 0, kernel, params);
  return { data, slots };
}

function write(view: DataView, offset: number, kernel: Kernel, params: ParamValues<Shape>): void {
  for (const [index, [name, type]] of Object.entries(kernel.params).entries()) {
    const value = params[name] as number;
    const at = offset + 4 * index;
    if (type === 'f32') view.setFloat32(at, value, true);
    else if (type === 'u32') view.setUint32(at, value, true);
    else view.setInt32(at, value, true);
  }
}
