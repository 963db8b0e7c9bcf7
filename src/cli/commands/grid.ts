import type { Command } from 'commander';
import { define, examples, jsonOption, type Run } from './define.js';

export function registerGrid(program: Command, run: Run): void {
  const grid = define(program, 'grid', 'Describe a grid: type, points, bounding box, spacing, hash, gridspec.')
    .argument(
      '<grid>',
      'name (O640, N320, F80, H32, CS-LFR-48, eORCA1_T), increments (1/1), gridspec, or a GRIB file whose first field is on it',
    )
    .addOption(jsonOption())
    .option('--points <file>', 'write latitude and longitude of every point, f64 [points, 2], as npy')
    .action((name: string, options, command: Command) =>
      run(command, async (terminal) => {
        const { grid } = await import('../verbs/grid.js');
        await grid(terminal, name, options);
      }),
    );
  examples(grid, [
    ['dte grid O640', 'an octahedral Gaussian grid'],
    ["dte grid '{grid: 0.25/0.25, area: 75/-25/30/45}'", 'a part of a regular grid'],
    ['dte grid in.grib --points points.npy', 'the grid of a file, with its coordinates'],
    ["dte grid '{grid: eORCA1_T, coordinates: points.npz}'", 'a grid whose positions a file holds (npz, npy or GRIB fields)'],
  ]);
}
