import type { Command } from 'commander';
import { coordinatesOption, define, engineFlags, examples, jsonOption, keepGoingOption, type Run } from './define.js';
import { mirFlags } from './mir-options.js';

export function registerRegrid(program: Command, run: Run): void {
  const regrid = define(program, 'regrid', 'Bring the fields of GRIB files to another grid, or to several at once.')
    .argument('<inputs...>', 'GRIB files, patterns, - for standard input, or fdb:REQUEST for fields of a store')
    .option('-o, --output <file>', 'output file, -, or fdb: for a store; fdb:expver=0002 gives every message that key')
    .option(
      '--to <target>',
      "one of several targets, 'grid=1/1,area=70/-25/30/45,output=a.grib': any of the options below, which else hold for all",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option('--plan', 'print the steps for each kind of input, and do nothing')
    .addOption(coordinatesOption())
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
  mirFlags(regrid, ['target', 'method', 'details', 'spectral', 'winds', 'masks', 'shape', 'output']);
  examples(regrid, [
    ['dte regrid in.grib -o out.grib --grid 0.25/0.25', 'to a regular grid'],
    ['dte regrid in.grib -o out.grib --grid O320 --area 75/-25/30/45', 'a part of a Gaussian grid'],
    ["dte regrid in.grib --to grid=1/1,output=a.grib --to 'grid=O96,packing=ccsds,output=b.grib'", 'to two grids in one pass'],
    ['dte regrid in.grib -o out.grib --grid 1/1 --interpolation-matrix w.nc', 'with weights of CDO, ESMF or scipy'],
    ['dte regrid in.grib --grid 1/1 --area 70/-25/30/45 --frame 3 --plan', 'what would be done'],
    ['dte regrid icon.grib -o out.grib --grid 0.25/0.25 --coordinates icon-grid.npz', 'from points that headers do not state'],
    ['cat in.grib | dte regrid - -o - --grid 1/1 --packing ccsds | dte grib ls -', 'in a pipe'],
    [
      'dte regrid fdb:class=rd,expver=0001,stream=oper,date=20240101,time=0,type=fc,levtype=sfc,param=2t,step=0/to/24/by/6 -o fdb:expver=0002 --grid 1/1',
      'from a store to a store',
    ],
    ["dte regrid 'data/*.grib' -o out.grib --grid 1/1 --method grid-box-average --keep-going", 'many files, conserving, past damage'],
  ]);
}
