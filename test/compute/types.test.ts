// Bindings that are wrong do not compile: each `@ts-expect-error` below fails the build when its mistake is accepted.
import t from 'tap';
import { copy, type DeviceArray, kernel, type Pass } from '../../src/compute/index.js';

/** Never called: only its types matter. */
export function mistakes(pass: Pass, reals: DeviceArray<'f32'>, integers: DeviceArray<'u32'>): void {
  pass.run(copy, { points: 1, source: reals, copied: reals });
  // @ts-expect-error the element type of a binding is wrong
  pass.run(copy, { points: 1, source: integers, copied: reals });
  // @ts-expect-error a binding is missing
  pass.run(copy, { points: 1, source: reals });
  // @ts-expect-error a parameter is misspelt
  pass.run(copy, { point: 1, source: reals, copied: reals });
  // @ts-expect-error a parameter is not a number
  pass.run(copy, { points: reals, source: reals, copied: reals });
  // @ts-expect-error an array of another type is copied
  pass.copy(reals, integers, 0);
  kernel('test/typed', {
    params: { points: 'u32' },
    inputs: { source: 'f32' },
    outputs: { result: 'u32' },
    threads: ({ points }) => [points],
    // @ts-expect-error the twin asks for an array that was not declared
    cpu: ({ target }: { target: Float32Array }) => void target,
    tolerance: 0,
  });
}

t.test('the mistakes above were refused by the compiler', async (test) => {
  test.type(mistakes, 'function');
});
