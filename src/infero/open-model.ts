import { DteError, isDteError, readWhole } from '../base/index.js';
import type { Engine } from '../compute/index.js';
import type { BackendModel, BackendOptions, Session } from './backend.js';
import { automaticEngines, backendOf } from './engines.js';
import { Model } from './model.js';
import { isShipped, shippedModel, shippedModels } from './shipped-model.js';
import type { ChosenEngine, ModelOptions, ModelSource } from './types.js';

const policies = ['refuse', 'missing', 'allow'];

/**
 * Opens a model. Without a choice the engine is taken by the form of the model and by where `engine` computes; `model.engine` says which
 * and why. Errors: `absent.file`, `data.model`, `input.option` (engine, policy), `input.config`, `unsupported.engine`, `absent.module`,
 * `absent.device`, `limit.memory`, `fault.device`.
 */
export async function openModel(engine: Engine, source: ModelSource, options: ModelOptions = {}): Promise<Model> {
  const { nonFinite } = options;
  if (nonFinite !== undefined && !policies.includes(nonFinite)) {
    throw new DteError('input.option', `'${nonFinite as string}' is no policy for values that are not finite: ${policies.join(', ')}`, {
      where: { option: 'nonFinite' },
    });
  }
  const backendOptions = { modelConfig: options.modelConfig ?? {}, selfCheck: options.selfCheck ?? true };
  const { model, isFolder } = await modelOf(engine, source);
  const asked = options.engine ?? 'auto';
  const choices =
    asked === 'auto' ? automaticEngines(engine, model.path, isFolder) : [{ name: asked, reason: 'asked for' } satisfies ChosenEngine];
  const { chosen, session } = await firstSession(engine, choices, model, backendOptions);
  engine.context.log.info('infero.open', { model: model.path ?? 'octets', engine: chosen.name, reason: chosen.reason });
  return new Model(engine, chosen, session, nonFinite);
}

/** The session of the first engine that takes the model; what the others said becomes part of the reason, or the cause. */
async function firstSession(
  engine: Engine,
  choices: readonly ChosenEngine[],
  model: BackendModel,
  options: BackendOptions,
): Promise<{ readonly chosen: ChosenEngine; readonly session: Session }> {
  let refusal = '';
  for (const [index, { name, reason }] of choices.entries()) {
    try {
      const session = await (await backendOf(name)).create(engine, model, options);
      return { chosen: { name, reason: `${reason}${refusal}` }, session };
    } catch (error) {
      if (index === choices.length - 1 || !isDteError(error)) throw error;
      engine.context.log.warn('infero.refused', { engine: name, reason: error.message });
      refusal = `: ${error.message}`;
    }
  }
  throw new DteError('fault.internal', 'no inference engine to try');
}

async function modelOf(engine: Engine, source: ModelSource): Promise<{ readonly model: BackendModel; readonly isFolder: boolean }> {
  if ('bytes' in source) return { model: { path: undefined, bytes: async () => source.bytes }, isFolder: false };
  const { path } = source;
  const { fs } = engine.context;
  const info = await fs.info(path);
  if (info === undefined && !isShipped(path)) {
    throw new DteError('absent.file', 'the model does not exist', {
      where: { file: path },
      hint: `give a file, or a model of this package: ${shippedModels.join(', ')}`,
    });
  }
  const load = async (): Promise<Uint8Array> =>
    info === undefined ? (await shippedModel(engine.context, path)).bytes : await readWhole(fs, path);
  let read: Promise<Uint8Array> | undefined;
  return { model: { path, bytes: () => (read ??= load()) }, isFolder: info?.isDirectory === true };
}
