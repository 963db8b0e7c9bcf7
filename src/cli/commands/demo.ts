import type { Command } from 'commander';
import { define, engineFlags, examples, jsonOption, type Run, wholeNumber } from './define.js';

export function registerDemo(program: Command, run: Run): void {
  const demo = define(
    program,
    'demo',
    'What this is for, in a minute: a model with a plugin and an inference beside it, into a store and back; or a set of fields to another grid.',
  )
    .argument('[files...]', 'GRIB files, to be regridded as by dte demo regrid')
    .option('-o, --output <folder>', 'where to write', 'out')
    .option('--grid <grid>', 'target grid', '1/1')
    .option('--members <number>', 'members of the model', wholeNumber('--members', 1), 1)
    .option('--truncation <number>', 'of the model', wholeNumber('--truncation', 1), 63)
    .option('--days <number>', 'length of the run', wholeNumber('--days', 1), 6)
    .addOption(jsonOption());
  engineFlags(demo).action((files: string[], options, command: Command) =>
    run(command, async (terminal) => {
      if (files.length > 0) {
        const { regridDemo } = await import('../demo/regrid-demo.js');
        const { expandInputs } = await import('../inputs.js');
        return await regridDemo(terminal, await expandInputs(files), options);
      }
      const { twinDemo } = await import('../demo/twin-demo.js');
      await twinDemo(terminal, options);
    }),
  );
  examples(demo, [
    ['dte demo', 'a jet that breaks up, with plugins, into a store in out/fdb'],
    ['dte demo regrid', 'a synthetic set of fields to another grid'],
    ['dte demo in.grib', 'the same with a file'],
  ]);
  addRegrid(demo, run);
}

function addRegrid(demo: Command, run: Run): void {
  const regrid = define(demo, 'regrid', 'Regrid and map a synthetic set of fields, or your own files, and say what was done.')
    .argument('[files...]', 'GRIB files; without them a synthetic set is made')
    .option('-o, --output <folder>', 'where to write', 'out')
    .option('--grid <grid>', 'target grid', '1/1')
    .addOption(jsonOption());
  // The command above has the same options, and takes them wherever they stand.
  engineFlags(regrid).action((files: string[], _options, command: Command) =>
    run(command, async (terminal) => {
      const { regridDemo } = await import('../demo/regrid-demo.js');
      const { expandInputs } = await import('../inputs.js');
      await regridDemo(terminal, files.length === 0 ? files : await expandInputs(files), command.optsWithGlobals());
    }),
  );
  examples(regrid, [
    ['dte demo regrid', 'the synthetic set'],
    ['dte demo regrid in.grib', 'the same with a file'],
  ]);
}
