import { type Command, Option } from 'commander';
import { mirFlags } from './mir-options.js';
import { coordinatesOption, define, examples, jsonOption, type Run } from './define.js';

export function registerWeights(program: Command, run: Run): void {
  const weights = define(program, 'weights', 'Make interpolation weights and write them as a scipy CSR matrix or a SCRIP netCDF file.')
    .argument('<from>', 'source grid: name, increments, gridspec, or a GRIB file')
    .argument('<to>', 'target grid, likewise')
    .addOption(new Option('-o, --output <file>', 'output file (.npz, or .nc for netCDF), or -').makeOptionMandatory())
    .addOption(
      new Option('--format <format>', 'npz (scipy), scrip (netCDF of CDO) or esmf; by the name of the file').choices([
        'npz',
        'scrip',
        'esmf',
      ]),
    )
    .addOption(coordinatesOption())
    .option('--compress', 'deflate the arrays (npz)')
    .addOption(jsonOption())
    .action((from: string, to: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { weights } = await import('../verbs/weights.js');
        await weights(terminal, from, to, options);
      }),
    );
  mirFlags(weights, ['method', 'details', 'masks'], (name) => !/^non-linear$|^intermediate|^mask-/.test(name));
  examples(weights, [
    ['dte weights O640 0.25/0.25 -o w.npz', 'then scipy.sparse.load_npz("w.npz")'],
    ['dte weights F320 1/1 --method conservative -o w.nc', 'then cdo remap,r360x181,w.nc in.nc out.nc'],
    ['dte weights eORCA1_T 1/1 --coordinates eORCA1_T.npz -o w.npz', 'from points that the name does not state'],
    ['dte weights in.grib 1/1 --method grid-box-average -o w.npz', 'from the grid of a file'],
    ['dte weights r.grib 1/1 --interpolation-matrix cdo.nc -o w.npz', 'weights of CDO as a matrix of scipy'],
  ]);
}
