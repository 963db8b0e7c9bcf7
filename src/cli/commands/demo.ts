import type { Command } from 'commander';
import { define, engineFlags, examples, jsonOption, type Run } from './define.js';

export function registerDemo(program: Command, run: Run): void {
  const demo = define(program, 'demo', 'Regrid and map a synthetic set of fields, or your own files, and say what was done.')
    .argument('[files...]', 'GRIB files; without them a synthetic set is made')
    .option('-o, --output <folder>', 'where to write', 'out')
    .option('--grid <grid>', 'target grid', '1/1')
    .addOption(jsonOption());
  engineFlags(demo).action((files: string[], options, command: Command) =>
    run(command, async (terminal) => {
      const { demo } = await import('../demo.js');
      const { expandInputs } = await import('../inputs.js');
      await demo(terminal, files.length === 0 ? files : await expandInputs(files), options);
    }),
  );
  examples(demo, [
    ['dte demo', 'the synthetic set'],
    ['dte demo in.grib', 'the same with a file'],
  ]);
}
