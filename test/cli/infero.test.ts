// dte infero: run, inspect and bench on small models; upstream's models where they are at hand.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type ErrorCode, exitCodeOf, DteError, writeNpy } from '../../src/base/index.js';
import { readTensor } from '../../src/infero/index.js';
import { noUpstreamModels, upstreamFolder, upstreamModels } from '../infero/upstream-models.js';
import { tinyOnnx, tinyPair } from '../support/tiny-onnx.js';
import { dte, output, scratch } from './dte.js';

const folder = scratch(t);
const at = (name: string): string => join(folder, name);
const model = at('pair.onnx');
writeFileSync(model, tinyOnnx(tinyPair));
writeFileSync(at('a.npy'), writeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
writeFileSync(at('b.csv'), '1,2,2,3,2,16,4,32,8,64,');
writeFileSync(at('difference.csv'), '0 2 2 3 -1 -2 -5 -12 -27 -58');
writeFileSync(
  at('one.onnx'),
  tinyOnnx({
    inputs: [{ name: 'x', shape: [3] }],
    outputs: [{ name: 'dir/y:0', shape: [3] }],
    nodes: [{ op: 'Log', inputs: ['x'], outputs: ['dir/y:0'] }],
  }),
);
writeFileSync(at('x.npy'), writeNpy(Float32Array.of(1, 0, -1), [3]));
const inputs = ['--input', `a=${at('a.npy')}`, '--input', `b=${at('b.csv')}`];

t.test('run writes every output, reads columns, and compares with a reference', async (test) => {
  const args = [
    'infero',
    'run',
    '--model',
    model,
    ...inputs,
    '-o',
    at('out'),
    '--reference',
    `difference=${at('difference.csv')}`,
    '--json',
  ];
  const told = JSON.parse(await output(args)) as { engine: object; outputs: Record<string, { difference?: number }> };
  test.same(told.engine, { name: 'onnx-cpu', reason: 'fields lie in host memory' });
  test.equal(told.outputs['difference']?.difference, 0);
  test.same(readdirSync(at('out')), ['difference.npy', 'ratio.npy']);
  const ratio = readTensor(readFileSync(at('out/ratio.npy')), 'ratio.npy');
  test.same(
    [[...ratio.values], ratio.shape],
    [
      [0.5, 0.5, 0.375, 0.25, 0.15625, 0.09375],
      [2, 3],
    ],
  );
  await output(['infero', 'run', '--model', model, ...inputs, '-o', at('only.csv'), '--only', 'difference']);
  test.equal(readFileSync(at('only.csv'), 'utf8'), '0,2,2,3,-1,-2,-5,-12,-27,-58\n');
});

t.test('a reference that is too far away is told, after the outputs are written', async (test) => {
  writeFileSync(at('far.csv'), '0 2 2 3 -1 -2 -5 -12 -27 -58.5');
  const far = ['--reference', `difference=${at('far.csv')}`];
  const { code, stderr } = await dte(['infero', 'run', '--model', model, ...inputs, '-o', at('far'), ...far]);
  test.equal(code, exitCodeOf(new DteError('limit.tolerance', '')));
  test.match(stderr, /output 'difference' is not near enough to its reference: mean squared difference 0\.0416.*below 0\.001/);
  test.ok(existsSync(at('far/ratio.npy')));
  await output(['infero', 'run', '--model', model, ...inputs, ...far, '--threshold', '0.05']);
});

t.test('a configuration of infero names the model', async (test) => {
  writeFileSync(at('m.yaml'), `---\npath: ${model}\ntype: onnx\nmodel_config:\n  numIntraopThreads: 2\n`);
  await output(['infero', 'run', '--config', at('m.yaml'), ...inputs, '-o', at('configured')]);
  test.ok(existsSync(at('configured/ratio.npy')));
});

t.test('one input needs no name; names of outputs become names of files', async (test) => {
  const args = ['infero', 'run', '--model', at('one.onnx'), '--input', at('x.npy'), '-o', at('logs')];
  const refused = await dte(args);
  test.equal(refused.code, exitCodeOf(new DteError('limit.range', '')));
  test.match(refused.stderr, /output 'dir\/y:0' has 2 of 3 values that are not finite/);
  test.notOk(existsSync(at('logs')), 'nothing is written');
  await output([...args, '--non-finite', 'allow']);
  test.same([...readTensor(readFileSync(at('logs/dir_y_0.npy')), 'y.npy').values], [0, -Infinity, Number.NaN]);
});

t.test('inspect shows inputs, outputs and the engine', async (test) => {
  const text = await output(['infero', 'inspect', model]);
  test.match(text, /engine +onnx-cpu \(cpu, \d+ threads?\): fields lie in host memory/);
  test.match(text, /input +b +f32 +\(N, 3\)\ninput +a/);
  const json = JSON.parse(await output(['infero', 'inspect', model, '--json'])) as { outputs: unknown[] };
  test.same(json.outputs[0], { name: 'ratio', type: 'f32', shape: [null, 3], symbols: ['N', null] });
});

t.test('models of this package go by their names', async (test) => {
  const text = await output(['infero', 'inspect', 'vortex']);
  test.match(text, /model +vortex, \d.* kB\nengine +onnx-cpu/);
  test.match(text, /input .* f32 +\(/);
});

t.test('bench measures stage by stage, with the extents asked for', async (test) => {
  const told = JSON.parse(await output(['infero', 'bench', model, '--runs', '3', '--extent', 'N=4', '--json'])) as Record<string, number>;
  test.equal(told['runs'], 4, 'the first run is one by itself');
  test.ok((told['minMs'] as number) <= (told['maxMs'] as number));
  test.match(await output(['infero', 'bench', model, '--runs', '2']), /execute +\d+\.\d+ +\d+\.\d+/);
});

for (const upstream of upstreamModels.filter(({ name }) => name !== 'cyclone')) {
  t.test(`${upstream.name} of upstream, from its files`, { skip: noUpstreamModels }, async (test) => {
    const given = Object.entries(upstream.inputs).flatMap(([name, file]) => ['--input', `${name}=${file}`]);
    const told = JSON.parse(
      await output(['infero', 'run', '--model', upstream.path, ...given, '--reference', upstream.reference, '--json']),
    ) as { outputs: Record<string, { difference: number }> };
    test.ok((told.outputs[upstream.output]?.difference as number) < upstream.tolerance ** 2);
  });
}

interface Told {
  readonly model: string;
  readonly regions: readonly {
    readonly kind: string;
    readonly lat: number;
    readonly lon: number;
    readonly peak: number;
    readonly points: number;
  }[];
}

t.test('demo finds the vortices that it put in, and no jet', async (test) => {
  const [told] = JSON.parse(await output(['infero', 'demo', '-o', at('demo'), '--json'])) as [Told];
  const expected = [
    ['anticlockwise', 45, 60],
    ['anticlockwise', 38, -1],
    ['clockwise', -35, -60],
    ['anticlockwise', 20, 160],
  ] as const;
  test.equal(told.regions.length, expected.length);
  for (const [kind, lat, lon] of expected) {
    // The jet beside a vortex moves the middle of what is found by less than a degree.
    test.ok(
      told.regions.some((region) => region.kind === kind && Math.abs(region.lat - lat) < 1 && Math.abs(region.lon - lon) < 1),
      `${kind} at ${lat}/${lon}`,
    );
  }
  test.same(JSON.parse(readFileSync(at('demo/vortex.json'), 'utf8')), told);
  test.equal(readFileSync(at('demo/vortex.png')).toString('latin1', 1, 4), 'PNG');
  test.same(readdirSync(at('demo')).sort(), ['vortex.json', 'vortex.png']);
  test.match(await output(['infero', 'inspect', 'vortex']), /model +vortex, 10\.4 kB\n[\s\S]*probability +f32 +\(N, 2, H, W\)/);
});

t.test('demo finds the cyclone of upstream where its reference has it', { skip: noUpstreamModels }, async (test) => {
  const told = JSON.parse(await output(['infero', 'demo', '-o', at('cyclone'), '--cyclone', upstreamFolder, '--json'])) as Told[];
  const found = told.find(({ model }) => model === 'cyclone') as Told;
  // Counted in the reference output: one region of 496 points above 0.5 with a peak of 0.96744; its mean row and column are 111.66 and
  // 143.51, half a degree each from 10 degrees north and 8 east.
  test.equal(found.regions.length, 1);
  const [region] = found.regions as [Told['regions'][number]];
  test.equal(region.points, 496);
  test.ok(Math.abs(region.peak - 0.96744394) < 1e-5);
  test.ok(Math.abs(region.lat - (10 - 111.66 / 2)) < 0.3 && Math.abs(region.lon - (8 + 143.51 / 2)) < 0.3, `${region.lat}/${region.lon}`);
  test.same(readdirSync(at('cyclone')).sort(), ['cyclone.json', 'cyclone.png', 'vortex.json', 'vortex.png']);
});

mkdirSync(at('folder'));
writeFileSync(at('folder/cyclone_input_200x200.npy'), writeNpy(new Float32Array(4), [2, 2]));
writeFileSync(at('bad.onnx'), 'not a model');
const mistakes: readonly (readonly [string, readonly string[], ErrorCode, RegExp])[] = [
  ['no model', ['run', '-o', 'x'], 'input.option', /one of --model and --config is needed/],
  ['nothing to do with outputs', ['run', '--model', model], 'input.option', /neither --output nor --reference/],
  [
    'a model that is not there',
    ['inspect', at('none.onnx')],
    'absent.file',
    /the model does not exist \(.*none\.onnx\); give a file, or a model of this package: longwave, vortex/,
  ],
  ['a damaged model', ['inspect', at('bad.onnx')], 'data.model', /cannot build the model.*bad\.onnx/],
  [
    'an engine that is not known',
    ['inspect', model, '--engine', 'onnx-cpi'],
    'input.option',
    /'onnx-cpi' is not an inference engine: auto, .*did you mean 'onnx-cpu'/,
  ],
  ['an engine of upstream', ['inspect', model, '--engine', 'tf_c'], 'unsupported.engine', /'tf_c' is not built in; convert the SavedModel/],
  ['a folder', ['inspect', at('folder'), '--engine', 'trt'], 'unsupported.engine', /'trt' is not built in/],
  [
    'an option of no engine',
    ['inspect', model, '--set', 'numThreads=2'],
    'input.config',
    /no key 'numThreads'; accepted: numInteropThreads, numIntraopThreads, selfCheckExtent, provider/,
  ],
  [
    'a value that is none',
    ['inspect', model, '--set', 'numIntraopThreads=0'],
    'input.config',
    /numIntraopThreads is '0'; accepted: a whole number from 1/,
  ],
  ['an option without value', ['inspect', model, '--set', 'numThreads'], 'input.option', /'numThreads' is not of the form key=value/],
  ['a name too few', ['run', '--model', model, '--input', at('a.npy'), '-o', 'x'], 'input.option', /is not of the form <name>=<file>/],
  ['an input twice', ['run', '--model', model, ...inputs, ...inputs, '-o', 'x'], 'input.option', /'a' is given twice/],
  ['a tensor that is not there', ['run', '--model', model, '--input', `a=${at('c.npy')}`, '-o', 'x'], 'absent.file', /c\.npy/],
  ['a wrong name', ['run', '--model', model, '--input', `c=${at('a.npy')}`, '-o', 'x'], 'input.tensor', /no input 'c'/],
  [
    'one file for two outputs',
    ['run', '--model', model, ...inputs, '-o', at('y.npy')],
    'input.option',
    /is one file for 2 outputs \(ratio, difference\)/,
  ],
  ['a reference of no output', ['run', '--model', model, ...inputs, '--reference', `c=${at('a.npy')}`], 'input.option', /'c' is no output/],
  [
    'a reference of another shape',
    ['run', '--model', at('one.onnx'), '--input', at('x.npy'), '--non-finite', 'allow', '--reference', at('a.npy')],
    'input.tensor',
    /the reference of 'dir\/y:0' is a Float32Array of shape \(2, 3\); the output is a Float32Array of shape \(3\)/,
  ],
  ['no threshold', ['run', '--model', model, '--threshold', '-1'], 'input.option', /'-1' is not a number above 0/],
  ['an extent of no model', ['bench', model, '--extent', 'M=2'], 'input.option', /leaves no extent 'M' open.*open extents are N/],
  ['a threshold that is no probability', ['demo', '-o', at('none'), '--threshold', '1'], 'input.option', /'1' is not a probability/],
  ['a cyclone that is not there', ['demo', '-o', at('none'), '--cyclone', at('nowhere')], 'absent.file', /cyclone_input_200x200\.npy/],
  [
    'a sample of another shape',
    ['demo', '-o', at('none'), '--cyclone', at('folder')],
    'input.tensor',
    /the sample is 2 x 2, not 1 x 200 x 200 x 17 of float32/,
  ],
  ['no extent', ['bench', model, '--extent', 'N=0'], 'input.option', /extent N is '0'/],
];

for (const [what, args, code, message] of mistakes) {
  t.test(`${what}: exit code and message`, async (test) => {
    const before = readdirSync(folder).length;
    const { code: exit, stderr } = await dte(['infero', ...args]);
    test.equal(exit, exitCodeOf(new DteError(code, '')), stderr);
    test.match(stderr, message);
    test.equal(readdirSync(folder).length, before, 'nothing is left behind');
  });
}
