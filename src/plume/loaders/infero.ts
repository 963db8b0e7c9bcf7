import { DteError, nearestWord } from '../../base/index.js';
import type { Engine } from '../../compute/index.js';
import { type Model, openModel, type TensorInfo } from '../../infero/index.js';
import { parseProtocol } from '../config/parse-params.js';
import type { Plugin, PluginLoader, PluginSpec } from '../types.js';
import { type InferoPlan, parseInfero, type TensorPlan } from './infero-config.js';
import { type InferoStep, prepareInferoStep } from './infero-step.js';

/**
 * Plugins that are machine-learning models: fields are packed into tensors, the model is run, and its outputs become new fields, all on the
 * device where infero has an engine for it. The model is opened when the plugin is loaded, so that a wrong tensor is met at once.
 */
export const inferoLoader: PluginLoader = {
  async load(spec, { engine }) {
    const plan = await parseInfero(spec);
    const model = await openModel(engine, plan.model.source, plan.model.options);
    try {
      checkTensors(spec, plan, model);
      return inferoPlugin(spec, plan, engine, model);
    } catch (error) {
      await model.close();
      throw error;
    }
  },
};

function inferoPlugin(spec: PluginSpec, plan: InferoPlan, engine: Engine, model: Model): Plugin {
  let step: InferoStep | undefined;
  return {
    info: { name: `${spec.lib} (${model.engine.name}: ${model.engine.reason})`, version: '1' },
    negotiate: () => parseProtocol(protocolOf(plan)),
    async setup(context, data) {
      step = await prepareInferoStep(engine, plan, model, (name) => data.field(name), context.outputs);
    },
    async run() {
      await step?.run();
    },
    async teardown() {
      step?.release();
    },
    close: () => model.close(),
  };
}

/** Fields by their names among the data; one that is so named is derived. */
function protocolOf({ inputs, outputs }: InferoPlan): object {
  const names = [...new Set(inputs.flatMap(({ fields }) => fields.map(({ name }) => name)))];
  const required = names.map((data) => {
    const [, name = data, height] = /^(.+);hl;(\d+(?:\.\d+)?)$/.exec(data) ?? [];
    return { name, type: 'ATLAS_FIELD', ...(height === undefined ? {} : { height: Number(height) }) };
  });
  const offered = outputs.flatMap(({ fields }) =>
    fields.map(({ name, levels, levtype }) => ({
      name,
      type: 'ATLAS_FIELD',
      shape: { like: names[0], levels: levels ?? [0], levtype: levtype ?? (levels === undefined ? 'sfc' : 'ml') },
    })),
  );
  return { required, offered };
}

/** Every input has to be given, and outputs have to be there. */
function checkTensors({ lib, where }: PluginSpec, plan: InferoPlan, model: Model): void {
  const check = (kind: 'input' | 'output', plans: readonly TensorPlan[], infos: readonly TensorInfo[]): void => {
    const known = infos.map((info) => info.name);
    for (const { tensor } of plans) {
      if (known.includes(tensor)) continue;
      const near = nearestWord(tensor, known);
      throw new DteError('input.tensor', `'${lib}' has no ${kind} '${tensor}'`, {
        where,
        hint: near === undefined ? `it has ${known.join(', ')}` : `did you mean '${near}'?`,
      });
    }
  };
  check('input', plan.inputs, model.inputs);
  check('output', plan.outputs, model.outputs);
  const missing = model.inputs.find((info) => !plan.inputs.some(({ tensor }) => tensor === info.name));
  if (missing !== undefined) {
    throw new DteError('input.tensor', `nothing is given for input '${missing.name}' of '${lib}'`, {
      where,
      hint: 'list fields for it under inputs',
    });
  }
}
