/**
 * The compute core: kernels are declared once, recorded into passes as data, and run by one of two executors.
 *
 * - `Kernel`: the declaration of one WGSL file with its host twin. Parameters, inputs and outputs are typed; the interface
 *   text of the shader is derived from it and compared by a test.
 * - `Pass`: a recording of uploads and dispatches. Recording computes nothing.
 * - `Engine`: one executor with its memory and threads. The GPU executor runs WGSL through WebGPU; the CPU executor runs the
 *   twins over shared memory on worker threads, in f32 or (exactly) in f64.
 *
 * A kernel is one thread per logical index, without workgroup memory: the same loop nest in WGSL and in the twin, hence the
 * same order of operations and results that do not depend on the number of threads. Reductions and prefix sums are built from
 * a few such kernels in a row.
 *
 * ```ts
 * const engine = await openEngine(nodeContext(), { device: 'cpu' });
 * const doubled = await engine.run((pass) => {
 *   const copied = pass.allocate('f32', 3);
 *   pass.run(copy, { points: 3, source: pass.upload('f32', Float32Array.of(1, 2, 3)), copied });
 *   return copied;
 * });
 * const [values] = await engine.read(doubled);
 * await engine.close();
 * ```
 */
export type { EngineOptions } from './choice.js';
export { copy } from './copy.js';
export { copyQuads } from './copy-quads.js';
export { DeviceArray } from './device-array.js';
export type { AnyHostArray, ElementType, HostArray, Precision } from './element.js';
export type { Engine, EngineInfo, HostArraysOf, Stage, Traffic } from './engine.js';
export type { MemoryUse } from './executor.js';
export type { SharedDevice } from './gpu/executor.js';
export { gather } from './gather.js';
export { declarations, type Kernel, kernel, type Shape, type TwinArguments } from './kernel.js';
export { missingValue } from './missing.js';
export { openEngine } from './open-engine.js';
export { Pass } from './pass.js';
export type { DispatchTiming, KernelProfile } from './profile.js';
export { probe } from './self-check.js';
export { recordValueRanges, type Reduced, type ValueRanges } from './record-value-ranges.js';
export { expandShader } from './shader.js';
export { Team } from './cpu/team.js';
export type { Task, TaskModule } from './cpu/team.js';
