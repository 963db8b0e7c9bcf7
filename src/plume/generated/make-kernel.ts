import { declarations, type ElementType, type Engine, type Kernel, kernel, type Shape } from '../../compute/index.js';
import { DteError } from '../../base/index.js';

/** A kernel as text: one invocation for each lane of each point, or for each point. */
export interface KernelText {
  readonly stem: string;
  readonly params: Readonly<Record<string, ElementType>>;
  readonly inputs: Shape;
  readonly outputs: Shape;
  /** Parameters whose product is the number of invocations; the first is `points`. */
  readonly extents: readonly string[];
  /** Arrays that hold `stride` (a parameter, or 1) elements for each point; the others are bound whole when points are cut into pieces. */
  readonly strides: Readonly<Record<string, string | 1>>;
  /** The shader, with its interface as `interfaceOf` has it. */
  readonly wgsl: string;
  /** A JavaScript function `(args, start, end) => void`, and declarations that it uses; undefined: there is no twin. */
  readonly javascript: { readonly prelude: string; readonly twin: string } | undefined;
}

/** The interface of the shader: parameters and arrays, as the executor binds them. */
export function interfaceOf({ params, inputs, outputs }: Pick<KernelText, 'params' | 'inputs' | 'outputs'>): string {
  return declarations({ stem: '', params, inputs, outputs, threads: () => [], cpu: () => {}, tolerance: 0 });
}

/** The kernel of a text, ready to be recorded: compiled on a GPU, loaded as a module on the CPU executor. */
export async function makeKernel(engine: Engine, text: KernelText): Promise<Kernel> {
  const { stem, params, inputs, outputs, extents, strides, javascript } = text;
  const isOnCpu = engine.info.executor === 'cpu';
  const module = javascript === undefined ? undefined : moduleOf(stem, javascript);
  const spec = {
    params,
    inputs,
    outputs,
    threads: (given: Readonly<Record<string, number>>) => extents.map((name) => given[name] as number),
    cpu: isOnCpu && module !== undefined ? await twinOf(stem, module) : noTwin(stem),
    // Nobody compares a kernel of a plugin unless its tests do.
    tolerance: 0,
    split: {
      count: 'points',
      bindings: Object.fromEntries(
        Object.entries(strides).map(([name, stride]) => [
          name,
          { stride: (given: Readonly<Record<string, number>>) => (stride === 1 ? 1 : (given[stride] as number)) },
        ]),
      ),
    },
    ...(module === undefined ? {} : { module }),
  };
  const made = kernel(stem, { ...spec, wgsl: text.wgsl });
  if (!isOnCpu) await compiled(engine, made);
  return made;
}

function moduleOf(stem: string, { prelude, twin }: { readonly prelude: string; readonly twin: string }): string {
  return `data:text/javascript,${encodeURIComponent(`${prelude}\nexport const made = { stem: ${JSON.stringify(stem)}, cpu: ${twin} };\n`)}`;
}

async function twinOf(stem: string, module: string): Promise<Kernel['cpu']> {
  try {
    return ((await import(module)) as { readonly made: Kernel }).made.cpu;
  } catch (cause) {
    throw new DteError('input.plugin', `the host twin is no JavaScript: ${(cause as Error).message}`, { where: { kernel: stem }, cause });
  }
}

function noTwin(stem: string): Kernel['cpu'] {
  return () => {
    throw new DteError('fault.kernel', 'a kernel without a host twin was run on the CPU executor', { where: { kernel: stem } });
  };
}

/** A dispatch of no invocations compiles the pipeline, so that faults of the text are met now and the first step waits for nothing. */
async function compiled(engine: Engine, made: Kernel): Promise<void> {
  await engine.run((pass) => {
    const args: Record<string, unknown> = Object.fromEntries(Object.keys(made.params).map((name) => [name, 0]));
    for (const [name, type] of Object.entries({ ...made.inputs, ...made.outputs })) args[name] = pass.allocate(type, 0);
    pass.run(made, args as never);
  });
}
