import { dataName } from '../derived/derivations.js';
import { compileFormulas, type Formulas } from '../expression/compile.js';
import { type FormulaData, type PreparedFormulas, prepareFormulas } from '../expression/prepare.js';
import {
  dataShape,
  inConfig,
  type Manifest,
  type ManifestOutput,
  type PlacedText,
  protocolOf,
  readManifest,
  scalarValue,
  textOf,
  usualInput,
} from '../manifest/manifest.js';
import type { Param } from '../protocol.js';
import type { Plugin, PluginContext, PluginData, PluginLoader, PluginSpec } from '../types.js';

/**
 * Plugins that are formulas: `speed = hypot(u, v)`, one result a line, later ones of earlier ones. Safe, whoever wrote them: nothing but
 * arithmetic on the inputs, in bounded time, on both executors.
 */
export const expressionLoader: PluginLoader = {
  async load(spec, host) {
    const manifest = await readManifest(spec, host, ['expressions', 'expressions-file']);
    const text = await textOf(manifest, 'expressions', spec, host);
    if (text === undefined) throw manifest.entry.missing('expressions', "formulas are lines of 'name = formula'");
    return formulaPlugin(spec, manifest, text);
  },
};

function formulaPlugin(spec: PluginSpec, manifest: Manifest, text: PlacedText): Plugin {
  const formulas = compiled(spec, manifest, text);
  const inputs = new Map([...formulas.fields, ...formulas.scalars].map((name) => [name, inputOf(manifest, name)]));
  const outputs = formulas.outputs.map((name) => outputOf(formulas, manifest, inputs, name));
  let prepared: PreparedFormulas | undefined;
  return {
    info: { name: manifest.name, version: manifest.version },
    negotiate: async () => protocolOf(inputs.values(), outputs),
    async setup(context, data) {
      prepared = await prepareFormulas(context.engine, `plugin/${spec.name}`, formulas, dataOf(inputs, context, data));
    },
    record: (pass, context, data) => prepared?.record(pass, dataOf(inputs, context, data)),
    teardown: async () => prepared?.release(),
  };
}

function compiled(spec: PluginSpec, { inputs, outputs, constants }: Manifest, text: PlacedText): Formulas {
  const isScalar = (name: string): boolean => (inputs?.get(name) ?? usualInput(name)).type !== 'ATLAS_FIELD';
  const scalars = inputs === undefined ? wordsOf(text.text).filter(isScalar) : [...inputs.keys()].filter(isScalar);
  try {
    return compileFormulas(text, {
      constants,
      scalars,
      ...(inputs === undefined ? {} : { fields: [...inputs.keys()].filter((name) => !isScalar(name)) }),
      ...(outputs === undefined ? {} : { outputs: outputs.map(({ name }) => name) }),
    });
  } catch (error) {
    throw inConfig(error, spec);
  }
}

function wordsOf(text: string): readonly string[] {
  return [...new Set(text.match(/[A-Za-z_]\w*/g))];
}

function inputOf(manifest: Manifest, name: string): Param {
  return manifest.inputs?.get(name) ?? usualInput(name);
}

function outputOf(formulas: Formulas, manifest: Manifest, inputs: ReadonlyMap<string, Param>, name: string): ManifestOutput {
  const stated = manifest.outputs?.find((output) => output.name === name);
  const { like, levels } = formulas.shapes.get(name) ?? { like: [], levels: undefined };
  const isSurface = levels?.length === 1 && levels[0] === 0;
  return {
    name,
    comment: stated?.comment,
    shape: dataShape(
      { like, ...(levels === undefined ? {} : { levels }), ...(isSurface ? { levtype: 'sfc' } : {}), ...stated?.shape },
      inputs,
    ),
  };
}

function dataOf(inputs: ReadonlyMap<string, Param>, context: PluginContext, data: PluginData): FormulaData {
  return {
    field: (name) => data.field(dataName(inputs.get(name) as Param)),
    scalar: (name) => scalarValue(inputs.get(name) as Param, data),
    output: (name) => context.outputs[name] as (typeof context.outputs)[string],
  };
}
