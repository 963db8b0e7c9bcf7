import type { Command } from 'commander';
import { define, engineFlags, examples, jsonOption, type Run } from './define.js';

export function registerPlume(program: Command, run: Run): void {
  const plume = define(program, 'plume', 'Plugins beside a running model.');
  for (const add of [addCheck]) add(plume, run);
  examples(plume, [['dte plume check plume.yaml', 'load every plugin, and show what it needs and makes']]);
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
