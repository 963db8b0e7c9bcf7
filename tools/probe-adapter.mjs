// Says in one JSON line whether WebGPU computes here: {"name", "software"} or {"reason"}.
// Runs in a process of its own, because a broken driver may take the process down. `--software` loads .cache/vulkan first.
import { importBuilt } from './setup.mjs';

let answer;
try {
  if (process.argv.includes('--software')) {
    const { loadSoftwareVulkan } = await importBuilt('src/base/software-vulkan.js');
    if (!loadSoftwareVulkan()) throw new Error('.cache/vulkan is not there');
  }
  answer = await probe();
} catch (error) {
  answer = { reason: error.message };
}
process.stdout.write(`${JSON.stringify(answer)}\n`);

async function probe() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // The GPU object must stay referenced for as long as its devices live.
  globalThis.probedGpu = create([]);
  const adapter = await globalThis.probedGpu.requestAdapter();
  if (adapter === null) return { reason: 'no adapter' };
  const device = await adapter.requestDevice();
  const doubled = await double(device, 21);
  device.destroy();
  const name = adapter.info.description || adapter.info.device;
  if (doubled !== 42) return { reason: `${name} computes wrongly (2 * 21 = ${doubled})` };
  return { name, software: adapter.info.isFallbackAdapter };
}

async function double(device, value) {
  const code = '@group(0) @binding(0) var<storage, read_write> x: u32; @compute @workgroup_size(1) fn main() { x = 2 * x; }';
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } });
  const values = device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  const result = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(values, 0, Uint32Array.of(value));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer: values } }] }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, result, 0, 4);
  device.queue.submit([encoder.finish()]);
  await result.mapAsync(GPUMapMode.READ);
  return new Uint32Array(result.getMappedRange())[0];
}
