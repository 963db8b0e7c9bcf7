import { DteError } from '../../base/index.js';
import { dataName } from '../derived/derivations.js';
import { hostLayers, type HostLayers } from '../gpujs/host-layers.js';
import { layersFor } from '../generated/layers.js';
import { dataShape, type Manifest, type ManifestOutput, protocolOf, readManifest, scalarValue, textOf } from '../manifest/manifest.js';
import type { Param } from '../protocol.js';
import type { Plugin, PluginContext, PluginData, PluginLoader, PluginSpec } from '../types.js';

const keys = ['kernel', 'kernel-file', 'mode'];

/** What is used of gpu.js, an optional peer. */
interface GpuJs {
  readonly GPU: new (settings: { readonly mode: 'cpu' }) => GpuInstance;
}

interface GpuInstance {
  createKernel(
    text: string,
    settings: { readonly output: readonly number[]; readonly constants: Readonly<Record<string, number>> },
  ): (...inputs: readonly (Float32Array | number)[]) => Float32Array;
  destroy(): Promise<void>;
}

/**
 * Plugins that are a kernel of gpu.js: `function (u, v) { return Math.hypot(u[this.thread.x], v[this.thread.x]); }`, called for every layer
 * with the inputs of that layer in the order of the manifest, `this.thread.x` the point; NaN stands for a missing value.
 *
 * gpu.js runs in its CPU mode, on host arrays. Its WebGPU mode has a device of its own, which it asks for by itself: no public option takes
 * another, and buffers of two devices do not mix. Fields would cross the host twice for it, and to replace parts inside the package would
 * hold for one of its versions.
 */
export const gpujsLoader: PluginLoader = {
  async load(spec, host) {
    const manifest = await readManifest(spec, host, keys);
    const { inputs, outputs, entries, entry } = manifest;
    if (inputs === undefined || ![...inputs.values()].some(isField))
      throw entry.missing('inputs', 'they are the arguments of the function: inputs: [u, v]');
    if (outputs?.length !== 1) throw entry.missing('outputs', 'there is one, what the function returns: outputs: {speed: {like: u}}');
    const text = await textOf(manifest, 'kernel', spec, host);
    if (text === undefined) throw entry.missing('kernel', 'it is the function as text');
    if ((entries.get('mode')?.oneOf(['cpu', 'webgpu']) ?? 'cpu') === 'webgpu') throw noWebGpu(spec);
    return gpujsPlugin(spec, manifest, inputs, outputs[0] as ManifestOutput, text.text, await gpujs(spec));
  },
};

function isField({ type }: Param): boolean {
  return type === 'ATLAS_FIELD';
}

function noWebGpu({ name, where }: PluginSpec): DteError {
  return new DteError('unsupported.engine', `plugin '${name}' asks for the WebGPU mode of gpu.js, which opens a device of its own`, {
    where,
    hint: 'mode: cpu works on host arrays; on the device use kind: expression or kernel',
  });
}

async function gpujs({ name, where }: PluginSpec): Promise<GpuJs> {
  try {
    // Not a literal: it is an optional peer, and nothing may be resolved before it is used.
    const peer = 'gpu.js';
    const module = (await import(peer)) as GpuJs & { readonly default?: GpuJs };
    return module.GPU === undefined ? (module.default as GpuJs) : module;
  } catch (cause) {
    throw new DteError('absent.module', `plugin '${name}' is a kernel of gpu.js, which is not installed`, {
      where,
      hint: 'npm install --ignore-scripts gpu.js',
      cause,
    });
  }
}

function gpujsPlugin(
  spec: PluginSpec,
  { name, version, constants }: Manifest,
  inputs: ReadonlyMap<string, Param>,
  output: ManifestOutput,
  text: string,
  { GPU }: GpuJs,
): Plugin {
  const firstField = [...inputs].find(([, param]) => isField(param))?.[0] as string;
  const { like, grid } = output.shape;
  const shape = dataShape(like === undefined && grid === undefined ? { ...output.shape, like: firstField } : output.shape, inputs);
  let gpu: GpuInstance | undefined;
  let kernel: ReturnType<GpuInstance['createKernel']> | undefined;
  let host: HostLayers | undefined;
  return {
    info: { name, version },
    negotiate: async () => protocolOf(inputs.values(), [{ ...output, shape }]),
    async setup(context, data) {
      const target = context.outputs[output.name] as (typeof context.outputs)[string];
      for (const param of inputs.values()) if (isField(param)) layersFor(data.field(dataName(param)), target);
      host = hostLayers(context.engine);
      gpu = new GPU({ mode: 'cpu' });
      kernel = gpu.createKernel(text, { output: [target.grid.points], constants: Object.fromEntries(constants) });
    },
    async run(context, data) {
      await runLayers(spec, inputs, output.name, kernel as NonNullable<typeof kernel>, host as HostLayers, context, data);
    },
    teardown: async () => gpu?.destroy(),
  };
}

/** One call for each layer of the output. */
async function runLayers(
  spec: PluginSpec,
  inputs: ReadonlyMap<string, Param>,
  outputName: string,
  kernel: (...inputs: readonly (Float32Array | number)[]) => Float32Array,
  host: HostLayers,
  context: PluginContext,
  data: PluginData,
): Promise<void> {
  const target = context.outputs[outputName] as (typeof context.outputs)[string];
  const fields = [...inputs.values()].filter(isField).map((param) => data.field(dataName(param)));
  const layers = await host.read(fields);
  const results = target.field.layers.map((_, layer) => {
    const given = [...inputs.values()].map((param) => {
      if (!isField(param)) return scalarValue(param, data);
      const index = fields.findIndex(({ name }) => name === dataName(param));
      const field = fields[index] as (typeof fields)[number];
      return layers[index]?.[layersFor(field, target)[layer] as number] as Float32Array;
    });
    try {
      return kernel(...given);
    } catch (cause) {
      throw new DteError('input.plugin', `gpu.js refuses the kernel of plugin '${spec.name}': ${(cause as Error).message.split('\n')[0]}`, {
        where: spec.where,
        cause,
      });
    }
  });
  await host.write(results, target);
}
