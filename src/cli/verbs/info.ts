import { readFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { cacheFolder, type Context } from '../../base/index.js';
import { packageRoot } from '../../base/node.js';
import { type EngineInfo, openEngine } from '../../compute/index.js';
import { weightsFiles } from '../../regrid/index.js';
import type { Terminal } from '../terminal/terminal.js';
import { factsText, sizeText } from '../terminal/text.js';
import { matricesText, totalOf } from './cache.js';

export interface InfoOptions {
  readonly json?: true;
  readonly bandwidth?: true;
}

interface AdapterFacts {
  readonly kind: 'hardware' | 'software';
  readonly name: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
}

const shownLimits = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const;

export async function info(terminal: Terminal, { json, bandwidth }: InfoOptions): Promise<void> {
  const { context } = terminal;
  const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string };
  // Before the adapters: once a software Vulkan is loaded, hardware is not seen any more.
  const engine = await openEngine(context);
  const copyGigabytesPerSecond = bandwidth === true ? await engine.copyBandwidth() : undefined;
  await engine.close();
  const adapters = [...(await adaptersOf(context, 'hardware')), ...(await adaptersOf(context, 'software'))];
  const files = await weightsFiles(context);
  const machine = {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: context.workers.threads,
    memoryBytes: totalmem(),
  };
  const cache = { folder: cacheFolder(context), matrices: files.length, sizeBytes: totalOf(files) };
  if (json === true) {
    await terminal.print(
      `${JSON.stringify({ version, ...machine, chosen: engine.info, copyGigabytesPerSecond, adapters, cache }, null, 2)}\n`,
    );
    return;
  }
  const facts: [string, string][] = [
    ['dte', version],
    ['node', `${machine.node}, ${machine.platform}`],
    ['processor', `${machine.processor}, ${machine.cores} threads`],
    ['memory', sizeText(machine.memoryBytes)],
    ...adapters.map((adapter): [string, string] => ['adapter', adapterText(adapter)]),
    ...(adapters.length === 0 ? [['adapter', 'none'] as [string, string]] : []),
    ['chosen', chosenText(engine.info, context)],
  ];
  if (copyGigabytesPerSecond !== undefined) facts.push(['copy bandwidth', `${copyGigabytesPerSecond.toFixed(1)} GB/s, read and written`]);
  facts.push(['cache', `${cache.folder ?? 'none'}: ${matricesText(cache.matrices)}, ${sizeText(cache.sizeBytes)}`]);
  await terminal.print(factsText(facts));
}

/** Adapters of one kind; none where WebGPU cannot be loaded. */
async function adaptersOf(context: Context, kind: AdapterFacts['kind']): Promise<readonly AdapterFacts[]> {
  try {
    const gpu = await context.gpu({ software: kind === 'software' });
    const request: GPURequestAdapterOptions =
      kind === 'hardware' ? { powerPreference: 'high-performance' } : { forceFallbackAdapter: true };
    const adapter = (await gpu?.requestAdapter(request)) ?? (kind === 'software' ? await gpu?.requestAdapter() : undefined);
    if (adapter === undefined || adapter === null) return [];
    const { description, device, architecture, vendor, isFallbackAdapter } = adapter.info;
    const name = [description || device, architecture || vendor].filter((part) => part !== '').join(', ');
    const isSoftware = isFallbackAdapter === true || /llvmpipe|lavapipe|swiftshader|basic render/i.test(name);
    if (isSoftware !== (kind === 'software')) return [];
    const limits = Object.fromEntries(shownLimits.map((limit) => [limit, adapter.limits[limit]]));
    return [{ kind, name, limits, features: [...adapter.features].sort() }];
  } catch (error) {
    context.log.info('info.adapters', { kind, reason: (error as Error).message });
    return [];
  }
}

function adapterText({ kind, name, limits, features }: AdapterFacts): string {
  const binding = limits['maxStorageBufferBindingSize'] as number;
  const buffer = limits['maxBufferSize'] as number;
  const wanted = ['shader-f16', 'subgroups', 'timestamp-query'].filter((feature) => features.includes(feature));
  return `${name} (${kind}); bindings to ${sizeText(binding)}, buffers to ${sizeText(buffer)}; ${wanted.join(', ') || 'no optional features'}`;
}

function chosenText({ executor, name, precision }: EngineInfo, { env }: Context): string {
  const by = env['DTE_DEVICE'] ? `DTE_DEVICE=${env['DTE_DEVICE']}` : 'auto';
  return `${executor === 'gpu' ? `GPU, ${name}, ${precision}` : name}, by ${by}`;
}
