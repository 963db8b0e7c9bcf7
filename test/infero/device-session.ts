// An engine for tests that computes with the project's own kernels where the engine's arrays lie: the model of `tinyPair` or of
// `tinyTranspose`, whatever it is given. It keeps what it was run with.
import type { DeviceArray, Engine } from '../../src/compute/index.js';
import { copy } from '../../src/compute/copy.js';
import { inferenceEngines, type Session, type SessionTensor, type TensorInfo } from '../../src/infero/index.js';
import { reorder } from '../../src/infero/reorder.js';

export interface DeviceCall {
  readonly feeds: ReadonlyMap<string, SessionTensor>;
  readonly fetches: ReadonlyMap<string, SessionTensor | undefined>;
}

export const deviceCalls: DeviceCall[] = [];

const info = (name: string, shape: readonly number[]): TensorInfo => ({ name, type: 'f32', shape, symbols: shape.map(() => null) });

/** y is x with its axes reversed; same is x as it is. */
class DeviceSession implements Session {
  readonly inputs = [info('x', [2, 3, 4])];
  readonly outputs = [info('y', [4, 3, 2]), info('same', [2, 3, 4])];
  readonly place = 'device';
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async run(
    feeds: DeviceCall['feeds'],
    fetches: DeviceCall['fetches'],
  ): Promise<{ outputs: ReadonlyMap<string, SessionTensor>; gpuMs: number }> {
    deviceCalls.push({ feeds, fetches });
    const source = feeds.get('x')?.values as DeviceArray<'f32'>;
    const outputs = new Map<string, SessionTensor>();
    for (const { name, shape } of this.outputs.filter((output) => fetches.has(output.name))) {
      const given = fetches.get(name)?.values as DeviceArray<'f32'> | undefined;
      const values = await this.#engine.run((pass) => {
        const made = given ?? pass.allocate('f32', 24);
        // In rows of [4, 3, 2] out of columns of the same: the axes reversed.
        if (name === 'y') pass.run(reorder, { n0: 1, n1: 1, n2: 1, n3: 4, n4: 3, n5: 2, source: source, reordered: made });
        else pass.run(copy, { points: 24, source, copied: made });
        return made;
      });
      outputs.set(name, { values, shape: shape as readonly number[] });
    }
    return { outputs, gpuMs: 2 };
  }

  async close(): Promise<void> {}
}

inferenceEngines.set('test-device', async () => ({ create: async (engine) => new DeviceSession(engine) }));

/** Whole numbers go into and out of an engine on the device in host memory. */
const counting: Session = {
  inputs: [{ name: 'n', type: 'i64', shape: [2], symbols: [null] }],
  outputs: [{ name: 'n', type: 'i64', shape: [2], symbols: [null] }],
  place: 'device',
  run: async (feeds, fetches) => {
    deviceCalls.push({ feeds, fetches });
    return { outputs: new Map([['n', feeds.get('n') as SessionTensor]]) };
  },
  close: async () => {},
};

inferenceEngines.set('test-count', async () => ({ create: async () => counting }));
