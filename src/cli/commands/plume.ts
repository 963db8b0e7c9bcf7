import { type Command, Option } from 'commander';
import { define, engineFlags, examples, jsonOption, type Run, wholeNumber } from './define.js';

export function registerPlume(program: Command, run: Run): void {
  const plume = define(program, 'plume', 'Plugins beside a running model.');
  for (const add of [addCheck, addRun, addNew]) add(plume, run);
  examples(plume, [
    ['dte plume check plume.yaml', 'load every plugin, and show what it needs and makes'],
    ['dte plume run plume.yaml --grib steps/', 'beside fields of GRIB files, a file a step'],
    ['dte plume new wind-power', 'a plugin that works, to be changed'],
  ]);
}

function addCheck(plume: Command, run: Run): void {
  const check = define(
    plume,
    'check',
    'Load the plugins of a configuration and show what each requires and makes, and whether it would run.',
  )
    .argument('<config>', 'configuration of plugins (YAML or JSON)')
    .option('--offers <file>', 'what a model offers (a protocol, YAML or JSON): decide about every plugin')
    .addOption(jsonOption());
  engineFlags(check).action((config: string, options, command: Command) =>
    run(command, async (terminal) => {
      const { plumeCheck } = await import('../verbs/plume/check.js');
      await plumeCheck(terminal, config, options);
    }),
  );
  examples(check, [
    ['dte plume check plume.yaml', 'what plugins need'],
    ['dte plume check plume.yaml --offers model.yaml', 'which of them a model can have, and why not the others'],
    ['dte plume check plume.yaml --device gpu --json', 'for a machine with a GPU, as JSON'],
  ]);
}

function addRun(plume: Command, run: Run): void {
  const command = define(plume, 'run', 'Run plugins beside a stand-in for a model: fields of GRIB files, or made by functions.')
    .argument('<config>', 'configuration of plugins (YAML or JSON)')
    .option('--grib <path>', 'a GRIB file, or a folder of which every file is a step')
    .option('--emulator <file>', 'in place of --grib: functions that make fields (YAML, as for the NWP emulator of plume)')
    .addOption(new Option('--steps <number>', 'at most so many steps').argParser(wholeNumber('--steps', 1)))
    .option('-o, --output <folder>', 'outputs of plugins: fields as .npy, and outputs.jsonl and notices.jsonl')
    .addOption(
      new Option('--heights <policy>', 'where a profile does not reach the height of a wind: missing there, or an error')
        .choices(['mask', 'strict'])
        .default('mask'),
    )
    .addOption(jsonOption());
  engineFlags(command).action((config: string, options, self: Command) =>
    run(self, async (terminal) => {
      const { plumeRun } = await import('../verbs/plume/run.js');
      await plumeRun(terminal, config, options);
    }),
  );
  examples(command, [
    ['dte plume run plume.yaml --grib steps/', 'every file a step; a table of what plugins took'],
    ['dte plume run plume.yaml --emulator emulator.yaml --steps 10 -o out', 'made-up fields; outputs in a folder'],
    ['dte plume run plume.yaml --grib steps/ --json --profile', 'the report as JSON, the time of kernels beside it'],
  ]);
}

function addNew(plume: Command, run: Run): void {
  const command = define(plume, 'new', 'Write a plugin that works, with its configuration and fields to try it on.')
    .argument('<name>', 'small letters, digits and hyphens')
    .addOption(
      new Option('--kind <kind>', "formulas, a WGSL kernel, a module on the model's thread, or a process of its own")
        .choices(['expression', 'kernel', 'module', 'process'])
        .default('expression'),
    )
    .option('-o, --output <folder>', 'where (default: a folder of that name)')
    .addOption(jsonOption());
  command.action((name: string, options, self: Command) =>
    run(self, async (terminal) => {
      const { plumeNew } = await import('../verbs/plume/new.js');
      await plumeNew(terminal, name, options);
    }),
  );
  examples(command, [
    ['dte plume new wind-power', 'formulas: nothing but a text'],
    ['dte plume new wind-power --kind kernel -o plugins/wind-power', 'a kernel in WGSL, with its host twin'],
    ['dte plume new watch --kind process', 'JavaScript that may hang or crash'],
  ]);
}
