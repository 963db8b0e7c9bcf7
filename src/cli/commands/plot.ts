import { type Command, Option } from 'commander';
import { define, engineFlags, examples, fieldOption, messageOption, numbers, wholeNumber, type Run } from './define.js';

export function registerPlot(program: Command, run: Run): void {
  const plot = define(program, 'plot', 'Draw one field as a map, PNG.')
    .argument('<file>', 'GRIB file, or - for standard input')
    .addOption(messageOption().default(1))
    .addOption(fieldOption())
    .requiredOption('-o, --output <file>', 'output file (.png), or -')
    .option('--coordinates <file>', 'positions of a grid that states none (npy, npz, or GRIB fields of latitude and longitude)')
    .option('--projection <name>', 'equirectangular, robinson, mollweide, orthographic, stereographic-north, stereographic-south')
    .addOption(new Option('--area <N/W/S/E>', 'what to show, degrees').argParser(numbers('--area', 4, 'N/W/S/E')))
    .addOption(new Option('--centre <lon/lat>', 'middle of the map, degrees').argParser(numbers('--centre', 2, 'lon/lat')))
    .addOption(new Option('--range <min/max>', 'values at the ends of the colour scale').argParser(numbers('--range', 2, 'min/max')))
    .option('--palette <name>', 'colours (default: by parameter)')
    .addOption(new Option('--width <pixels>', 'width of the picture (default: 1200)').argParser(wholeNumber('--width', 200, 8192)))
    .option('--title <text>', 'title (default: name of the parameter)');
  engineFlags(plot).action((input: string, options, command: Command) =>
    run(command, async (terminal) => {
      const { plot } = await import('../verbs/plot.js');
      await plot(terminal, input, options);
    }),
  );
  examples(plot, [
    ['dte plot in.grib -o map.png', 'the first field on the whole Earth'],
    ['dte plot in.grib --message 4 --projection robinson --range 240/310 -o map.png', 'another field, fixed colours'],
    ['dte plot in.grib --area 72/-15/33/42 --title Europe -o europe.png', 'a region'],
  ]);
}
