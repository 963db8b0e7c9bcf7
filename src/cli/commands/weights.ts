import { type Command, Option } from 'commander';
import { define, examples, jsonOption, type Run } from './define.js';

export function registerWeights(program: Command, run: Run): void {
  const weights = define(program, 'weights', 'Make interpolation weights and write them as a scipy CSR matrix.')
    .argument('<from>', 'source grid: name, increments, gridspec, or a GRIB file')
    .argument('<to>', 'target grid, likewise')
    .option('--method <name>', 'linear, nearest-neighbour or grid-box-average', 'linear')
    .addOption(new Option('-o, --output <file>', 'output file (.npz), or -').makeOptionMandatory())
    .option('--compress', 'deflate the arrays')
    .addOption(jsonOption())
    .action((from: string, to: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { weights } = await import('../verbs/weights.js');
        await weights(terminal, from, to, options);
      }),
    );
  examples(weights, [
    ['dte weights O640 0.25/0.25 -o w.npz', 'then scipy.sparse.load_npz("w.npz")'],
    ['dte weights in.grib 1/1 --method grid-box-average -o w.npz', 'from the grid of a file'],
  ]);
}
