import { type Command, Option } from 'commander';
import { DteError } from '../../base/index.js';
import { define, engineFlags, examples, jsonOption, type Run, wholeNumber } from './define.js';

export function registerInfero(program: Command, run: Run): void {
  const infero = define(program, 'infero', 'Run machine-learning models on tensors.');
  for (const add of [addRun, addInspect, addBench, addDemo]) add(infero, run);
  examples(infero, [
    ['dte infero inspect model.onnx', 'inputs, outputs, and the engine that would run it'],
    ['dte infero run --model model.onnx --input x=x.npy --output results', 'results/<output>.npy'],
    ['dte infero bench vortex --extent H=181 --extent W=360', 'how long a model of this package takes, on made-up inputs'],
    ['dte infero demo -o out', 'find vortices, and draw them'],
  ]);
}

const modelHelp = 'a file (ONNX; model.json of TensorFlow.js), or the name of a model of this package (vortex, longwave)';

/** `--name a --name b` as a list. */
const several = (value: string, values: readonly string[] = []): readonly string[] => [...values, value];

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  throw new DteError('input.option', `'${text}' is not a number above 0`, { where: { option: '--threshold' } });
}

function modelFlags(command: Command): Command {
  return command
    .addOption(new Option('--engine <name>', 'auto, onnx (device), onnx-cpu, tfjs, tfjs-node-gpu').default('auto'))
    .addOption(new Option('--set <key=value>', 'an option of the engine, such as numIntraopThreads=4 (repeatable)').argParser(several))
    .option('--no-self-check', 'do not compare an engine on the device with the processor first');
}

function addRun(infero: Command, run: Run): void {
  const command = define(infero, 'run', 'Run a model on tensors from files (.npy, or .csv as infero writes them).')
    .option('--model <file>', `the model: ${modelHelp}`)
    .option('--config <file>', "in place of --model: infero's configuration (YAML or JSON: path, type, model_config)")
    .addOption(
      new Option('--input <name=file>', 'a tensor for an input; the name may be left out when there is one input (repeatable)').argParser(
        several,
      ),
    )
    .addOption(new Option('--only <output>', 'compute this output alone (repeatable)').argParser(several))
    .addOption(new Option('-o, --output <folder>', 'where outputs go, as <output>.npy; or a .npy or .csv file for one output'))
    .addOption(new Option('--format <format>', 'of files in the folder').choices(['npy', 'csv']).default('npy'))
    .addOption(
      new Option('--reference <name=file>', 'compare an output with this tensor; the name may be left out when there is one').argParser(
        several,
      ),
    )
    .addOption(
      new Option('--threshold <number>', 'mean squared difference from a reference that is just too large')
        .argParser(positive)
        .default(1e-3),
    )
    .addOption(new Option('--non-finite <policy>', 'outputs that are not finite').choices(['refuse', 'missing', 'allow']).default('refuse'))
    .addOption(jsonOption());
  engineFlags(modelFlags(command)).action((options, self: Command) =>
    run(self, async (terminal) => {
      const { inferoRun } = await import('../verbs/infero/run.js');
      await inferoRun(terminal, options);
    }),
  );
  examples(command, [
    ['dte infero run --model m.onnx --input x.npy -o results', 'a model with one input'],
    ['dte infero run --model m.onnx --input a=a.npy --input b=b.csv -o y.csv', 'two inputs; one output as text'],
    ['dte infero run --config m.yaml --input x.npy --reference y.npy', 'compare with a reference, write nothing'],
    ['dte infero run --model m.onnx --input x.npy -o results --engine onnx-cpu', 'on the processor'],
  ]);
}

function addInspect(infero: Command, run: Run): void {
  const command = define(infero, 'inspect', 'Show the inputs and outputs of a model, and the engine that runs it.')
    .argument('<model>', modelHelp)
    .addOption(jsonOption());
  engineFlags(modelFlags(command)).action((model: string, options, self: Command) =>
    run(self, async (terminal) => {
      const { inferoInspect } = await import('../verbs/infero/inspect.js');
      await inferoInspect(terminal, model, options);
    }),
  );
  examples(command, [['dte infero inspect model.onnx --json', 'as JSON']]);
}

function addBench(infero: Command, run: Run): void {
  const command = define(infero, 'bench', 'Measure runs of a model on seeded inputs, stage by stage.')
    .argument('<model>', modelHelp)
    .addOption(new Option('--runs <number>', 'measured runs').argParser(wholeNumber('--runs', 1, 1_000_000)).default(10))
    .addOption(
      new Option('--extent <name=number>', 'an extent that the model leaves open, such as N=32; 1 otherwise (repeatable)').argParser(
        several,
      ),
    )
    .addOption(jsonOption());
  engineFlags(modelFlags(command)).action((model: string, options, self: Command) =>
    run(self, async (terminal) => {
      const { inferoBench } = await import('../verbs/infero/bench.js');
      await inferoBench(terminal, model, options);
    }),
  );
  examples(command, [['dte infero bench model.onnx --runs 50 --extent N=32', 'batches of 32']]);
}

function addDemo(infero: Command, run: Run): void {
  const command = define(infero, 'demo', 'Find vortices in a made field, and a cyclone where its model is at hand: maps and positions.')
    .addOption(new Option('-o, --output <folder>', 'where maps and positions go').default('out'))
    .addOption(new Option('--cyclone <folder>', 'the folder of cyclone_model_200x200.onnx and cyclone_input_200x200.npy of ecmwf/infero'))
    .addOption(new Option('--threshold <probability>', 'from which a point counts').argParser(probability).default(0.5))
    .addOption(jsonOption());
  engineFlags(modelFlags(command)).action((options, self: Command) =>
    run(self, async (terminal) => {
      const { inferoDemo } = await import('../verbs/infero/demo.js');
      await inferoDemo(terminal, options);
    }),
  );
  examples(command, [
    ['dte infero demo', 'out/vortex.png and out/vortex.json'],
    ['dte infero demo --cyclone infero/tests/data/cyclone', 'also out/cyclone.png and out/cyclone.json'],
  ]);
}

function probability(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new DteError('input.option', `'${text}' is not a probability between 0 and 1`, { where: { option: '--threshold' } });
}
