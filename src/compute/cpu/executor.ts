import { assert, type Context, DteError } from '../../base/index.js';
import type { DeviceArray, Storage } from '../device-array.js';
import { type AnyHostArray, type ElementType, elementBytes, type Precision, viewOf } from '../element.js';
import type { Executor, MemoryUse } from '../executor.js';
import type { Shape } from '../kernel.js';
import type { Step } from '../pass.js';
import { Pool } from '../pool.js';
import type { DispatchTiming } from '../profile.js';
import { rangeFunction } from '../simd.js';
import { Arena, type Block } from './arena.js';
import { builtIns, newProgram, type ProgramStep, type RangeFunction } from './program.js';
import type { Team } from './team.js';

interface HostStorage extends Storage {
  readonly view: AnyHostArray;
  readonly block: Block;
  readonly classBytes: number;
}

type DispatchStep = Step & { readonly kind: 'dispatch' };

interface ScratchBlock {
  readonly block: Block;
  readonly classBytes: number;
  readonly bytesEach: number;
}

/** Threads' work spaces keep out of each other's cache lines. */
const scratchAlignment = 128;

// Below this many invocations a pass is done sooner than a thread answers (about 0.1 ms).
const inlineInvocations = 1 << 15;

/** Runs the kernels' host twins over shared memory on worker threads. Exact (`f64`) or as a GPU has it (`f32`). */
export class CpuExecutor implements Executor {
  readonly kind = 'cpu';
  readonly name: string;
  readonly precision: Precision;
  readonly software = false;
  readonly maxBindingBytes = 2 ** 40;
  readonly #team: Team;
  readonly #arena: Arena;
  readonly #pool: Pool<Block>;

  constructor(context: Context, team: Team, precision: Precision, budgetBytes: number) {
    this.name = `CPU, ${Math.max(1, team.threads)} thread${team.threads > 1 ? 's' : ''}, ${precision}`;
    this.precision = precision;
    this.#team = team;
    // Compiled twins are f32; f64 arrays have no use for the arena.
    this.#arena = new Arena(precision === 'f32');
    this.#pool = new Pool(
      (bytes) => reserve(this.#arena, bytes),
      (block) => this.#arena.release(block),
      budgetBytes,
    );
    context.log.debug('compute.cpu', { threads: team.threads, precision });
  }

  get memory(): MemoryUse {
    return this.#pool.use;
  }

  allocate(type: ElementType, length: number): HostStorage {
    const sizeBytes = Math.max(1, length) * elementBytes(type, this.precision);
    const { block, classBytes } = this.#pool.take(sizeBytes);
    return { sizeBytes, block, classBytes, view: viewOf(type, this.precision, block.buffer, block.byteOffset, length) };
  }

  free(storage: Storage): void {
    const { block, classBytes } = storage as HostStorage;
    this.#pool.put(block, classBytes);
  }

  async execute(steps: readonly Step[], timed: boolean): Promise<readonly DispatchTiming[]> {
    const scratch = this.#scratchOf(steps);
    try {
      return await this.#executeWith(steps, timed, scratch);
    } finally {
      if (scratch !== undefined) this.#pool.put(scratch.block, scratch.classBytes);
    }
  }

  /** Work space for every thread, as much as the neediest compiled twin asks for. */
  #scratchOf(steps: readonly Step[]): ScratchBlock | undefined {
    const bytes = steps.map((step) => (step.kind === 'dispatch' && this.precision === 'f32' ? scratchBytesOf(step) : 0));
    const most = Math.ceil(bytes.reduce((most, needed) => Math.max(most, needed), 0) / scratchAlignment) * scratchAlignment;
    return most === 0 ? undefined : { bytesEach: most, ...this.#pool.take(most * Math.max(1, this.#team.threads)) };
  }

  async #executeWith(steps: readonly Step[], timed: boolean, scratch: ScratchBlock | undefined): Promise<readonly DispatchTiming[]> {
    const program: ProgramStep[] = [];
    const functions: RangeFunction[] = [];
    let invocations = 0;
    for (const step of steps) {
      if (step.kind === 'upload') {
        // Safe ahead of the dispatches: an upload's array is new in its pass, so nothing before it can use it.
        (viewIn(step.array) as Float64Array).set(step.data as Float64Array);
        continue;
      }
      const { programStep, compute, count } = step.kind === 'dispatch' ? this.#dispatchStep(step, scratch) : builtInStep(step);
      if (programStep.total === 0 || count === 0) continue;
      invocations += count;
      program.push(programStep);
      functions.push(compute);
    }
    if (program.length === 0) return [];
    const place = { byteOffset: scratch?.block.byteOffset ?? 0, bytesEach: scratch?.bytesEach ?? 0 };
    const shared = newProgram(program, this.#arena.memory, place);
    await this.#team.runProgram(shared, functions, invocations < inlineInvocations);
    return timed ? program.flatMap((step, index) => (step.module === '' ? [] : [timingOf(step, shared.stamps, index)])) : [];
  }

