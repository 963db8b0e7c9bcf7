import { type Context, DteError } from '../../base/index.js';
import type { Kernel } from '../kernel.js';
import { expandShader } from '../shader.js';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Compiles each kernel once. Layouts are explicit: a derived one would leave out bindings that a shader does not use. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #context: Context;
  readonly #ready = new Map<string, Promise<Pipeline>>();

  constructor(device: GPUDevice, context: Context) {
    this.#device = device;
    this.#context = context;
  }

  get(kernel: Kernel): Promise<Pipeline> {
    const key = kernel.wgsl ?? kernel.stem;
    let pipeline = this.#ready.get(key);
    if (pipeline === undefined) {
      pipeline = this.#compile(kernel);
      this.#ready.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(kernel: Kernel): Promise<Pipeline> {
    const { text, origins } = await expandShader(kernel.stem, this.#context, kernel.wgsl);
    const device = this.#device;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: kernel.stem, code: text });
    const layout = device.createBindGroupLayout({ label: kernel.stem, entries: layoutEntries(kernel) });
    const scope = device.popErrorScope();
    const { messages } = await module.getCompilationInfo();
    const pipeline = await device
      .createComputePipelineAsync({
        label: kernel.stem,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      })
      .catch((error: Error) => error);
    const failure = await scope;
    const message = messages.find((candidate) => candidate.type === 'error');
    if (message !== undefined) {
      const origin = origins[message.lineNum - 1];
      throw new DteError('fault.kernel', `the shader does not compile: ${message.message}`, {
        where: { kernel: kernel.stem, file: origin?.file ?? kernel.stem, line: origin?.line ?? message.lineNum },
      });
    }
    if (pipeline instanceof Error || failure !== null) {
      throw new DteError('fault.kernel', `no pipeline: ${pipeline instanceof Error ? pipeline.message : failure?.message}`, {
        where: { kernel: kernel.stem },
      });
    }
    return { pipeline, layout };
  }
}

function layoutEntries(kernel: Kernel): GPUBindGroupLayoutEntry[] {
  const types: GPUBufferBindingType[] = [
    'uniform',
    ...Object.keys(kernel.inputs).map(() => 'read-only-storage' as const),
    ...Object.keys(kernel.outputs).map(() => 'storage' as const),
  ];
  // 4 = GPUShaderStage.COMPUTE; the global is not there before a device was asked for.
  return types.map((type, binding) => ({ binding, visibility: 4, buffer: { type } }));
}
