import { DteError, isDteError, sharedBuffer } from '../../base/index.js';
import type { AnyHostArray } from '../element.js';
import type { SimdPlace } from '../simd.js';

/**
 * A pass as worker threads run it. Every thread runs every step: it takes chunks of the outermost index from a shared counter
 * until none are left, then waits until the last chunk of the step is done. So a thread that comes late or is slowed down
 * delays nobody, and since a range's result does not depend on who computes it, neither does the pass's.
 */
export interface ProgramStep {
  readonly stem: string;
  /** Module that exports the kernel; empty for a built-in step, which `stem` names. */
  readonly module: string;
  readonly arguments: Readonly<Record<string, number | AnyHostArray>>;
  /** All arrays, and the work space that it needs, lie in the arena: the compiled twin may run. */
  readonly inArena: boolean;
  /** Extent of the outermost index. */
  readonly total: number;
  readonly chunk: number;
}

export interface Program {
  readonly memory: WebAssembly.Memory | undefined;
  /** Work space of compiled twins in the arena: so many octets for every thread, one after another. */
  readonly scratch: Scratch;
  readonly steps: readonly ProgramStep[];
  /** Int32: [failed, then (next, done) for each step, then threads that took a place of the work space]. */
  readonly control: Int32Array<ArrayBufferLike>;
  /** Milliseconds, (start, end) for each step. */
  readonly stamps: Float64Array<ArrayBufferLike>;
}

export interface Scratch {
  readonly byteOffset: number;
  readonly bytesEach: number;
}

export function newProgram(steps: readonly ProgramStep[], memory: WebAssembly.Memory | undefined, scratch: Scratch): Program {
  return {
    memory,
    scratch,
    steps,
    control: new Int32Array(sharedBuffer(4 * (2 + 2 * steps.length))),
    stamps: new Float64Array(sharedBuffer(16 * steps.length)),
  };
}

export type RangeFunction = (args: Readonly<Record<string, number | AnyHostArray>>, start: number, end: number) => void;

/** The place of a thread that takes part in a program: to be asked for once. */
export function simdPlace({ memory, scratch, control, steps }: Program): SimdPlace | undefined {
  if (memory === undefined) return undefined;
  const taken = Atomics.add(control, 1 + 2 * steps.length, 1);
  return { memory, scratch: scratch.byteOffset + taken * scratch.bytesEach };
}

/** The steps that are no kernels: setting elements [start, end) to zero, and copying them. */
export const builtIns = {
  clear: (args, start, end) => void (args['array'] as AnyHostArray).fill(0, start, end),
  copy: (args, start, end) =>
    (args['target'] as Float64Array).set((args['source'] as Float64Array).subarray(start, end), (args['targetStart'] as number) + start),
} as const satisfies Readonly<Record<string, RangeFunction>>;

/** Takes part in a program until it ends. `wait` is false for the only thread of a program. */
export function runProgram(program: Program, functions: readonly RangeFunction[], wait: boolean): void {
  const { steps, control, stamps } = program;
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] as ProgramStep;
    const compute = functions[index] as RangeFunction;
    const next = 1 + 2 * index;
    const done = next + 1;
    for (;;) {
      if (Atomics.load(control, 0) !== 0) return;
      const start = Atomics.add(control, next, step.chunk);
      if (start >= step.total) {
        // Undo, so that many late threads cannot overflow the counter.
        Atomics.sub(control, next, step.chunk);
        break;
      }
      if (start === 0) stamps[2 * index] = nowMs();
      const end = Math.min(start + step.chunk, step.total);
      try {
        compute(step.arguments, start, end);
      } catch (cause) {
        throw isDteError(cause)
          ? cause
          : new DteError('fault.kernel', `a host twin failed: ${(cause as Error).message}`, { where: { kernel: step.stem }, cause });
      }
      if (Atomics.add(control, done, end - start) + end - start === step.total) {
        stamps[2 * index + 1] = nowMs();
        Atomics.notify(control, done);
      }
    }
    while (wait && Atomics.load(control, 0) === 0) {
      const finished = Atomics.load(control, done);
      if (finished >= step.total) break;
      Atomics.wait(control, done, finished, 1000);
    }
  }
}

/** Ends a program early for all its threads. */
export function failProgram(program: Program): void {
  Atomics.store(program.control, 0, 1);
  for (let index = 0; index < program.steps.length; index++) Atomics.notify(program.control, 2 + 2 * index);
}

// Comparable between threads, unlike performance.now() alone.
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