  async read(arrays: readonly DeviceArray[]): Promise<readonly AnyHostArray[]> {
    return arrays.map((array) => viewIn(array).slice());
  }

  async peek(arrays: readonly DeviceArray[]): Promise<readonly AnyHostArray[]> {
    return arrays.map(viewIn);
  }

  /** The memory of an array, to be filled by host work. Only this executor can offer it. */
  view(array: DeviceArray): AnyHostArray {
    return viewIn(array);
  }

  async close(): Promise<void> {
    this.#pool.drain();
  }

  #dispatchStep(
    step: DispatchStep,
    scratch: ScratchBlock | undefined,
  ): { programStep: ProgramStep; compute: RangeFunction; count: number } {
    const { kernel, params, arrays } = step;
    const args: Record<string, number | AnyHostArray> = {};
    for (const [name, value] of Object.entries(params)) {
      args[name] = (kernel.params as Shape)[name] === 'f32' && this.precision === 'f32' ? Math.fround(value) : value;
    }
    for (const [name, array] of Object.entries(arrays)) args[name] = viewIn(array);
    const extents = kernel.threads(params);
    const total = extents[0] ?? 0;
    const count = extents.reduce((product, extent) => product * extent, 1);
    assert(total < 2 ** 31, `the outermost extent of ${kernel.stem} fits 31 bits`);
    const module = kernel.module ?? new URL(`../../${kernel.stem}.js`, import.meta.url).href;
    const hasScratch = kernel.simd?.scratchBytes === undefined || scratch?.block.inArena === true;
    const inArena = hasScratch && Object.values(arrays).every((array) => (array.storage as HostStorage).block.inArena);
    const programStep = { stem: kernel.stem, module, arguments: args, inArena, total, chunk: chunkOf(total, this.#team.threads) };
    const { memory } = this.#arena;
    const place = inArena && memory !== undefined ? { memory, scratch: scratch?.block.byteOffset ?? 0 } : undefined;
    const compute = rangeFunction(kernel.cpu as unknown as RangeFunction, kernel.simd, place);
    return { programStep, compute, count };
  }
}

function scratchBytesOf({ kernel, params }: DispatchStep): number {
  return kernel.simd?.scratchBytes?.(params) ?? 0;
}

function builtInStep(step: Step & { readonly kind: 'clear' | 'copy' }): {
  programStep: ProgramStep;
  compute: RangeFunction;
  count: number;
} {
  const total = step.kind === 'clear' ? step.array.length : step.source.length;
  const args =
    step.kind === 'clear'
      ? { array: viewIn(step.array) }
      : { source: viewIn(step.source), target: viewIn(step.target), targetStart: step.targetStart };
  const programStep = { stem: step.kind, module: '', arguments: args, inArena: false, total, chunk: Math.max(1 << 16, total >> 4) };
  // Sixteen elements are about as much work as one invocation of a kernel.
  return { programStep, compute: builtIns[step.kind], count: Math.ceil(total / 16) };
}

// About eight chunks a thread, so that an uneven machine still finishes together; whole multiples of 64 keep threads out of
// each other's cache lines and of each other's words in bit arrays.
function chunkOf(total: number, threads: number): number {
  const chunk = Math.ceil(total / (Math.max(1, threads) * 8));
  return chunk < 64 ? chunk : Math.ceil(chunk / 64) * 64;
}

function viewIn(array: DeviceArray): AnyHostArray {
  return (array.storage as HostStorage).view;
}

function timingOf(step: ProgramStep, stamps: Float64Array, index: number): DispatchTiming {
  let bytes = 0;
  for (const argument of Object.values(step.arguments)) if (typeof argument !== 'number') bytes += argument.byteLength;
  return { stem: step.stem, milliseconds: (stamps[2 * index + 1] as number) - (stamps[2 * index] as number), bytes };
}

function reserve(arena: Arena, bytes: number): Block {
  try {
    return arena.reserve(bytes);
  } catch (cause) {
    throw new DteError('limit.memory', `${(bytes / 2 ** 20).toFixed(1)} MiB of shared memory could not be had`, { cause });
  }
}
