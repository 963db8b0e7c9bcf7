import { parentPort } from '../../base/worker-port.js';
import type { Kernel } from '../kernel.js';
import { rangeFunction, type SimdPlace } from '../simd.js';
import { type Failure, failureOf, type Reply, type Request } from './messages.js';
import { builtIns, failProgram, type Program, type ProgramStep, type RangeFunction, runProgram, simdPlace } from './program.js';

const kernels = new Map<string, Kernel>();

parentPort.onMessage((message) => void answer(message as Request));

async function answer(request: Request): Promise<void> {
  try {
    if (request.kind === 'program') {
      await join(request.program);
      reply({ id: request.id, ok: true, value: undefined });
    } else if (request.kind === 'load') {
      await Promise.all(request.modules.map((module) => import(module)));
      reply({ id: request.id, ok: true, value: undefined });
    } else {
      const module = (await import(request.module)) as Record<string, (args: unknown) => unknown>;
      const value = await (module[request.name] as (args: unknown) => unknown)(request.args);
      reply({ id: request.id, ok: true, value });
    }
  } catch (error) {
    if (request.kind === 'program') failProgram(request.program);
    reply({ id: request.id, ok: false, failure: failureOf(error) });
  }
}

async function join(program: Program): Promise<void> {
  const functions: RangeFunction[] = [];
  const place = simdPlace(program);
  for (const step of program.steps) {
    functions.push(
      step.module === '' ? builtIns[step.stem as keyof typeof builtIns] : twinOf(await loadKernel(step.stem, step.module), step, place),
    );
  }
  runProgram(program, functions, true);
}

function twinOf(kernel: Kernel, step: ProgramStep, place: SimdPlace | undefined): RangeFunction {
  return rangeFunction(kernel.cpu as unknown as RangeFunction, kernel.simd, step.inArena ? place : undefined);
}

async function loadKernel(stem: string, module: string): Promise<Kernel> {
  const key = `${stem} ${module}`;
  const known = kernels.get(key);
  if (known !== undefined) return known;
  const exported = (await import(module)) as Record<string, unknown>;
  for (const value of Object.values(exported)) {
    const candidate = value as Partial<Kernel> | null;
    if (typeof candidate === 'object' && candidate?.stem === stem && typeof candidate.cpu === 'function') {
      kernels.set(key, candidate as Kernel);
      return candidate as Kernel;
    }
  }
  throw new Error(`module ${module} exports no kernel '${stem}'`);
}

function reply(message: Reply | { readonly id: number; readonly ok: false; readonly failure: Failure }): void {
  parentPort.post(message);
}
