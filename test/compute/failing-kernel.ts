import { kernel } from '../../src/compute/index.js';

/** A kernel whose host twin always throws. In a module of its own, so that worker threads find it. */
export const failing = kernel('test/failing', {
  params: { points: 'u32' },
  inputs: {},
  outputs: { result: 'f32' },
  threads: ({ points }) => [points],
  cpu: () => {
    throw new RangeError('twin broke');
  },
  tolerance: 0,
  module: import.meta.url,
});
