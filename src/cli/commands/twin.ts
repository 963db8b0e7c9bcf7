import { type Command, Option } from 'commander';
import { bitsOption, define, engineFlags, examples, jsonOption, numbers, type Run, wholeNumber } from './define.js';

export function registerTwin(program: Command, run: Run): void {
  const twin = define(program, 'twin', 'A shallow-water model on the sphere, on the device: something to plug into.');
  addRun(twin, run);
  addCases(twin, run);
  examples(twin, [
    ['dte twin run', 'the Galewsky jet for six days, with pictures'],
    ['dte twin cases', 'what else it can start from'],
  ]);
}

function addRun(twin: Command, run: Run): void {
  const verb = define(twin, 'run', 'Run the model; write its fields, pictures of the vorticity and diagnostics.')
    .option('--case <name>', 'initial state, see dte twin cases', 'galewsky')
    .option('--parameter <name=value>', 'a parameter of the case; may be given again', collected)
    .option('--truncation <number>', 'triangular truncation', wholeNumber('--truncation', 1), 63)
    .option('--model-grid <grid>', 'Gaussian grid of the model (default: the smallest without aliasing)')
    .option('--members <number>', 'members of the ensemble; the first is not perturbed', wholeNumber('--members', 1), 1)
    .option('--seed <number>', 'of the perturbations', wholeNumber('--seed', 0, 2 ** 32 - 1), 1)
    .option('--perturbation <m/s>', 'root mean square of the perturbations of the wind', real('--perturbation'), 1)
    .option('--days <number>', 'length of the run', real('--days'), 6)
    .option('--step <time>', 'time step, as 10m or 90s (default: the longest stable one that divides an hour)')
    .option('--every <time>', 'time between outputs, as 1h or 30m', '1h')
    .option('--param <name,...>', 'fields to write: vo, d, u, v, z', 'vo,u,v,z')
    .option('--grid <grid>', 'grid to write (default: that of the model)')
    .option('--area <N/W/S/E>', 'part of the grid to write', numbers('--area', 4, 'N/W/S/E'))
    .option('--reduce <statistics:time>', 'statistics over windows of time, as mean,min,max:24h; may be given again', collected)
    .option('--no-instants', 'write statistics only')
    .option('--to <place>', 'where fields go: fdb, fdb:expver=0002, a folder for GRIB files, or none (default: OUTPUT/fields)')
    .option('--config <file>', 'configuration of the store (default: as for dte fdb)')
    .option('--date <YYYYMMDD>', 'date of the initial state', wholeNumber('--date', 10000101, 99991231), 20260101)
    .option('--time <HHMM>', 'its time of day', wholeNumber('--time', 0, 2359), 0)
    .option('--expver <name>', 'experiment version, four characters', 'twin')
    .addOption(new Option('--packing <name>', 'packing of the fields').choices(['ccsds', 'simple']).default('ccsds'))
    .addOption(bitsOption('--accuracy'))
    .option('--plume <file>', 'configuration of plugins that run beside the model')
    .option('--plume-every <time>', 'time between their runs (default: as --every)')
    .option('--plume-param <output=param>', 'GRIB parameter of a plugin output whose name is none; may be given again', collected)
    .option('-o, --output <folder>', 'folder for pictures, diagnostics and fields', 'out/twin')
    .option('--frames <time>', 'time between pictures of the vorticity, or none', '6h')
    .option('--projection <name>', 'of the pictures, as for dte plot', 'equirectangular')
    .option('--frame-area <N/W/S/E>', 'what the pictures show (default: the whole sphere)', numbers('--frame-area', 4, 'N/W/S/E'))
    .option('--frame-member <number>', 'member that is drawn', wholeNumber('--frame-member', 0), 0)
    .option('--diagnostics <file>', 'table of mass, energy and vorticity, .csv or .jsonl (default: OUTPUT/diagnostics.csv)')
    .addOption(jsonOption());
  engineFlags(verb).action((options, command: Command) =>
    run(command, async (terminal) => {
      const { twinRun } = await import('../verbs/twin/run.js');
      await twinRun(terminal, options);
    }),
  );
  examples(verb, [
    ['dte twin run', 'the Galewsky jet at T63 for six days, GRIB files and pictures in out/twin'],
    ['dte twin run --members 8 --days 6 --every 1h --grid 1/1 --to fdb --plume plume.yaml', 'an ensemble with plugins, into the store'],
    ['dte twin run --reduce mean,min,max:24h --no-instants --to daily', 'daily statistics only'],
    ['dte twin run --case williamson2 --parameter alphaDegrees=45 --days 5 --frames none --to none', 'diagnostics of a steady flow'],
  ]);
}

function addCases(twin: Command, run: Run): void {
  const verb = define(twin, 'cases', 'The initial states and their parameters.').addOption(jsonOption());
  verb.action((options, command: Command) =>
    run(command, async (terminal) => {
      const { twinCases } = await import('../verbs/twin/cases.js');
      await twinCases(terminal, options);
    }),
  );
  examples(verb, [['dte twin cases --json', 'names, parameters and their defaults, for a program']]);
}

function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** For `argParser`: a finite number. */
function real(option: string): (text: string) => number {
  return (text) => numbers(option, 1, 'a number')(text)[0] as number;
}
