import { type Engine, type DeviceArray, kernel, type TwinArguments } from '../compute/index.js';
import type { HostValues, TensorLayout } from './types.js';

const params = { n0: 'u32', n1: 'u32', n2: 'u32', n3: 'u32', n4: 'u32', n5: 'u32' } as const;
const inputs = { source: 'f32' } as const;
const outputs = { reordered: 'f32' } as const;

/** Most axes of a tensor whose layout is changed. Those of extent 1 do not count: they move no element. */
export const maxAxes = 6;

export function axesOf(shape: readonly number[]): readonly number[] {
  return shape.filter((extent) => extent > 1);
}

/** Row-major out of column-major elements of a tensor with extents n0 (slowest in the result) to n5. */
export const reorder = kernel('infero/reorder', {
  params,
  inputs,
  outputs,
  threads: ({ n0, n1, n2, n3, n4, n5 }) => [n0, n1 * n2 * n3 * n4 * n5],
  cpu: reorderHost,
  tolerance: 0,
});

type Extents = { readonly [K in keyof typeof params]: number };

function reorderHost(args: TwinArguments<typeof params, typeof inputs, typeof outputs>, start: number, end: number): void {
  reorderRange(args, args.source, args.reordered, start, end);
}

/** For any kind of elements. The target is written in order, so that only the reads jump. */
function reorderRange(
  { n0, n1, n2, n3, n4, n5 }: Extents,
  source: ArrayLike<unknown>,
  target: { [index: number]: unknown },
  start: number,
  end: number,
): void {
  let at = start * n1 * n2 * n3 * n4 * n5;
  for (let i0 = start; i0 < end; i0++) {
    for (let i1 = 0; i1 < n1; i1++) {
      for (let i2 = 0; i2 < n2; i2++) {
        for (let i3 = 0; i3 < n3; i3++) {
          const upper = i0 + n0 * (i1 + n1 * (i2 + n2 * i3));
          for (let i4 = 0; i4 < n4; i4++) {
            const middle = upper + n0 * n1 * n2 * n3 * i4;
            for (let i5 = 0; i5 < n5; i5++) target[at++] = source[middle + n0 * n1 * n2 * n3 * n4 * i5];
          }
        }
      }
    }
  }
}

/** Whether elements of this layout lie otherwise than in row-major order. */
export function isReordered(layout: TensorLayout, shape: readonly number[]): boolean {
  return layout === 'column-major' && axesOf(shape).length > 1;
}

/** Extents for `reorder` that turn a tensor of this shape into row-major order, or out of it: that is the same with the axes reversed. */
function extentsOf(shape: readonly number[], into: TensorLayout): Extents {
  const moving = axesOf(shape);
  const axes = into === 'row-major' ? moving : [...moving].reverse();
  const [n0, n1, n2, n3, n4, n5] = [...Array<number>(maxAxes - axes.length).fill(1), ...axes] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { n0, n1, n2, n3, n4, n5 };
}

/** A tensor on the device, its elements in the other layout. */
export async function reorderOnDevice(
  engine: Engine,
  values: DeviceArray<'f32'>,
  shape: readonly number[],
  into: TensorLayout,
  target?: DeviceArray<'f32'>,
): Promise<DeviceArray<'f32'>> {
  return engine.run((pass) => {
    const reordered = target ?? pass.allocate('f32', values.length);
    pass.run(reorder, { ...extentsOf(shape, into), source: values, reordered });
    return reordered;
  });
}

/** A tensor in host memory, its elements in the other layout; by default in plain memory of its own. */
export function reorderOnHost(
  values: HostValues,
  shape: readonly number[],
  into: TensorLayout,
  target: HostValues = likeValues(values),
): HostValues {
  const extents = extentsOf(shape, into);
  reorderRange(extents, values, target as { [index: number]: unknown }, 0, extents.n0);
  return target;
}

function likeValues(values: HostValues): HostValues {
  return new (values.constructor as Float32ArrayConstructor)(values.length);
}
