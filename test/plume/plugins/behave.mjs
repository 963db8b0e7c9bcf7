// A plugin that doubles its input, or behaves in the way that its core-config says, in the phase and step that it says.
export const info = { name: 'behave', version: '1.2.3' };

export const protocol = ({ protocol: given, prefix = '' }) =>
  given ?? {
    required: [
      { name: 'u', type: 'ATLAS_FIELD' },
      { name: 'NSTEP', type: 'int' },
    ],
    offered: [
      { name: `${prefix}twice`, type: 'ATLAS_FIELD', shape: { like: 'u' } },
      { name: `${prefix}sum`, type: 'DOUBLE' },
    ],
  };

const hangs = () => {};
let calls = 0;

export async function setup(context, data) {
  await behave('setup', context, data);
}

export async function run(context, data) {
  calls++;
  const returned = await behave('run', context, data);
  if (returned !== undefined) return returned;
  const { values, missing } = data.field('u');
  const { prefix = '' } = context.coreConfig;
  const twice = context.outputs[`${prefix}twice`];
  let sum = 0;
  values.forEach((value, index) => {
    twice.values[index] = value === missing ? missing : 2 * value;
    if (value !== missing) sum += value;
  });
  context.set(`${prefix}sum`, sum + 1000 * data.int('NSTEP'));
}

export async function teardown(context) {
  await behave('teardown', context, undefined);
}

async function behave(phase, context, data) {
  const { phase: wanted = 'run', step = context.step, mode, file } = context.coreConfig;
  if (phase !== wanted || step !== context.step) return undefined;
  return await behaviours[mode ?? 'well'](context, data, file);
}

const behaviours = {
  well: () => undefined,
  throw: () => {
    throw new Error('it rains');
  },
  hang: () => {
    for (;;) hangs();
  },
  wait: () => new Promise(() => setInterval(() => {}, 1000)),
  heap: () => {
    for (const held = []; ; ) held.push(new Array(100_000).fill(held.length));
  },
  arrays: () => {
    for (const held = []; ; ) held.push(new Float64Array(2 ** 20).fill(held.length));
  },
  exit: () => process.exit(7),
  abort: () => process.abort(),
  reject: () => {
    void Promise.reject(new Error('nobody listens'));
    return new Promise(() => setInterval(() => {}, 1000));
  },
  port: async () => {
    const { parentPort } = await import('node:worker_threads');
    parentPort.postMessage(null);
    return await new Promise(() => setInterval(() => {}, 1000));
  },
  shape: () => ({ twice: new Float32Array(3) }),
  undeclared: () => ({ thrice: new Float32Array(3) }),
  infinite: (context) => {
    context.outputs.twice.values[1] = Number.POSITIVE_INFINITY;
    context.outputs.twice.values[2] = Number.NaN;
    return {};
  },
  input: (_context, data) => {
    data.field('u').values[1] = -5;
  },
  scalar: (context) => context.set('other', 1),
  type: (_context, data) => data.double('NSTEP'),
  absent: (_context, data) => data.field('v'),
  gpu: (context) => {
    class GPUBuffer {}
    context.notify('sent', { buffer: new GPUBuffer() });
  },
  flood: (context) => {
    for (let count = 0; count < 1000; count++) context.log('again', { count });
  },
  say: async (context, data) => {
    console.log('printed');
    const { lat, lon } = await data.field('u').coordinates();
    context.notify('said', {
      calls,
      lat: [...lat],
      lon: [...lon],
      value: data.field('u').values[0],
      version: data.field('u').version,
      updated: data.isUpdated('u'),
      reals: data.field('u').values.constructor.name,
    });
  },
};
