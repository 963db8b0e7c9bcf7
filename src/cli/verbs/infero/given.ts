import { DteError } from '../../../base/index.js';
import type { Engine } from '../../../compute/index.js';
import { type Model, type ModelConfig, type ModelOptions, openModel, shapeText, type TensorInfo } from '../../../infero/index.js';
import type { EngineFlags } from '../../commands/define.js';
import { tableText } from '../../terminal/text.js';

export interface ModelFlags extends EngineFlags {
  readonly engine: string;
  readonly set?: readonly string[];
  readonly selfCheck: boolean;
  readonly json?: true;
}

/** Options of `openModel` from flags. */
export function modelOptions(flags: ModelFlags): ModelOptions {
  const settings = (flags.set ?? []).map((text) => namedPart(text, '--set', 'key=value'));
  const modelConfig: ModelConfig = Object.fromEntries(settings);
  return { engine: flags.engine, modelConfig, selfCheck: flags.selfCheck };
}

/** Opens a model for the time of `use`. */
export async function withModel<R>(engine: Engine, path: string, options: ModelOptions, use: (model: Model) => Promise<R>): Promise<R> {
  const model = await openModel(engine, { path }, options);
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

/** The two sides of `name=value`. */
export function namedPart(text: string, option: string, form: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new DteError('input.option', `'${text}' is not of the form ${form}`, { where: { option } });
}

/**
 * Files for tensors of a model: `name=file`, or a file alone where there is one tensor. A text that begins with a known name and `=` is
 * the first, so that names of files may hold `=`.
 */
export function namedFiles(texts: readonly string[], infos: readonly TensorInfo[], option: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const text of texts) {
    const only = infos.length === 1 && !text.includes('=') ? infos[0] : undefined;
    const [name, file] = only === undefined ? namedPart(text, option, '<name>=<file>') : [only.name, text];
    if (files.has(name)) throw new DteError('input.option', `'${name}' is given twice`, { where: { option } });
    files.set(name, file);
  }
  return files;
}

export function engineText({ engine, detail }: Pick<Model, 'engine' | 'detail'>): string {
  return `${engine.name}${detail === undefined ? '' : ` (${detail})`}: ${engine.reason}`;
}

export function tensorsText(model: Pick<Model, 'inputs' | 'outputs'>): string {
  const rows = (kind: string, infos: readonly TensorInfo[]): string[][] =>
    infos.map(({ name, type, shape, symbols }) => [kind, name, type, shapeText(shape, symbols)]);
  return tableText(['', 'name', 'type', 'shape'], [...rows('input', model.inputs), ...rows('output', model.outputs)]);
}
