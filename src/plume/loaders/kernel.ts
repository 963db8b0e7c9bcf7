import { DteError, readWhole } from '../../base/index.js';
import { dataName } from '../derived/derivations.js';
import type { PluginKernel, ScalarType } from '../kernel/kernel-code.js';
import { type CompiledKernel, compileKernel, type KernelData, type PreparedKernel, prepareKernel } from '../kernel/prepare.js';
import {
  type Manifest,
  type ManifestOutput,
  dataShape,
  inConfig,
  pathOf,
  protocolOf,
  readManifest,
  scalarValue,
  textOf,
} from '../manifest/manifest.js';
import type { Param } from '../protocol.js';
import type { Plugin, PluginContext, PluginData, PluginHost, PluginLoader, PluginSpec } from '../types.js';

const keys = ['over', 'reach', 'wgsl', 'wgsl-file', 'cpu', 'cpu-file', 'loop-limit'];

/** Rounds of loops that an invocation may make, where the manifest does not say: some milliseconds on any device. */
const usualLoopLimit = 65_536;

/**
 * Plugins that are a kernel: WGSL with a manifest that declares inputs, outputs and scalars. The engine writes bindings and entry point;
 * the code reads and writes through functions named after what was declared. With a host twin (`cpu`, JavaScript) it also runs on the CPU
 * executor; that is host code, so a configuration must say `trust-twin: true`.
 */
export const kernelLoader: PluginLoader = {
  async load(spec, host) {
    const { 'trust-twin': trust, ...config } = spec.coreConfig;
    const manifest = await readManifest({ ...spec, coreConfig: config }, host, keys);
    const { inputs, outputs } = manifest;
    if (inputs === undefined || inputs.size === 0) throw manifest.entry.missing('inputs', 'they are what the kernel reads: inputs: [u, v]');
    if (outputs === undefined || outputs.length === 0)
      throw manifest.entry.missing('outputs', 'they are what the kernel writes: outputs: {speed: {like: u}}');
    const kernel = await kernelOf(manifest, inputs, outputs, spec, host);
    if (host.engine.info.executor === 'cpu' && kernel.cpu !== undefined && trust !== true) throw untrusted(spec);
    try {
      return kernelPlugin(manifest, inputs, await compileKernel(host.engine, kernel));
    } catch (error) {
      throw inConfig(error, spec);
    }
  },
};

async function kernelOf(
  manifest: Manifest,
  inputs: ReadonlyMap<string, Param>,
  outputs: readonly ManifestOutput[],
  spec: PluginSpec,
  host: PluginHost,
): Promise<PluginKernel> {
  const { entries, constants } = manifest;
  const wgsl = (await textOf(manifest, 'wgsl', spec, host)) ?? (await wgslFile(spec, host));
  if (wgsl === undefined) throw manifest.entry.missing('wgsl', "it is the kernel, with a function 'run'");
  const fields = [...inputs].filter(([, { type }]) => type === 'ATLAS_FIELD').map(([name]) => name);
  if (fields.length === 0) throw (entries.get('inputs') ?? manifest.entry).error('has no field', 'a kernel reads at least one');
  refuseTwins([...inputs.keys(), ...outputs.map(({ name }) => name), ...constants.keys()], manifest);
  return {
    stem: `plugin/${spec.name}`,
    over: entries.get('over')?.oneOf(['values', 'points']) ?? 'values',
    reach: entries.get('reach')?.oneOf(['point', 'grid']) ?? 'point',
    inputs: fields,
    outputs: outputs.map(({ name }) => name),
    scalars: new Map(
      [...inputs].filter(([, { type }]) => type !== 'ATLAS_FIELD').map(([name, { type }]) => [name, scalarTypes[type] ?? 'f32']),
    ),
    constants,
    loopLimit: entries.get('loop-limit')?.whole(1) ?? usualLoopLimit,
    wgsl,
    cpu: (await textOf(manifest, 'cpu', spec, host))?.text,
  };
}

const scalarTypes: Readonly<Partial<Record<Param['type'], ScalarType>>> = { INT: 'i32', BOOL: 'bool' };

async function wgslFile(spec: PluginSpec, host: PluginHost): Promise<PluginKernel['wgsl'] | undefined> {
  if (!spec.lib.endsWith('.wgsl')) return undefined;
  const file = pathOf(spec, spec.lib);
  return { text: new TextDecoder().decode(await readWhole(host.context.fs, file)), file };
}

function refuseTwins(names: readonly string[], { entry }: Manifest): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new DteError('input.config', `${entry.what} has '${twice}' twice among inputs, outputs and constants`, {
    where: entry.where,
    hint: 'each name is one function of the code',
  });
}

function untrusted({ name, where }: PluginSpec): DteError {
  return new DteError('input.plugin', `the host twin of plugin '${name}' is JavaScript, which runs with all rights of this process`, {
    where,
    hint: 'if you trust it, say so: core-config: {trust-twin: true}; on a GPU it is not run',
  });
}

function kernelPlugin(manifest: Manifest, inputs: ReadonlyMap<string, Param>, compiled: CompiledKernel): Plugin {
  const firstField = compiled.plugin.inputs[0] as string;
  const outputs = (manifest.outputs ?? []).map((output) => shaped(output, inputs, firstField));
  let prepared: PreparedKernel | undefined;
  return {
    info: { name: manifest.name, version: manifest.version },
    negotiate: async () => protocolOf(inputs.values(), outputs),
    async setup(context, data) {
      prepared = await prepareKernel(context.engine, compiled, dataOf(inputs, context, data));
    },
    record: (pass, context, data) => prepared?.record(pass, dataOf(inputs, context, data)),
    teardown: async () => prepared?.release(),
  };
}

/** By default an output is like the first input. */
function shaped(output: ManifestOutput, inputs: ReadonlyMap<string, Param>, firstField: string): ManifestOutput {
  const isFree = output.shape.like === undefined && output.shape.grid === undefined;
  return { ...output, shape: dataShape(isFree ? { ...output.shape, like: firstField } : output.shape, inputs) };
}

function dataOf(inputs: ReadonlyMap<string, Param>, context: PluginContext, data: PluginData): KernelData {
  return {
    field: (name) => data.field(dataName(inputs.get(name) as Param)),
    scalar: (name) => scalarValue(inputs.get(name) as Param, data),
    output: (name) => context.outputs[name] as (typeof context.outputs)[string],
  };
}
