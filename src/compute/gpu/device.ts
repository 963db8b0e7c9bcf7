import { type Context, DteError } from '../../base/index.js';

/** Which adapter is wanted: any hardware, Vulkan on the processor, or part of an adapter's name. */
export type AdapterChoice =
  | { readonly kind: 'hardware' }
  | { readonly kind: 'software' }
  | { readonly kind: 'named'; readonly name: string };

export interface OpenedDevice {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  readonly name: string;
  readonly software: boolean;
}

const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

/** A device with the adapter's highest limits, or undefined when no adapter fits. */
export async function openDevice(context: Context, choice: AdapterChoice): Promise<OpenedDevice | undefined> {
  const software = choice.kind === 'software';
  const gpu = await context.gpu(choice.kind === 'named' ? { software: isSoftwareName(choice.name), adapter: choice.name } : { software });
  if (gpu === undefined) return undefined;
  const adapter = await firstAdapter(gpu, choice);
  if (adapter === undefined) return undefined;
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') limits[name] = value;
  }
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredLimits: limits, requiredFeatures }).catch((cause) => {
    throw new DteError('fault.device', `adapter '${nameOf(adapter)}' gave no device: ${(cause as Error).message}`, { cause });
  });
  return { gpu, adapter, device, name: nameOf(adapter), software: isSoftware(adapter) };
}

async function firstAdapter(gpu: GPU, choice: AdapterChoice): Promise<GPUAdapter | undefined> {
  const requests: readonly GPURequestAdapterOptions[] =
    choice.kind === 'software' ? [{}, { forceFallbackAdapter: true }] : [{ powerPreference: 'high-performance' }, {}];
  for (const request of requests) {
    const adapter = await gpu.requestAdapter(request).catch(() => null);
    if (adapter === null || adapter === undefined) continue;
    if (choice.kind === 'hardware' && isSoftware(adapter)) continue;
    if (choice.kind === 'software' && !isSoftware(adapter)) continue;
    if (choice.kind === 'named' && !nameOf(adapter).toLowerCase().includes(choice.name.toLowerCase())) continue;
    return adapter;
  }
  return undefined;
}

function nameOf(adapter: GPUAdapter): string {
  const { vendor, architecture, device, description } = adapter.info;
  // A page is often told no more than vendor and architecture.
  return [...new Set([description || device || vendor, architecture || vendor])].filter((part) => part !== '').join(', ');
}

function isSoftware(adapter: GPUAdapter): boolean {
  return adapter.info.isFallbackAdapter === true || isSoftwareName(nameOf(adapter));
}

function isSoftwareName(name: string): boolean {
  return /llvmpipe|lavapipe|swiftshader|basic render/i.test(name);
}
