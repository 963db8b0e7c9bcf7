// Parameters of a pass in one buffer.
import t from 'tap';
import { packParams, type ParamsOf } from '../../src/compute/gpu/params.js';
import { type Kernel, kernel } from '../../src/compute/index.js';

/** A kernel of which only the parameters count. */
const of = (params: Kernel['params'], values: Record<string, number>): ParamsOf => ({
  kernel: kernel('test/params', {
    params,
    inputs: {},
    outputs: { result: 'f32' },
    threads: () => [1],
    cpu: () => {},
    tolerance: 0,
  }) as unknown as Kernel,
  params: values,
});

t.test('each dispatch has a slot at a place that can be bound, its values in the order of the declaration', async (test) => {
  const { data, slots } = packParams(
    [
      of({ count: 'u32', shift: 'i32', scale: 'f32' }, { count: 4e9, shift: -7, scale: 0.5 }),
      of({}, {}),
      of({ count: 'u32' }, { count: 3 }),
    ],
    256,
  );
  test.strictSame(slots, [
    { offset: 0, size: 16 },
    { offset: 256, size: 16 },
    { offset: 512, size: 16 },
  ]);
  const view = new DataView(data);
  test.strictSame([view.getUint32(0, true), view.getInt32(4, true), view.getFloat32(8, true)], [4e9, -7, 0.5]);
  test.equal(view.getUint32(512, true), 3);
  test.equal(packParams([], 256).data.byteLength, 0);
});
