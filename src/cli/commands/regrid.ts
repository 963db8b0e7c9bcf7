import { type Command, Option } from 'commander';
import { bitsOption, define, engineFlags, examples, jsonOption, keepGoingOption, type Run } from './define.js';

export function registerRegrid(program: Command, run: Run): void {
  const regrid = define(program, 'regrid', 'Bring the fields of GRIB files to another grid.')
    .argument('<inputs...>', 'GRIB files, patterns, - for standard input, or fdb:REQUEST for fields of a store')
    .requiredOption('-o, --output <file>', 'output file, -, or fdb: for a store; fdb:expver=0002 gives every message that key')
    .requiredOption('--grid <grid>', 'target grid: name (O320), increments (1/1), or a gridspec')
    .option('--area <N/W/S/E>', 'part of the target grid, degrees')
    .option('--method <name>', 'linear, nearest-neighbour or grid-box-average', 'linear')
    .option(
      '--missing <strategy>',
      'what becomes of a point some of whose sources are missing: no, missing-if-all-missing, missing-if-any-missing, missing-if-heaviest-missing (default), heaviest',
    )
    .addOption(new Option('--packing <name>', 'packing of the output').choices(['simple', 'ccsds', 'keep']).default('keep'))
    .addOption(bitsOption('--accuracy'))
    .option('--config <file>', 'configuration of the store (default: as for dte fdb)')
    .addOption(keepGoingOption())
    .addOption(jsonOption());
  engineFlags(regrid).action((inputs: string[], options, command: Command) =>
    run(command, async (terminal) => {
      const { warmEngine } = await import('../warm-engine.js');
      const warm = warmEngine(terminal.context, options);
      // Met where it is awaited; a wrong option may end the command before that.
      warm.catch(() => {});
      const { regridVerb } = await import('../verbs/regrid-verb.js');
      await regridVerb(terminal, inputs, options, warm);
    }),
  );
  examples(regrid, [
    ['dte regrid in.grib -o out.grib --grid 0.25/0.25', 'to a regular grid'],
    ['dte regrid in.grib -o out.grib --grid O320 --area 75/-25/30/45', 'a part of a Gaussian grid'],
    ['cat in.grib | dte regrid - -o - --grid 1/1 --packing ccsds | dte grib ls -', 'in a pipe'],
    [
      'dte regrid fdb:class=rd,expver=0001,stream=oper,date=20240101,time=0,type=fc,levtype=sfc,param=2t,step=0/to/24/by/6 -o fdb:expver=0002 --grid 1/1',
      'from a store to a store',
    ],
    ["dte regrid 'data/*.grib' -o out.grib --grid 1/1 --method grid-box-average --keep-going", 'many files, conserving, past damage'],
  ]);
}
