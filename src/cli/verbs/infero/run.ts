import { DteError, readWhole } from '../../../base/index.js';
import {
  type HostTensor,
  type Model,
  type ModelOptions,
  type NonFinitePolicy,
  inRows,
  parseModelConfig,
  readTensor,
  shapeText,
  type TensorFormat,
} from '../../../infero/index.js';
import type { Terminal } from '../../terminal/terminal.js';
import { withEngine } from '../with-engine.js';
import { type ModelFlags, modelOptions, namedFiles, withModel } from './given.js';
import { outputFiles, writeTogether } from './output-files.js';

export interface RunFlags extends ModelFlags {
  readonly model?: string;
  readonly config?: string;
  readonly input?: readonly string[];
  readonly only?: readonly string[];
  readonly output?: string;
  readonly format: TensorFormat;
  readonly reference?: readonly string[];
  readonly threshold: number;
  readonly nonFinite: NonFinitePolicy;
}

/** What is told of an output. */
interface Told {
  readonly shape: readonly number[];
  readonly file?: string;
  /** Mean squared difference from the reference. */
  readonly difference?: number;
}

export async function inferoRun(terminal: Terminal, flags: RunFlags): Promise<void> {
  if (flags.output === undefined && flags.reference === undefined) {
    throw new DteError('input.option', 'neither --output nor --reference is given', {
      hint: 'say where outputs go, or what they are compared with',
    });
  }
  const { path, options } = await chosenModel(terminal, flags);
  await withEngine(terminal, flags, (engine) =>
    withModel(engine, path, { ...options, nonFinite: flags.nonFinite }, async (model) => {
      const inputs = await tensorsOf(terminal, namedFiles(flags.input ?? [], model.inputs, '--input'));
      const references = await tensorsOf(terminal, namedFiles(flags.reference ?? [], model.outputs, '--reference'));
      // What can be wrong with a name is found before the run.
      const files = flags.output === undefined ? new Map<string, string>() : outputFiles(model, flags.output, flags.format, flags.only);
      checkReferences(model, references, flags.only);
      const results = await model.infer(Object.fromEntries(inputs), {
        place: 'host',
        ...(flags.only === undefined ? {} : { only: flags.only }),
      });
      const told = new Map<string, Told>();
      for (const [name, { shape }] of Object.entries(results)) {
        const file = files.get(name);
        told.set(name, { shape, ...(file === undefined ? {} : { file }) });
      }
      for (const [name, reference] of references) {
        told.set(name, { ...(told.get(name) as Told), difference: meanSquare(name, results[name] as HostTensor, reference) });
      }
      await writeTogether(terminal.context.fs, model, results, files);
      await tell(terminal, model, flags, told);
    }),
  );
}

async function chosenModel(terminal: Terminal, flags: RunFlags): Promise<{ readonly path: string; readonly options: ModelOptions }> {
  const options = modelOptions(flags);
  if ((flags.model === undefined) === (flags.config === undefined)) {
    throw new DteError('input.option', 'one of --model and --config is needed', { hint: '--model model.onnx' });
  }
  if (flags.config === undefined) return { path: flags.model as string, options };
  const text = new TextDecoder().decode(await readWhole(terminal.context.fs, flags.config));
  const setup = await parseModelConfig(text, flags.config);
  const { path } = setup.source as { readonly path: string };
  const engine = flags.engine === 'auto' ? setup.options.engine : flags.engine;
  const modelConfig = { ...setup.options.modelConfig, ...options.modelConfig };
  return { path, options: { ...options, modelConfig, ...(engine === undefined ? {} : { engine }) } };
}

async function tensorsOf(terminal: Terminal, files: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, HostTensor>> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, file] of files) tensors.set(name, readTensor(await readWhole(terminal.context.fs, file), file));
  return tensors;
}

function checkReferences({ outputs }: Model, references: ReadonlyMap<string, HostTensor>, only: readonly string[] | undefined): void {
  const names = only ?? outputs.map(({ name }) => name);
  for (const name of references.keys()) {
    if (names.includes(name)) continue;
    throw new DteError('input.option', `'${name}' is no output that is computed: ${names.join(', ')}`, {
      where: { option: '--reference' },
    });
  }
}

/** Mean squared difference, by which upstream judges. `input.tensor` for a reference of another shape or type. */
function meanSquare(name: string, got: HostTensor, reference: HostTensor): number {
  const isSame = got.values.constructor === reference.values.constructor && shapeText(got.shape) === shapeText(reference.shape);
  if (!isSame) {
    throw new DteError('input.tensor', `the reference of '${name}' is a ${described(reference)}`, {
      hint: `the output is a ${described(got)}`,
    });
  }
  const expected = inRows(reference);
  let sum = 0;
  for (let i = 0; i < expected.length; i++) sum += (Number(got.values[i]) - Number(expected[i])) ** 2;
  return sum / Math.max(1, expected.length);
}

function described({ values, shape }: HostTensor): string {
  return `${values.constructor.name} of shape ${shapeText(shape)}`;
}

async function tell(terminal: Terminal, model: Model, flags: RunFlags, told: ReadonlyMap<string, Told>): Promise<void> {
  const { engine, first } = model.statistics();
  if (flags.json === true) {
    await terminal.print(`${JSON.stringify({ engine, timing: first, threshold: flags.threshold, outputs: Object.fromEntries(told) })}\n`);
  } else {
    terminal.note(`${engine.name}: ${engine.reason}; ${(first?.executeMs ?? 0).toFixed(1)} ms`);
    for (const [name, output] of told) terminal.note(lineOf(name, output, flags.threshold));
  }
  for (const [name, { difference }] of told) {
    if (difference === undefined || difference < flags.threshold) continue;
    const reason = `output '${name}' is not near enough to its reference: mean squared difference ${difference}`;
    terminal.damage(new DteError('limit.tolerance', reason, { hint: `it has to be below ${flags.threshold} (--threshold)` }));
  }
}

function lineOf(name: string, { shape, file, difference }: Told, threshold: number): string {
  const compared = difference === undefined ? '' : `, mean squared difference ${difference.toPrecision(3)} (threshold ${threshold})`;
  return `${name} ${shapeText(shape)}${file === undefined ? '' : ` in ${file}`}${compared}`;
}
