// Configurations of models as upstream writes them, and what is wrong with others.
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { modelSetup, parseModelConfig } from '../../src/infero/index.js';

t.test('blocks, flow, JSON and a leading --- say the same', async (test) => {
  const expected = {
    source: { path: 'm.onnx' },
    options: { engine: 'auto', modelConfig: { numInteropThreads: 1, numIntraopThreads: 1 } },
  };
  for (const text of [
    'path: m.onnx\ntype: onnx\n',
    '---\npath: m.onnx\ntype: onnx',
    '{path: m.onnx, type: onnx}',
    '{"path": "m.onnx", "type": "onnx"}',
  ]) {
    test.same(await parseModelConfig(text), expected, text);
  }
});

t.test('options of the engine replace the defaults; other engines have none', async (test) => {
  const { options } = await parseModelConfig('path: m.onnx\ntype: onnx\nmodel_config:\n  numIntraopThreads: 4\n');
  test.same(options.modelConfig, { numInteropThreads: 1, numIntraopThreads: 4 });
  const named = modelSetup({ path: 'model', type: 'tf_c', model_config: { device: 'rank' } });
  test.same(named, { source: { path: 'model' }, options: { engine: 'tf_c', modelConfig: { device: 'rank' } } });
});

const faults: readonly (readonly [string, RegExp])[] = [
  ['path: m.onnx\ntyp: onnx\n', /no key 'typ' \(m\.yaml, line 2\); did you mean 'type'\?/],
  ['path: m.onnx\n', /'type' of the model configuration is missing \(m\.yaml\); give onnx, or the name of an engine/],
  ['path: 3\ntype: onnx', /'path' of the model configuration is 3 \(m\.yaml, line 1\)/],
  ['- path: m.onnx', /not a map \(m\.yaml\); its keys are path, type, model_config/],
  [
    'path: m.onnx\ntype: onnx\nmodel_config: [1]',
    /'model_config' of the model configuration is not a map of plain values \(m\.yaml, line 3\)/,
  ],
];

t.test('a wrong configuration is refused with its line', async (test) => {
  for (const [text, message] of faults) {
    const error = await parseModelConfig(text, 'm.yaml').catch((thrown: unknown) => thrown);
    test.ok(isDteError(error, 'input.config'), String(error));
    test.match((error as Error).message, message);
  }
  const error = await parseModelConfig('path: [m.onnx', 'm.yaml').catch((thrown: unknown) => thrown);
  test.ok(isDteError(error, 'input.syntax'), String(error));
});
